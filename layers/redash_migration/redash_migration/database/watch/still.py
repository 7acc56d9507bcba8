"""Did anybody write on the target after the last of our own writes, and before the switch?

The servers of the new home run already, and the replication may not have stopped yet. Neither has
anything to write. What comes in before a table is compared differs there; what comes in afterwards
would go unseen: so each table's counter of written rows is kept once we write no more, and a table
whose counter has moved since is compared once more. A counter may be some seconds late (PostgreSQL
manual, 27.2), so a moved one is a reason to look, never a verdict.
"""

from __future__ import annotations

from contextlib import closing

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.record import Record

FACT = "target_still"


def note_still(record: Record, target: DatabaseAddress) -> None:
    """Keep every table's counter; to be called when nothing more will be written by us."""
    with closing(connect(target, purpose="still")) as session:
        record.put_fact(FACT, {"written": _written(session)})


def moved(record: Record, target: DatabaseAddress) -> set[str]:
    """``schema.table`` of each table whose counter has moved; all of them when none was kept."""
    fact = record.fact(FACT)
    with closing(connect(target, purpose="still")) as session:
        now = _written(session)
    if fact is None:
        return set(now)
    then = dict(fact["written"])
    return {name for name, count in now.items() if then.get(name) != count}


def _written(session: Connection) -> dict[str, int]:
    rows = session.execute(
        "SELECT schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del"
        " FROM pg_catalog.pg_stat_user_tables"
        r" WHERE schemaname <> ALL (%s) AND relname NOT LIKE 'awsdms\_%%'",
        [OWN_SCHEMAS],
    )
    return {str(name): int(count or 0) for name, count in rows}
