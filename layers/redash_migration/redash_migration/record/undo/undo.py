"""The undo list: written before each change of the world, replayed in reverse by a roll-back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from redash_migration.clock import Clock, now, stamp
from redash_migration.errors import NotTheOwner, UndoForged
from redash_migration.record.owner import Acting, refusal
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import ConditionNotMet, Item, RecordTable, Value
from redash_migration.record.undo.entry import (
    FORGED,
    Service,
    State,
    UndoEntry,
    Where,
    entry_of,
    in_replay_order,
    message_of,
)
from redash_migration.record.undo.seals import Keys, UndoSeals


class Undo:
    """The undo list of one migration, or of its return: ``scope`` keeps them apart.

    It has a partition of its own, so that a role can be kept from it (``dynamodb:LeadingKeys``).
    ``keys`` seal what is written here; who only reads what the list says needs none.
    """

    def __init__(  # noqa: PLR0917 - as the record has them
        self,
        table: RecordTable,
        migration_id: str,
        clock: Clock = now,
        scope: str = "",
        acting: Acting | None = None,
        keys: Callable[[], Keys] | None = None,
    ) -> None:
        self._table = table
        self._id = migration_id
        self._pk = f"UNDO#{migration_id}"
        self._clock = clock
        self._prefix = f"{scope}UNDO#"
        self._acting = acting
        self._keys = keys

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
        where this step may not act any more, and then its deed must not be done. UndoForged where
        the record that would win is not one of ours.
        """
        if self._acting is None:
            raise NotTheOwner(f"{self._id}: only a step may change the world, and none is at work")
        sort_key = f"{self._prefix}{action}#{key}"
        existing = self._table.get(self._pk, sort_key)
        state = None if existing is None else existing.get("state")
        # A deed that is written down already is done again now: it is asked for like the first.
        values: dict[str, Value] = {"asked_at": stamp(self._clock())}
        if existing is not None and not self._whole(self._entry(existing)):
            raise UndoForged(self._forged(sort_key))
        if state not in {"PENDING", "FAILED"}:
            counter = self._table.update(self._pk, "COUNTER#undo", add={"value": 1})
            assert counter is not None  # noqa: S101 - an unconditional update always answers
            written: dict[str, Value] = {
                "number": int(counter["value"]),
                "arguments": json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True),
                "where": where,
                "service": service,
            }
            message = message_of(self._id, sort_key, written)
            values |= written | {
                "seal": self.seals().entry(message),
                "settled_seal": "",
                "state": "PENDING",
                "tries": 0,
                "put_off": 0,
                "error": "",
                "recorded_at": stamp(self._clock()),
            }
        try:
            self._table.update_under(
                self._acting.condition(),
                self._pk,
                sort_key,
                values=values,
                expected={"state": state},
            )
        except ConditionNotMet as error:
            raise refusal(self._acting, Ownership(self._table).last()) from error

    def all(self) -> list[UndoEntry]:
        """Every entry as the table has it, in the order of a replay: the service's, the latest
        first, then the others; what was put off comes last. To be told, not to be carried out."""
        return sorted(
            map(self._entry, self._table.query(self._pk, self._prefix)), key=in_replay_order
        )

    def pending(self) -> list[UndoEntry]:
        """Entries still to be replayed, as the table has it."""
        return [entry for entry in self.all() if entry.state == "PENDING"]

    def proved(self) -> list[UndoEntry]:
        """Every entry as far as its seals go, in the same order; before a deed, these alone."""
        return sorted(map(self._proved, self.all()), key=in_replay_order)

    def believed(self, action: str) -> list[UndoEntry]:
        """The entries of one action; UndoForged where one of them is not ours."""
        found = [entry for entry in self.proved() if entry.action == action]
        for entry in found:
            if entry.forged:
                raise UndoForged(self._forged(entry.place))
        return found

    def done(self, entry: UndoEntry) -> None:
        """Note that an entry has been carried out."""
        self._settle(entry, "DONE", "")

    def refused(self, entry: UndoEntry, instead: str) -> None:
        """Note that an entry's seal is wrong, and what was done instead."""
        self._settle(entry, "REFUSED", f"UndoForged: {self._forged(entry.place)}; {instead}")

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
            "put_off_seal": self.seals().settled(entry.message, _put_off(put_off)),
            "error": error[:500],
        }
        return self._proved(self._entry(self._set(entry, {**changes, "state": state})))

    def again(self, entry: UndoEntry) -> UndoEntry:
        """The entry as it stands now, as far as its seals go."""
        item = self._table.get(self._pk, entry.place)
        return entry if item is None else self._proved(self._entry(item))

    def try_again(self) -> None:
        """Have entries that were given up, or put off, replayed once more."""
        for entry in self.all():
            if entry.state in {"PENDING", "FAILED"} and (entry.tries or entry.put_off):
                self._set(entry, {"state": "PENDING", "tries": 0, "put_off": 0})

    def _settle(self, entry: UndoEntry, state: State, error: str) -> None:
        seal = self.seals().settled(entry.message, state)
        self._set(entry, {"state": state, "error": error, "settled_seal": seal})

    def _set(self, entry: UndoEntry, values: Mapping[str, str | int]) -> Item:
        item = self._table.update(
            self._pk,
            entry.place,
            values={**values, "tried_at": stamp(self._clock())},
        )
        assert item is not None  # noqa: S101 - an unconditional update always answers
        return item

    def seals(self) -> UndoSeals:
        """Made and looked at with the list's keys; NotTheOwner where this function has none."""
        if self._keys is None:
            raise NotTheOwner(
                f"{self._id}: this function has no key of the undo list, so it neither writes nor "
                "replays it; UNDO_SEALING_SECRET_ARN in template.yaml names it"
            )
        return UndoSeals(self._keys)

    def _whole(self, entry: UndoEntry) -> bool:
        return self.seals().is_entry(entry.message, entry.seal)

    def _proved(self, entry: UndoEntry) -> UndoEntry:
        if entry.put_off and not self.seals().is_settled(
            entry.message, _put_off(entry.put_off), entry.put_off_seal
        ):
            entry = replace(entry, put_off=0)  # else it would be passed over without a try
        settled = entry.state in {"DONE", "REFUSED"} and self.seals().is_settled(
            entry.message, entry.state, entry.settled_seal
        )
        if not self._whole(entry):
            where, service = FORGED.get(entry.action, ("aws", ""))
            known = settled and entry.state == "REFUSED"
            return replace(
                entry,
                arguments={},
                where=where,
                service=service,
                state="REFUSED" if known else "PENDING",
                forged=True,
            )
        given_up = entry.state == "FAILED" and entry.service != "serves"
        believed = given_up or (settled and entry.state == "DONE")
        return entry if believed else replace(entry, state="PENDING")

    def _forged(self, place: str) -> str:
        return (
            f"the undo entry {place} of {self._id} is not as a step wrote it: "
            "its seal is wrong. Find out who wrote it; docs/security.md tells who could"
        )

    def _entry(self, item: Item) -> UndoEntry:
        return entry_of(self._id, self._prefix, item)


def _put_off(times: int) -> str:
    return f"PUT OFF {times}"
