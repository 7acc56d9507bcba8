"""How times grow with rows, bytes and the number of tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.dataplane import copying, sequences, verifying
from benchmarks.servers import Rows, Servers, ask
from benchmarks.timing import seconds
from redash_migration.database.copying import indexes
from redash_migration.database.copying.restore import restore
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.verification.compare import Limits, Part, compare

Lines = dict[str, list[tuple[float, float]]]


def by_rows(
    servers: Servers, counts: Sequence[int], work: Path, say: Callable[[str], None]
) -> Lines:
    """Seconds of each way to copy `queries`, by its rows; one run each."""
    lines: Lines = {}
    for count in counts:
        say(f"  {count} rows")
        prepared = copying.prepare(servers, Rows(count, max(100, count // 20), 100))
        found = copying.compare_ways(servers, prepared, work, 1, say)
        for name, series in found.series.items():
            lines.setdefault(name, []).append((found.rows, series.middle))
    return lines


def by_bytes(servers: Servers, counts: Sequence[int], say: Callable[[str], None]) -> Lines:
    """Seconds to verify `query_results`, by its megabytes uncompressed; one run each."""
    lines: Lines = {}
    for count in counts:
        source = copying.prepare(servers, Rows(100, count, 100)).source
        target = verifying.prepare(source, servers)
        size = ask(source, "SELECT sum(octet_length(data)) / 1e6 FROM query_results")
        megabytes = float(size[0][0])
        say(f"  {megabytes:.0f} MB")
        precopied = verifying.precopied_parts(source, target)[:1]
        for name, parts in (
            ("checksum of query_results", [Part("public", "query_results")]),
            ("after a pre-comparison", precopied),
        ):
            took = seconds(partial(compare, source, target, parts, Limits(1, 1)))
            lines.setdefault(name, []).append((megabytes, took))
        took = verifying.scan_seconds(source, target, "query_results")
        lines.setdefault("COPY binary to /dev/null", []).append((megabytes, took))
    return lines


def by_tables(servers: Servers, counts: Sequence[int], say: Callable[[str], None]) -> Lines:
    """Seconds to set the sequences of so many tables; one run each."""
    lines: Lines = {}
    for count in counts:
        say(f"  {count} tables")
        for name, series in sequences.compare_ways(servers, count, 3, 1, say).items():
            lines.setdefault(name, []).append((count, series.middle))
    return lines


def by_share(
    servers: Servers, rows: int, percents: Sequence[int], say: Callable[[str], None]
) -> Lines:
    """Seconds to carry a share of `queries`, its indexes kept and rebuilt; one run each."""
    prepared = copying.prepare(servers, Rows(rows, max(100, rows // 20), 100))
    lines: Lines = {}
    rule = indexes.REBUILD_FROM_FRACTION
    try:
        for percent in percents:
            for name, fraction in (("indexes kept", 2.0), ("indexes rebuilt", 0.0)):
                indexes.REBUILD_FROM_FRACTION = fraction
                with servers.copy_of("copied") as target:
                    ask(target, f"UPDATE queries SET version = 0 WHERE id % 100 < {percent}")  # noqa: S608
                    ask(target, "VACUUM queries")
                    ask(target, "CHECKPOINT")
                    took = seconds(
                        partial(restore, prepared.source, target, "public", "queries", KeyRange())
                    )
                say(f"  {percent} %, {name}: {took:.2f} s")
                lines.setdefault(name, []).append((percent, took))
    finally:
        indexes.REBUILD_FROM_FRACTION = rule
    return lines
