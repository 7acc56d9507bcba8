"""The undo list: written before each change of the world, replayed in reverse by a roll-back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from redash_migration.clock import Clock, now, stamp
from redash_migration.errors import NotTheOwner
from redash_migration.failure_text import words
from redash_migration.record.owner import Acting, Ownership, refusal
from redash_migration.record.table import ConditionNotMet, Item, RecordTable, Value

Where = Literal["aws", "database"]
"""Which side of the VPC can carry an undo out: an AWS call, or a database session."""

Service = Literal["", "helps", "serves"]
"""Whether users are served only when it is taken back, or better then, or just the same."""

PATIENCE_SECONDS = 60.0
"""How long an undo is tried again before the roll-back goes on without it and ends incomplete: a
server that restarts, or a service that is away for a moment, must not leave users before a closed
door."""
LEAST_TRIES = 2
"""An undo that takes long by itself gets a second try all the same."""
LONGEST_REST = 10.0
TURNS = 3
"""How often one roll-back comes back to what users are served by."""


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """How to take one change back: an action's name and its arguments.

    ``service`` entries are replayed first, as one group. ``put_off`` counts how often the rest got
    its turn before this one.
    """

    number: int
    action: str
    key: str
    arguments: dict[str, Any]
    where: Where
    service: Service
    state: Literal["PENDING", "DONE", "FAILED"]
    tries: int
    put_off: int
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
        self,
        action: str,
        arguments: Mapping[str, Any],
        *,
        where: Where,
        key: str = "",
        service: Service = "",
    ) -> None:
        """Record how to take a change back, before it is made.

        One entry a resource, which ``action`` and ``key`` name, with its original state: the first
        record wins, because a step that runs twice, or a later one, must not take what was left
        behind before for the state of old. Only an entry that a roll-back has already
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
                "service": service,
                "state": "PENDING",
                "tries": 0,
                "put_off": 0,
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
        """Every entry in the order of a replay: the service's, the latest first, then the others.

        What was put off comes last.
        """
        entries = [_entry(item) for item in self._table.query(self._id, self._prefix)]
        return sorted(entries, key=_turn)

    def pending(self) -> list[UndoEntry]:
        """Entries still to be replayed, in their order."""
        return [entry for entry in self.all() if entry.state == "PENDING"]

    def done(self, entry: UndoEntry) -> None:
        """Note that an entry has been carried out."""
        self._set(entry, {"state": "DONE", "error": ""})

    def failed(self, entry: UndoEntry, error: str, *, tired: bool) -> UndoEntry:
        """Note a failed try, and whether the others get their turn now.

        Then it is given up, unless users are served by it: what only helps has one more turn, what
        they are served by is never given up.
        """
        put_off = entry.put_off + tired
        allowed = {"": 1, "helps": 2, "serves": put_off + 1}[entry.service]
        state = "FAILED" if put_off >= allowed else "PENDING"
        changes: dict[str, str | int] = {
            "tries": entry.tries + 1,
            "put_off": put_off,
            "error": error[:500],
        }
        return _entry(self._set(entry, {**changes, "state": state}))

    def again(self, entry: UndoEntry) -> UndoEntry:
        """The entry as it stands now."""
        item = self._table.get(self._id, f"{self._prefix}{entry.action}#{entry.key}")
        return entry if item is None else _entry(item)

    def try_again(self) -> None:
        """Have entries that were given up, or put off, replayed once more."""
        for entry in self.all():
            if entry.state != "DONE" and entry.tries:
                self._set(entry, {"state": "PENDING", "tries": 0, "put_off": 0})

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
    ready: Callable[[UndoEntry], bool] = lambda _: True,
    dispensable: Callable[[UndoEntry], bool] = lambda _: False,
    patience: float = PATIENCE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Literal["aws", "database", "done"]:
    """Carry out the entries of one side in their order, as far as they reach.

    Returns the side that has to go on (this one, where an entry is not ``ready``: what might still
    undo its work is to end first), or ``done``. The list is read again before each deed: another
    replay may have been there. An entry that fails is tried again for ``patience`` seconds, resting
    1, 2, 4 ... seconds in between; then the replay goes on without it. What users are served by is
    put off instead and comes again after everything else, TURNS times in one roll-back; the entry
    stays, and the next roll-back begins with it. What fails while users can be served without it
    (``dispensable``) is put off at once. Safe to repeat: an entry is ticked off once
    carried out, and every action may find its work done.
    """
    while True:
        entry = next((one for one in undo.pending() if one.put_off < TURNS), None)
        if entry is None:
            return "done"
        if entry.where != where or not ready(entry):
            return entry.where
        current, began = entry, clock()
        while current.state == "PENDING":
            try:
                actions[entry.action](**entry.arguments)
            except Exception as error:  # whatever it is, the next entry must get its turn
                tired = clock() - began >= patience and current.tries + 1 >= LEAST_TRIES
                tired = tired or dispensable(current)
                said = f"{type(error).__name__}: {words(error)}"
                current = undo.failed(current, said, tired=tired)
                if tired:
                    break
                sleep(min(2.0 ** (current.tries - 1), LONGEST_REST))
                current = undo.again(current)
            else:
                undo.done(current)
                break


def _turn(entry: UndoEntry) -> tuple[bool, bool, int]:
    return (entry.put_off > 0, not entry.service, -entry.number)


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
        service=next(kind for kind in get_args(Service) if kind == item.get("service", "")),
        state=state,
        tries=int(item["tries"]),
        put_off=int(item.get("put_off", 0)),
        error=str(item["error"]),
    )
