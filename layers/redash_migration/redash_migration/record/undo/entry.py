"""One entry of the undo list: what it says, and what may be believed of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from redash_migration.record.reading import number_of, object_of, text_of
from redash_migration.record.table import Item, Value

Where = Literal["aws", "database"]
"""Which side of the VPC can carry an undo out: an AWS call, or a database session."""

Service = Literal["", "helps", "serves"]
"""Whether users are served only when it is taken back, or better then, or just the same."""

State = Literal["PENDING", "DONE", "FAILED", "REFUSED"]
"""REFUSED: its seal was wrong, so it was not carried out; what it was for was done by what a
roll-back knows for itself, or not at all."""

FORGED: Mapping[str, tuple[Where, Service]] = {
    "set_actions": ("aws", "serves"),
    "start_services": ("aws", "helps"),
    "stop_services": ("aws", "serves"),
    "set_desired": ("aws", ""),
    "lift_fence": ("database", "serves"),
    "close_old_side": ("database", "serves"),
}
"""Whose turn it is where an entry can't be believed: by its action alone, as its key in the table
has it. Of any other action's nothing is done."""


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """How to take one change back: an action's name and its arguments.

    ``service`` entries are replayed first, as one group. ``put_off`` counts how often the rest got
    its turn before this one. ``forged`` is known only of what ``Undo.proved()`` gives; such an
    entry has no arguments. ``message`` is what its seal is over.
    """

    number: int
    action: str
    key: str
    arguments: dict[str, Any]
    where: Where
    service: Service
    state: State
    tries: int
    put_off: int
    error: str
    message: str = ""
    seal: str = ""
    settled_seal: str = ""
    put_off_seal: str = ""
    forged: bool = False
    place: str = ""
    """Its key in the table, whatever that is made of."""


def in_replay_order(entry: UndoEntry) -> tuple[bool, bool, int]:
    """The service's entries first, the latest of each before; what was put off comes last."""
    return (entry.put_off > 0, not entry.service, -entry.number)


def message_of(migration_id: str, sort_key: str, item: Mapping[str, Value]) -> str:
    """What an entry's seal is over: all it says, and where it stands."""
    stated = [str(item.get(name, "")) for name in ("number", "where", "service", "arguments")]
    return json.dumps([migration_id, sort_key, *stated])


def entry_of(migration_id: str, prefix: str, item: Item) -> UndoEntry:
    """What an item says; whatever stands there, this raises nothing."""
    action, _, key = str(item["sk"]).removeprefix(prefix).partition("#")
    states: tuple[State, ...] = get_args(State)
    return UndoEntry(
        number=number_of(item, "number"),
        action=action,
        key=key,
        arguments=object_of(text_of(item, "arguments")) or {},
        where="database" if item.get("where") == "database" else "aws",
        service=next((one for one in get_args(Service) if one == item.get("service")), ""),
        state=next((one for one in states if one == item.get("state")), "PENDING"),
        tries=number_of(item, "tries"),
        put_off=number_of(item, "put_off"),
        error=str(item.get("error", "")),
        message=message_of(migration_id, str(item["sk"]), item),
        seal=str(item.get("seal", "")),
        settled_seal=str(item.get("settled_seal", "")),
        put_off_seal=str(item.get("put_off_seal", "")),
        place=str(item["sk"]),
    )
