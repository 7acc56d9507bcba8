"""Whose session it is, and whether it may stay: a row for each class of sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from redash_migration.database.freeze.sessions import (
    OPEN_SECONDS,
    Session,
    Whose,
    is_to_be_ended,
    may_stay,
    whose,
)

LONG = OPEN_SECONDS + 1
PLAIN = Session(
    pid=7,
    role="redash",
    application="psql",
    client="10.0.0.9",
    kind="client backend",
    state="idle",
    writing=False,
    open_seconds=0,
    of_reader=False,
    ours=False,
    same_step=False,
    began=0,
)
REPLICATION = replace(PLAIN, role="dms", of_reader=True)
READER = replace(REPLICATION, kind="walsender", state="active")
OURS = replace(PLAIN, application="redash-migration/measure", ours=True)
AGAIN = replace(OURS, application="redash-migration/fence", same_step=True, state="active")
IN_TRANSACTION = {"state": "idle in transaction", "open_seconds": 0.1}

TABLE: list[tuple[str, Session, Whose, bool, bool]] = [
    # what, session, whose, may it stay, is it ended at once
    ("Redash", PLAIN, "stranger", False, True),
    ("a role that may not look closer", replace(PLAIN, kind="", state=""), "stranger", False, True),
    ("an apply worker", replace(PLAIN, kind="logical replication worker"), "stranger", False, True),
    ("an extension's worker", replace(PLAIN, kind="pg_cron"), "stranger", False, True),
    ("somebody's parallel worker", replace(PLAIN, kind="parallel worker"), "stranger", False, True),
    ("autovacuum", replace(PLAIN, kind="autovacuum worker", writing=True), "server", True, False),
    ("the launcher", replace(PLAIN, kind="autovacuum launcher"), "server", True, False),
    ("our slot's reader", READER, "reader", True, False),
    ("it, decoding for long", replace(READER, open_seconds=LONG), "reader", True, True),
    ("a standby's reader", replace(READER, of_reader=False), "reader", True, False),
    (
        "SQL by a replication session",
        replace(READER, state="idle in transaction", writing=True),
        "reader",
        False,
        True,
    ),
    (
        "SQL by one, before it has written",
        replace(READER, **IN_TRANSACTION),  # type: ignore[arg-type]
        "reader",
        False,
        True,
    ),
    ("SQL by one, at it", replace(READER, writing=True), "reader", False, False),
    ("the replication's idle session", REPLICATION, "replication", True, False),
    (
        "psql as the replication's role",
        replace(REPLICATION, **IN_TRANSACTION),  # type: ignore[arg-type]
        "replication",
        False,
        True,
    ),
    (
        "it, failed",
        replace(REPLICATION, state="idle in transaction (aborted)"),
        "replication",
        False,
        True,
    ),
    (
        "the replication's heartbeat",
        replace(REPLICATION, state="active", writing=True),
        "replication",
        False,
        False,
    ),
    (
        "its look at the catalog",
        replace(REPLICATION, state="active", open_seconds=0.1),
        "replication",
        True,
        False,
    ),
    (
        "its statement that does not end",
        replace(REPLICATION, state="active", open_seconds=LONG),
        "replication",
        False,
        True,
    ),
    ("a step that looks", replace(OURS, state="active"), "migration", True, False),
    (
        "a step that was given up",
        replace(OURS, **IN_TRANSACTION),  # type: ignore[arg-type]
        "migration",
        False,
        True,
    ),
    ("a step that writes", replace(OURS, writing=True), "migration", False, False),
    ("a second run of the fence", replace(AGAIN, writing=True), "migration", True, False),
    (
        "one that hangs",
        replace(AGAIN, writing=True, open_seconds=LONG),
        "migration",
        False,
        True,
    ),
    (
        "one that has begun and waits",
        replace(AGAIN, **IN_TRANSACTION),  # type: ignore[arg-type]
        "migration",
        False,
        True,
    ),
]


@pytest.mark.parametrize(
    ("session", "owner", "stays", "ended"),
    [pytest.param(*row[1:], id=row[0]) for row in TABLE],
)
def test_every_class_of_sessions(
    session: Session, owner: Whose, *, stays: bool, ended: bool
) -> None:
    assert whose(session) == owner
    assert may_stay(session) is stays
    assert is_to_be_ended(session) is ended or stays


def test_nobody_keeps_an_open_transaction() -> None:
    """The rule behind the table, for whoever is added to it."""
    for _, session, owner, _, _ in TABLE:
        if owner != "server":
            assert not may_stay(replace(session, state="idle in transaction"))
