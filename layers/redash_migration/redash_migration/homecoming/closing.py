"""An old side that a failed return had to leave open, closed as soon as its server answers.

Users are on the new side by then, and no door leads to the old one; but whoever reaches its Redash
or its database by another way would write there, and two sides would take writes. So the minute's
look lays the fence again. It does so under the owner's check, as a step would: while it is at work
no return begins, and once one has begun it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import psycopg

from redash_migration import wiring
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tidying import close_old_side
from redash_migration.database.watch.written import Written, since
from redash_migration.errors import MigrationError, NotTheOwner
from redash_migration.failure_text import words
from redash_migration.homecoming.facts import LEFT_OPEN_FACT, OPENED_FACT
from redash_migration.homecoming.forward_again import REMEDY
from redash_migration.record import Check, Record
from redash_migration.record.owner import FORWARD, Acting, Owner
from redash_migration.step import attempt

STATE = "CloseOldSide"
"""What its attempts are called in the record; it is no state of the machine."""


def left_open(record: Record) -> bool:
    """Whether a return left the old database open; `record` is the return's."""
    return bool(record.fact(LEFT_OPEN_FACT))


def while_nobody_returns(active: Owner, context: Any, close: Callable[[Record], None]) -> None:
    """Have `close`, given the return's record, close what stands open; nothing while a return is at
    work. A return that comes meanwhile waits for it (`precedence.turn_to_return`).

    That something stands open is any function's word: where users have not been sent to the new
    side, which the owner's item tells, they write in the old database, and it stays as it is.
    """
    name = active.migration_id
    on_the_new_side = active.phase == "forward" and active.switched != ""
    if not on_the_new_side or not left_open(wiring.record(name, "return")):
        return
    acting = Acting(name, active.execution_arn, FORWARD)
    # It has turned meanwhile: then it is the return's own.
    with suppress(NotTheOwner), attempt(acting, STATE, context, service=True) as record:
        close(record.of("return"))


def close_again(record: Record, old: DatabaseAddress) -> None:
    """Lay the fence, and tell what came into the old database while it stood open.

    What keeps it from being closed is told in `return.taken_back`, and tried again in a minute.
    """
    open_since = record.require_fact(LEFT_OPEN_FACT)
    try:
        with closing(connect(old, purpose="close-old-side", read_only=False)) as session:
            rows = _written_meanwhile(record, session)
            close_old_side(record, session)
    except (psycopg.Error, MigrationError) as error:
        detail = f"the old database is not closed yet: {words(error)}"
        record.checks.put(Check("taken_back", "WARN", detail[:2000], REMEDY))
        return
    record.put_fact(LEFT_OPEN_FACT, {})
    record.checks.put(_told(rows, open_since))


def _written_meanwhile(record: Record, session: psycopg.Connection[Any]) -> int | None:
    opened = record.fact(OPENED_FACT)
    if opened is None:
        return None
    return since(session, Written(int(opened["rows"]), str(opened["epoch"])))


def _told(rows: int | None, open_since: dict[str, Any]) -> Check:
    """Rows that came in are told, not kept: a return makes the old side like the new one."""
    others = str(open_since.get("others", ""))
    said = f"the old side is closed again; {'?' if rows is None else rows} rows were written there"
    if rows == 0 and not others:
        return Check("taken_back", "PASS", said)
    said += " since a return had opened it" + (f"; not yet: {others}" if others else "")
    return Check(
        "taken_back",
        "WARN",
        said[:2000],
        "Its own Redash writes a little when it starts. If people can have worked there, compare "
        "before you return: a return makes the old side like the new one.",
    )
