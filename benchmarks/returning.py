"""The way home: what a return carries, by what was written since the switch and by the table.

Against it stands the least that anybody could do by hand who knew which rows to take: a pg_dump of
them alone, restored into a table beside, not yet merged.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.servers import Rows, Servers, ask, define, fill
from benchmarks.timing import seconds
from redash_migration.database.copying.restore import restore
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.horizon import Horizons, read_horizon
from redash_migration.database.tables.key_range import KeyRange

Lines = dict[str, list[tuple[float, float]]]

RETURN = "return: what was written since the switch"
WHOLE = "the same, every row hashed"
DUMP = "pg_dump and pg_restore of those rows alone"


@dataclass(frozen=True, slots=True)
class Switched:
    """Both sides, equal at the horizons, as at the switch; the new one is read from here on."""

    old: DatabaseAddress
    new: DatabaseAddress
    horizons: Horizons


def by_table(
    servers: Servers, counts: Sequence[int], written: int, work: Path, say: Callable[[str], None]
) -> Lines:
    """Seconds to carry as many rows home, by the rows of the table; one run each."""
    lines: Lines = {}
    for count in counts:
        switched = _switched(servers, count)
        say(f"  {count} rows, {written} of them written")
        for name, took in _measure(servers, switched, max(1, count // written), work).items():
            lines.setdefault(name, []).append((count, took))
    return lines


def by_changes(
    servers: Servers, rows: int, every: Sequence[int], work: Path, say: Callable[[str], None]
) -> Lines:
    """Seconds by the rows written since the switch, each n-th of a table; one run each."""
    lines: Lines = {}
    switched = _switched(servers, rows)
    for step in every:
        say(f"  {rows // step} of {rows} rows written")
        for name, took in _measure(servers, switched, step, work).items():
            lines.setdefault(name, []).append((rows // step, took))
    return lines


def _switched(servers: Servers, rows: int) -> Switched:
    old = servers.create(servers.source, "home")
    new = servers.create(servers.target, "home")
    define(old)
    fill(old, Rows(rows, 100, 100))
    define(new)
    for table in ("query_results", "queries"):
        restore(old, new, "public", table, KeyRange())
    return _equal(old, new)


def _equal(old: DatabaseAddress, new: DatabaseAddress) -> Switched:
    with (
        closing(open_session(new, purpose="bench")) as reading,
        closing(open_session(old, purpose="bench")) as writing,
    ):
        return Switched(old, new, Horizons(read_horizon(reading), read_horizon(writing)))


def _measure(servers: Servers, switched: Switched, every: int, work: Path) -> dict[str, float]:
    """Each way by itself, from sides that are equal but for what was just written."""
    old, new = switched.old, switched.new
    home = partial(restore, new, old, "public", "queries", KeyRange())
    found = {}
    for name in (RETURN, WHOLE, DUMP):
        since = _equal(old, new).horizons
        ask(new, f"UPDATE queries SET name = name || '*' WHERE id % {every} = 0")  # noqa: S608
        for side in (old, new):
            ask(side, "CHECKPOINT")
        if name == DUMP:
            found[name] = seconds(partial(_by_hand, servers, switched, every, work))
            home(since=since)
        else:
            found[name] = seconds(partial(home, since=since if name == RETURN else None))
        for side in (old, new):
            ask(side, "VACUUM queries")
    return found


def _by_hand(servers: Servers, switched: Switched, every: int, work: Path) -> None:
    old, new = switched.old, switched.new
    archive, programs = work / "written.dump", servers.target.bin_dir
    ask(new, f"CREATE TABLE written AS SELECT * FROM queries WHERE id % {every} = 0")  # noqa: S608
    subprocess.run(
        [str(programs / "pg_dump"), "-Fc", "-t", "written", "-f", str(archive)],
        env=new.environment(),
        check=True,
    )
    # The older server knows not all settings that the archive begins with: so not checked here.
    subprocess.run(
        [str(programs / "pg_restore"), "--no-owner", "-d", old.dbname, str(archive)],
        env=old.environment(),
        stderr=subprocess.DEVNULL,
        check=False,
    )
    archive.unlink()
    carried, wanted = (ask(side, "SELECT count(*) FROM written")[0][0] for side in (old, new))
    assert carried == wanted  # noqa: S101 - else nothing was measured
    for side in (old, new):
        ask(side, "DROP TABLE written")
