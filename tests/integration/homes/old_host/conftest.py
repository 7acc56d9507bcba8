"""Old hosts of every kind on the module's server; each is stopped after its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.old_host import OldHost
from rehearsal.postgres import Cluster
from tests.integration.homes.local_aws import COOKIE_SECRET, SECRET_KEY, LocalAws

INSTANCE = "i-0123456789abcdef0"

MakeHost = Callable[..., OldHost]


@pytest.fixture
def make_host(aws: LocalAws, cluster: Cluster, tmp_path: Path) -> Iterator[MakeHost]:
    """``make_host(kind=..., paused=[3], ...)`` -> an old host, not laid out yet."""
    made: list[OldHost] = []

    def make(**more: Any) -> OldHost:
        cluster.start()
        host = OldHost(
            aws,
            more.pop("directory", tmp_path),
            instance_id=INSTANCE,
            cluster=cluster,
            dbname="redash",
            secret_key=SECRET_KEY,
            cookie_secret=COOKIE_SECRET,
            **more,
        )
        made.append(host)
        return host

    yield make
    for host in made:
        host.stop()
