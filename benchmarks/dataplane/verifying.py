"""Verifying all tables: ours beside the limit (a plain scan) and the hash that others take."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from benchmarks.servers import Servers, ask
from benchmarks.timing import Series, Way, measure, seconds
from redash_migration.database.copying.restore import restore
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import read_shape
from redash_migration.database.verification.buckets import compare_buckets
from redash_migration.database.verification.compare import Limits, Part, compare

TABLES = ("query_results", "queries", "events", "visualizations")

OURS = "checksum of all tables"
PRECOPIED = "the same after a pre-comparison"
TEXT = "sum(hashtextextended(t::text)), both sides at once"
PGCOPYDB = "pgcopydb compare data"


@dataclass(frozen=True, slots=True)
class Verifying:
    """All tables by every way; each table alone beside its scan on the slower side."""

    all_tables: dict[str, Series]
    by_table: dict[str, dict[str, Series]]


def prepare(source: DatabaseAddress, servers: Servers) -> DatabaseAddress:
    """A target that holds what the source holds."""
    target = servers.target.address("copied")
    for name in TABLES:
        restore(source, target, "public", name, KeyRange())
    ask(source, "VACUUM (ANALYZE)")
    ask(target, "VACUUM (ANALYZE)")
    return target


def compare_ways(
    source: DatabaseAddress,
    target: DatabaseAddress,
    runs: int,
    say: Callable[[str], None],
) -> Verifying:
    """Ours and the others over all tables, then table by table against the scan."""
    precopied = precopied_parts(source, target)

    def ours(parts: Sequence[Part]) -> Way:
        def once() -> float:
            outcomes = []
            took = seconds(lambda: outcomes.extend(compare(source, target, parts, Limits(1, 1))))
            if any(outcome.verdict != "equal" for outcome in outcomes):
                raise RuntimeError("the two sides differ")
            return took

        return once

    everything = [Part("public", name) for name in TABLES]
    ways: dict[str, Way] = {
        OURS: ours(everything),
        PRECOPIED: ours(precopied),
        TEXT: lambda: _at_once(source, target, [_text_hash(name) for name in TABLES]),
    }
    if pgcopydb := _pgcopydb():
        ways[PGCOPYDB] = lambda: seconds(
            lambda: subprocess.run(
                [pgcopydb, "compare", "data", "--source", _dsn(source), "--target", _dsn(target)],
                check=True,
                capture_output=True,
            )
        )
    by_table = {}
    for name in TABLES[:3]:
        say(f"  table {name}")
        by_table[name] = measure(
            {
                "checksum": ours([Part("public", name)]),
                "scan": partial(scan_seconds, source, target, name),
            },
            runs,
            say,
        )
    return Verifying(measure(ways, runs, say), by_table)


def precopied_parts(source: DatabaseAddress, target: DatabaseAddress) -> list[Part]:
    """All tables, the wide one with what a pre-comparison remembers."""
    parts = []
    with (
        closing(open_session(source, purpose="bench")) as there,
        closing(open_session(target, purpose="bench")) as here,
    ):
        for name in TABLES:
            equal = None
            if name == "query_results":
                scan = Scan(read_shape(there, "public", name), KeyRange(), "record")
                equal = compare_buckets(there, here, scan)
            parts.append(Part("public", name, KeyRange(), equal))
    return parts


def scan_seconds(source: DatabaseAddress, target: DatabaseAddress, name: str) -> float:
    """COPY binary to /dev/null on both sides at once: the slower one counts."""
    return _at_once(source, target, [f"COPY {name} TO '/dev/null' (FORMAT binary)"])


def _text_hash(name: str) -> str:
    return f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {name} t"  # noqa: S608


def _at_once(source: DatabaseAddress, target: DatabaseAddress, statements: Sequence[str]) -> float:
    """Statements one after the other, on both sides at the same time."""

    def run(address: DatabaseAddress) -> None:
        for statement in statements:
            ask(address, statement)

    def both() -> None:
        threads = [threading.Thread(target=run, args=(side,)) for side in (source, target)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return seconds(both)


def _pgcopydb() -> str:
    """The program, if one is installed that can compare; older ones can't."""
    program = shutil.which("pgcopydb") or ""
    if (
        program
        and subprocess.run(
            [program, "compare", "data", "--help"], capture_output=True, check=False
        ).returncode
    ):
        return ""
    return program


def _dsn(address: DatabaseAddress) -> str:
    return (
        f"postgresql://{address.username}:{address.password}@{address.host}:{address.port}"
        f"/{address.dbname}"
    )
