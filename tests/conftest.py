"""Two real PostgreSQL servers per test process: the old one (16) and the new one (18)."""

from __future__ import annotations

import gc
import itertools
import os
import runpy
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from environment.browser import known
from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import Cluster
from tests.quick_server import quick_server

MODELS = Path(__file__).parents[1] / "rehearsal" / "cloud" / "lambdas" / "shared_models.py"
# By its path: rehearsal.cloud as a whole would mend moto for every test.
runpy.run_path(str(MODELS))["share_models"]()

# Thousands of images with a volume each would be made anew for every test that asks EC2.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

# Nothing of what is collected goes away, and looking through it takes a third of the time.
gc.disable()

_numbers = itertools.count(1)

# How fast a machine is decides no test.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


WHOLE_REHEARSALS = "tests/end_to_end/"
LONGEST = (
    "tests/end_to_end/test_rehearsal.py",
    "tests/infrastructure/test_infrastructure_handlers.py",
    "tests/end_to_end/test_faults_matrix.py",
    "tests/integration/homes/old_host/test_homes_host_commands.py",
    "tests/browser/test_browser_approval.py",
    "tests/net/test_net_cases.py",
)
"""Files that take a minute and more: begun last, they would end alone."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A file's tests go to one process, for they share servers; a whole rehearsal goes by itself.

    Not by xdist's own groups: it writes them into ``_nodeid``, which pytest does not read any more
    (pytest 9.2, pytest-xdist 3.8), and each process then makes every server of a module anew.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(WHOLE_REHEARSALS) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How `make test` spreads tests over its processes."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; all others stay in their order."""

    def place(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0]
        return LONGEST.index(file) if file in LONGEST else len(LONGEST)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Five thousand tests are looked through for garbage no more: a fifth of the time of a unit."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """What was left out for want of a browser, in plain words as the last thing."""
    yield
    skipped = terminalreporter.getreports("skipped")
    if count := len([report for report in skipped if "tests/browser/" in report.nodeid]):
        terminalreporter.write_line(f"{count} tests of the pages were skipped: {known().missing}.")


@pytest.fixture(scope="session")
def source_cluster() -> Iterator[Cluster]:
    """The old server, ready for logical replication. Tests that change settings make their own."""
    with quick_server("source") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def target_cluster() -> Iterator[Cluster]:
    """The new server."""
    with quick_server("target") as cluster:
        yield cluster


@pytest.fixture
def source_database(source_cluster: Cluster) -> Iterator[DatabaseAddress]:
    """A fresh, empty database on the old server, as its superuser; dropped with its slots."""
    name = f"source_{os.getpid()}_{next(_numbers)}"
    yield source_cluster.create_database(name)
    _drop(source_cluster, name)


@pytest.fixture
def target_database(target_cluster: Cluster) -> Iterator[DatabaseAddress]:
    """A fresh, empty database on the new server, as its superuser; dropped after the test."""
    name = f"target_{os.getpid()}_{next(_numbers)}"
    yield target_cluster.create_database(name)
    _drop(target_cluster, name)


@pytest.fixture
def make_role(
    source_cluster: Cluster, target_cluster: Cluster
) -> Iterator[Callable[..., tuple[str, str]]]:
    """make_role("target", "LOGIN") -> (role name, password), dropped after the test."""
    clusters = {"source": source_cluster, "target": target_cluster}
    made: list[tuple[Cluster, str]] = []

    def make(side: str, attributes: str = "LOGIN") -> tuple[str, str]:
        name, password = f"role_{os.getpid()}_{next(_numbers)}", "rehearsal"
        clusters[side].create_role(name, password, attributes)
        made.append((clusters[side], name))
        return name, password

    yield make
    for cluster, name in made:
        # A role that still owns something stays; its databases were dropped before.
        with suppress(psycopg.Error), cluster.connect() as connection:
            connection.execute(psycopg.sql.SQL("DROP ROLE {}").format(psycopg.sql.Identifier(name)))


def _drop(cluster: Cluster, name: str) -> None:
    if cluster.running:
        cluster.drop_database(name)
