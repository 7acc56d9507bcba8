"""Has anybody written on the old database since it was drained?

The fence keeps out who does not insist: a session may still ask for leave to write. Rows that come
in before the comparison differ there; what comes in afterwards would be lost with the switch. So
the server's counters of written rows are kept when the source is drained, and looked at again last
of all, together with the fence itself.
"""

from __future__ import annotations

from contextlib import closing

from redash_migration.database.freeze import fence
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch.written import Written, written
from redash_migration.record import Check, Record

FACT = "source_writes_baseline"
CHECK = "source.untouched"
_REMEDY = (
    "find who writes to the old database although its services are stopped (its sessions and log"
    " tell), and start again"
)


def note_source(record: Record, source: Connection) -> None:
    """Keep the source's counters; to be called when the source has been drained."""
    now = written(source)
    record.put_fact(FACT, {"rows": now.rows, "epoch": now.epoch})


def check_untouched(record: Record, source: DatabaseAddress) -> Check:
    """PASS when the fence stands and no row was written behind it.

    Counters that a crash of the server has set back tell nothing; then the fence alone is judged.
    A session that stays open may count its rows up to ten seconds late (manual, 27.2).
    """
    with closing(connect(source, purpose="untouched")) as session:
        stands, now = fence.laid(session), written(session)
    if not stands:
        return Check(CHECK, "FAIL", "somebody has lifted the fence on the old database", _REMEDY)
    fact = record.fact(FACT)
    then = None if fact is None else Written(int(fact["rows"]), str(fact["epoch"]))
    if then is None or now.epoch != then.epoch or now.rows < then.rows:
        return Check(CHECK, "PASS", "the fence stands; the counters of written rows were reset")
    if now.rows > then.rows:
        return Check(
            CHECK, "FAIL", f"{now.rows - then.rows} rows were written behind the fence", _REMEDY
        )
    return Check(CHECK, "PASS", "the fence stands, and no row was written behind it")
