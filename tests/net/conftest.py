"""A laboratory for whole migrations: databases on both servers, a record in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import Cluster
from tests.net.laboratory import Laboratory


@pytest.fixture(scope="module")
def laboratory(source_cluster: Cluster, target_cluster: Cluster) -> Laboratory:
    return Laboratory(source_cluster, target_cluster)


@pytest.fixture
def source(laboratory: Laboratory) -> Iterator[Callable[[str], DatabaseAddress]]:
    """source(statements) -> a database on the old server that holds what they make."""
    with laboratory.databases():
        yield laboratory.make_source
