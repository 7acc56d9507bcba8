"""Waits: what a token step waits for, and the one answer that resumes it.

A wait goes OPEN -> SETTLED -> DELIVERED, or ends CLOSED when Step Functions no longer knows its
token. The answer is written first, by a conditional write, and sent afterwards: whoever writes it
is the only one who decides, and a crash between the two is healed by sending the written answer
again. A retried step brings a new token; an answer that was meant for the old one finds that the
token differs and changes nothing. The earlier run may still be at work, and come later: its token
is not put in the place of a newer one, which nobody else knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.clock import Clock, now, stamp
from redash_migration.errors import NotTheOwner
from redash_migration.record.reading import text_of
from redash_migration.record.table import Condition, Expected, RecordTable, Value
from redash_migration.record.wait import (
    Outcome,
    Resumer,
    TokenUnknown,
    Wait,
    WaitState,
    as_json,
    wait_of,
)


class Waits:
    """The waits of one migration, at most one of each kind at a time."""

    def __init__(
        self, table: RecordTable, migration_id: str, clock: Clock = now, run: str = ""
    ) -> None:
        """``run`` says which run of a state opens a wait: a later one has a greater text."""
        self._table = table
        self._id = migration_id
        self._clock = clock
        self._run = run

    def open(self, kind: str, token: str, resource: str = "", **details: Any) -> Wait:
        """Store the token before anything is set in motion.

        A repeated step finds its earlier wait: resource, details and ``since`` are kept while
        that wait was still open, so that what the first run started is not lost. NotTheOwner where
        a later run was here before.
        """
        while True:
            item = self._table.get(self._id, f"WAIT#{kind}")
            before = None if item is None else wait_of(item)
            if before is not None and item is not None and self._run < text_of(item, "run"):
                raise NotTheOwner(f"{kind}: a later run of this state waits already")
            if before is not None and before.token == token and before.state != "OPEN":
                return before  # the same run twice: it has been answered meanwhile
            odd = item is not None and before is None  # no wait of ours: it is written over
            expected: dict[str, Expected] = {"token": None if before is None else before.token}
            opened = self._opened(
                kind, token, resource, details, before, expected={} if odd else expected
            )
            if opened is not None:
                return opened

    def _opened(
        self,
        kind: str,
        token: str,
        resource: str,
        details: dict[str, Any],
        before: Wait | None,
        *,
        expected: Mapping[str, Expected],
    ) -> Wait | None:
        """The wait, or None where another run was quicker."""
        since = stamp(self._clock())
        if before is not None and before.state == "OPEN":
            resource = before.resource or resource
            details = {**details, **before.details}
            since = before.since
        item = self._table.update(
            self._id,
            f"WAIT#{kind}",
            values={
                "kind": kind,
                "token": token,
                "resource": resource,
                "state": "OPEN",
                "since": since,
                "details": as_json(details),
                "outcome": "",
                "run": self._run,
            },
            expected=expected,
        )
        return None if item is None else wait_of(item)

    def note(self, wait: Wait, *, resource: str | None = None, **details: Any) -> Wait:
        """Add what became known after the wait was opened; nothing when it is not open any more."""
        item = self._table.update(
            self._id,
            f"WAIT#{wait.kind}",
            values={
                "resource": wait.resource if resource is None else resource,
                "details": as_json({**wait.details, **details}),
            },
            expected={"state": "OPEN", "token": wait.token},
        )
        return (None if item is None else wait_of(item)) or wait

    def get(self, kind: str) -> Wait | None:
        """The wait of this kind, or None."""
        item = self._table.get(self._id, f"WAIT#{kind}")
        return None if item is None else wait_of(item)

    def all(self) -> list[Wait]:
        """Every wait."""
        found = (wait_of(item) for item in self._table.query(self._id, "WAIT#"))
        return [wait for wait in found if wait is not None]

    def waiting_for(self, resource: str) -> list[Wait]:
        """Open waits for a resource."""
        return [wait for wait in self.all() if wait.state == "OPEN" and wait.resource == resource]

    def settle(self, wait: Wait, outcome: Outcome, *, under: Condition | None = None) -> bool:
        """Write the answer; True for the one caller who was first. ``under``: only while another
        entry is as expected, else ConditionNotMet."""
        values: dict[str, Value] = {
            "state": "SETTLED",
            "outcome": as_json(
                {"result": outcome.result}
                if outcome.result is not None
                else {"error": outcome.error, "cause": outcome.cause}
            ),
            "settled_at": stamp(self._clock()),
        }
        expected: dict[str, Expected] = {"state": "OPEN", "token": wait.token}
        place = f"WAIT#{wait.kind}"
        if under is not None:
            return self._table.update_under(
                under, self._id, place, values=values, expected=expected
            )
        return self._table.update(self._id, place, values=values, expected=expected) is not None

    def standing(self, wait: Wait) -> Condition:
        """That a wait is still as it was seen, for whoever writes another entry upon it."""
        expected = {"state": wait.state, "token": wait.token}
        return Condition(self._id, f"WAIT#{wait.kind}", expected)

    def deliver(self, kind: str, resumer: Resumer) -> WaitState:
        """Send the answer that is written; safe to repeat. Returns the state it leaves."""
        wait = self.get(kind)
        if wait is None:
            return "CLOSED"
        if wait.state != "SETTLED" or wait.outcome is None:
            return wait.state
        state: WaitState = "DELIVERED"
        try:
            resumer.send(wait.token, wait.outcome)
        except TokenUnknown:
            # Sent before by somebody who crashed, or the step has ended: either way it is over.
            state = "CLOSED"
        # Two may send the same answer at once, and the second hears that the token is closed:
        # whoever was told that it arrived has the last word.
        expected: dict[str, str | None] = {"token": wait.token}
        if state == "CLOSED":
            expected["state"] = "SETTLED"
        self._table.update(
            self._id,
            f"WAIT#{kind}",
            values={"state": state, "delivered_at": stamp(self._clock())},
            expected=expected,
        )
        after = self.get(kind)
        return state if after is None or after.token != wait.token else after.state

    def close(self, wait: Wait) -> None:
        """End a wait that nobody is waiting for any more."""
        self._table.update(
            self._id,
            f"WAIT#{wait.kind}",
            values={"state": "CLOSED"},
            expected={"state": wait.state, "token": wait.token},
        )
