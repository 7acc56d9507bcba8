"""The undo list: written before each change of the world, replayed in reverse by a roll-back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from redash_migration.clock import Clock, now, stamp
from redash_migration.errors import NotTheOwner
from redash_migration.failure_text import words
from redash_migration.record.owner import Acting, Ownership, refusal
from redash_migration.record.table import ConditionNotMet, Item, RecordTable, Value

Where = Literal["aws", "database"]
"""Which side of the VPC can carry an undo out: an AWS call, or a database session."""

PATIENCE_SECONDS = 60.0
"""How long an undo is tried again before the roll-back goes on without it and ends incomplete: a
server that restarts, or a service that is away for a moment, must not leave users before a closed
door."""
LEAST_TRIES = 2
"""An undo that takes long by itself gets a second try all the same."""
LONGEST_REST = 10.0


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """How to take one change back: an action's name and its arguments."""

    number: int
    action: str
    key: str
    arguments: dict[str, Any]
    where: Where
    state: Literal["PENDING", "DONE", "FAILED"]
    tries: int
    error: str


class Undo:
    """The undo list of one migration, or of its return: ``scope`` keeps them apart."""

    def __init__(
        self,
        table: RecordTable,
        migration_id: str,
        clock: Clock = now,
        scope: str = "",
        acting: Acting | None = None,
    ) -> None:
        self._table = table
        self._id = migration_id
        self._clock = clock
        self._prefix = f"{scope}UNDO#"
        self._acting = acting

    def add(
        self, action: str, arguments: Mapping[str, Any], *, where: Where, key: str = ""
    ) -> None:
        """Record how to take a change back, before it is made.

        The first record of an action (and key) wins: a step that runs twice must not take what
        its first run left behind for the state of old. Only an entry that a roll-back has already
        replayed is written anew. Written in one transaction with the owner's check: NotTheOwner
        where this step may not act any more, and then its deed must not be done.
        """
        if self._acting is None:
            raise NotTheOwner(f"{self._id}: only a step may change the world, and none is at work")
        sort_key = f"{self._prefix}{action}#{key}"
        existing = self._table.get(self._id, sort_key)
        state = None if existing is None else existing["state"]
        # A deed that is written down already is done again now: it is asked for like the first.
        values: dict[str, Value] = {"asked_at": stamp(self._clock())}
        if state not in {"PENDING", "FAILED"}:
            counter = self._table.update(self._id, "COUNTER#undo", add={"value": 1})
            assert counter is not None  # noqa: S101 - an unconditional update always answers
            values |= {
                "number": int(counter["value"]),
                "action": action,
                "key": key,
                "arguments": json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True),
                "where": where,
                "state": "PENDING",
                "tries": 0,
                "error": "",
                "recorded_at": stamp(self._clock()),
            }
        try:
            self._table.update_under(
                self._acting.condition(),
                self._id,
                sort_key,
                values=values,
                expected={"state": state},
            )
        except ConditionNotMet as error:
            raise refusal(self._acting, Ownership(self._table).last()) from error

    def all(self) -> list[UndoEntry]:
        """Every entry, the latest first: the order of a replay."""
        entries = [_entry(item) for item in self._table.query(self._id, self._prefix)]
        return sorted(entries, key=lambda entry: entry.number, reverse=True)

    def pending(self) -> list[UndoEntry]:
        """Entries still to be replayed, the latest first."""
        return [entry for entry in self.all() if entry.state == "PENDING"]

    def done(self, entry: UndoEntry) -> None:
        """Note that an entry has been carried out."""
        self._set(entry, {"state": "DONE", "error": ""})

    def failed(self, entry: UndoEntry, error: str, *, give_up: bool) -> UndoEntry:
        """Note a failed try, and whether it was the last."""
        state = "FAILED" if give_up else "PENDING"
        item = self._set(entry, {"state": state, "tries": entry.tries + 1, "error": error[:500]})
        return _entry(item)

    def try_again(self) -> None:
        """Have entries that were given up replayed once more."""
        for entry in self.all():
            if entry.state == "FAILED":
                self._set(entry, {"state": "PENDING", "tries": 0})

    def _set(self, entry: UndoEntry, values: Mapping[str, str | int]) -> Item:
        item = self._table.update(
            self._id,
            f"{self._prefix}{entry.action}#{entry.key}",
            values={**values, "tried_at": stamp(self._clock())},
        )
        assert item is not None  # noqa: S101 - an unconditional update always answers
        return item


def replay(
    undo: Undo,
    where: Where,
    actions: Mapping[str, Callable[..., None]],
    *,
    patience: float = PATIENCE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Literal["aws", "database", "done"]:
    """Carry out the entries of one side from the end of the list, as far as they reach.

    Returns the side that has to go on, or ``done``. An entry that fails is tried again for
    ``patience`` seconds, resting 1, 2, 4 ... seconds in between; then the replay goes on without
    it, because the entries before it are what brings the old service back. Safe to repeat: an
    entry is ticked off once carried out, and every action may find its work done already.
    """
    for entry in undo.pending():
        if entry.where != where:
            return entry.where
        current, began = entry, clock()
        while current.state == "PENDING":
            try:
                actions[entry.action](**entry.arguments)
            except Exception as error:  # whatever it is, the next entry must get its turn
                tired = clock() - began >= patience and current.tries + 1 >= LEAST_TRIES
                said = f"{type(error).__name__}: {words(error)}"
                current = undo.failed(current, said, give_up=tired)
                if not tired:
                    sleep(min(2.0 ** (current.tries - 1), LONGEST_REST))
            else:
                undo.done(current)
                break
    return "done"


def _entry(item: Item) -> UndoEntry:
    where: Where = "database" if item["where"] == "database" else "aws"
    state: Literal["PENDING", "DONE", "FAILED"] = "PENDING"
    if item["state"] == "DONE":
        state = "DONE"
    elif item["state"] == "FAILED":
        state = "FAILED"
    return UndoEntry(
        number=int(item["number"]),
        action=str(item["action"]),
        key=str(item["key"]),
        arguments=json.loads(str(item["arguments"])),
        where=where,
        state=state,
        tries=int(item["tries"]),
        error=str(item["error"]),
    )
