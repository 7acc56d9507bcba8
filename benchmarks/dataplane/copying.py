"""Copying `queries`: ours, with and without a pre-copy, beside what people use."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Rows, Servers, ask, define, fill, pipe
from benchmarks.timing import Series, Way, measure, seconds
from redash_migration.database.copying.restore import restore
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.tables.horizon import Horizons
from redash_migration.database.tables.key_range import KeyRange

CHANGES = """
UPDATE queries SET latest_query_data_id = 1 WHERE id % 50 = 7;
DELETE FROM visualizations WHERE query_id % 200 = 9;
DELETE FROM queries WHERE id % 200 = 9;
INSERT INTO queries (updated_at, created_at, version, org_id, name, query, query_hash, api_key,
    user_id, is_archived, is_draft, schedule_failures, options, search_vector)
SELECT updated_at, created_at, 1, 1, name || ' copy', query, query_hash, api_key, 1, false, true,
       0, options, search_vector FROM queries WHERE id % 100 = 11;
"""
"""Since the pre-copy: 2 % of the rows changed, 0.5 % are gone, 1 % are new."""

OURS = "restore, no pre-copy"
DELTA = "restore after a pre-copy"
HASHING = "the same, every row hashed again"
PIPE = "psql COPY into psql COPY (binary, indexes present)"
DUMP = "pg_dump -Fc, then pg_restore"


@dataclass(frozen=True, slots=True)
class Copying:
    """The runs of every way, and what was copied."""

    rows: int
    bytes: int
    series: dict[str, Series]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The source, changed since the pre-copy, and the horizons of that copy."""

    source: DatabaseAddress
    horizons: Horizons


def prepare(servers: Servers, rows: Rows) -> Prepared:
    """A filled source, an empty target, and a target with a pre-copy that is out of date."""
    source = servers.create(servers.source, "shape")
    define(source)
    fill(source, rows)
    empty = servers.create(servers.target, "empty")
    define(empty)
    # As after the replication's load: the children are there, the table itself is not; foreign
    # keys come NOT VALID.
    ask(
        empty,
        "ALTER TABLE visualizations DROP CONSTRAINT visualizations_query_id_fkey;"
        "ALTER TABLE visualizations ADD CONSTRAINT visualizations_query_id_fkey"
        " FOREIGN KEY (query_id) REFERENCES queries NOT VALID",
    )
    restore(source, empty, "public", "query_results", KeyRange())
    copied = servers.create(servers.target, "copied")
    define(copied)
    restore(source, copied, "public", "query_results", KeyRange())
    # As PrecopyTable does: a copy, and a second run that certifies it.
    restore(source, copied, "public", "queries", KeyRange())
    precopied = restore(source, copied, "public", "queries", KeyRange())
    ask(source, CHANGES)
    return Prepared(source, precopied.horizons)


def compare_ways(
    servers: Servers, prepared: Prepared, work: Path, runs: int, say: Callable[[str], None]
) -> Copying:
    """Every way as often, in turn."""
    source = prepared.source
    bin_dir = servers.target.bin_dir
    psql = [str(bin_dir / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-c"]

    def ours(template: str, since: Horizons | None = None) -> Way:
        def once() -> float:
            with servers.copy_of(template) as target:
                return seconds(
                    lambda: restore(source, target, "public", "queries", KeyRange(), since=since)
                )

        return once

    def psql_pipe() -> float:
        with servers.copy_of("empty") as target:
            return seconds(
                lambda: pipe(
                    [*psql, "COPY queries TO STDOUT (FORMAT binary)"],
                    [*psql, "COPY queries FROM STDIN (FORMAT binary)"],
                    source,
                    target,
                )
            )

    def dump_and_restore() -> float:
        with servers.copy_of("empty") as target:
            return seconds(lambda: _dump_and_restore(bin_dir, source, target, work))

    ways: dict[str, Way] = {
        DELTA: ours("copied", prepared.horizons),
        HASHING: ours("copied"),
        OURS: ours("empty"),
        PIPE: psql_pipe,
        DUMP: dump_and_restore,
    }
    found = ask(
        source,
        "SELECT count(*), sum(octet_length(query) + octet_length(search_vector::text))"
        " FROM queries",
    )
    return Copying(int(found[0][0]), int(found[0][1]), measure(ways, runs, say))


def _dump_and_restore(
    bin_dir: Path, source: DatabaseAddress, target: DatabaseAddress, work: Path
) -> None:
    archive = work / "queries.dump"
    subprocess.run(
        [str(bin_dir / "pg_dump"), "-Fc", "-t", "queries", "-f", str(archive)],
        env=source.environment(),
        check=True,
    )
    subprocess.run(
        [
            str(bin_dir / "pg_restore"),
            "--data-only",
            "--disable-triggers",
            "-t",
            "queries",
            "-d",
            target.dbname,
            str(archive),
        ],
        env=target.environment(),
        check=True,
    )
    archive.unlink()
