"""A Redash database per test, copied from one that is made once; AWS calls go to moto."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dataset import load
from rehearsal.ports import free_port
from rehearsal.postgres import Cluster
from rehearsal.redash.command import RedashCommand
from rehearsal.redash.process import RedashProcess
from tests.integration.homes.local_aws import COOKIE_SECRET, SECRET_KEY, LocalAws
from tests.quick_server import quick_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def _filled(source_cluster: Cluster) -> str:
    name = f"homes_{os.getpid()}_template"
    load(source_cluster.create_database(name), "small", secret_key=SECRET_KEY)
    return name


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A filled server of the module's own: old hosts stop and restart it."""
    with quick_server("source", {"wal_level": "replica"}) as made:
        load(made.create_database("redash"), "small", secret_key=SECRET_KEY)
        yield made


@pytest.fixture
def redash_database(source_cluster: Cluster, _filled: str) -> Iterator[DatabaseAddress]:
    """A filled Redash database of the test's own."""
    name = f"homes_{os.getpid()}_{next(_numbers)}"
    yield source_cluster.create_database(name, template=_filled)
    source_cluster.drop_database(name)


@pytest.fixture(scope="module")
def filled_database(source_cluster: Cluster, _filled: str) -> Iterator[DatabaseAddress]:
    """One for all tests of a module, which leave it as it was."""
    name = f"homes_{os.getpid()}_{next(_numbers)}"
    yield source_cluster.create_database(name, template=_filled)
    source_cluster.drop_database(name)


def url_of(address: DatabaseAddress) -> str:
    """The address as REDASH_DATABASE_URL."""
    return (
        f"postgresql://{address.username}:{address.password}"
        f"@{address.host}:{address.port}/{address.dbname}"
    )


@pytest.fixture
def start_redash(tmp_path: Path) -> Iterator[Callable[..., RedashProcess]]:
    """start_redash(address, role="server", REDASH_SECRET_KEY=...) -> a running process."""
    started: list[RedashProcess] = []

    def start(
        address: DatabaseAddress, role: str = "server", command: str = "", **variables: str
    ) -> RedashProcess:
        environment = {
            "REDASH_DATABASE_URL": url_of(address),
            "REDASH_SECRET_KEY": SECRET_KEY,
            "REDASH_COOKIE_SECRET": COOKIE_SECRET,
            "PORT": str(free_port()),
            **variables,
        }
        given = RedashCommand(command, "old") if command else None
        process = RedashProcess(role, environment, tmp_path / f"{role}.log", given)
        started.append(process)
        process.start()
        if role == "server":
            assert process.wait_until_ready(), (tmp_path / f"{role}.log").read_text()
        return process

    yield start
    for process in started:
        process.stop()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield LocalAws()
