"""The replay of an undo list: each entry read and proved again before its deed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Literal

from redash_migration.failure_text import words
from redash_migration.record.undo.entry import UndoEntry, Where
from redash_migration.record.undo.undo import Undo

PATIENCE_SECONDS = 60.0
"""How long an undo is tried again before the roll-back goes on without it and ends incomplete: a
server that restarts, or a service that is away for a moment, must not leave users before a closed
door."""
LEAST_TRIES = 2
"""An undo that takes long by itself gets a second try all the same."""
LONGEST_REST = 10.0
TURNS = 3
"""How often one roll-back comes back to what users are served by."""


def replay(
    undo: Undo,
    where: Where,
    actions: Mapping[str, Callable[..., None]],
    *,
    without: Mapping[str, Callable[[str], None]],
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

    An entry whose seal is wrong is never carried out. In its turn ``without`` does by the entry's
    key what its action is for, from what is known without the record; where it knows nothing for
    the action, nothing is done. Then the entry is REFUSED, which the report tells.
    """
    refused: set[str] = set()  # once a call: who goes on altering an entry holds nobody up
    while True:
        waiting = [
            one for one in undo.proved() if one.state == "PENDING" and one.place not in refused
        ]
        entry = next((one for one in waiting if one.put_off < TURNS), None)
        if entry is None:
            return "done"
        if entry.where != where or not ready(entry):
            return entry.where
        current, began = entry, clock()
        while current.state == "PENDING":
            try:
                _carry_out(current, undo, actions, without)
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
                if current.forged:
                    refused.add(current.place)
                break


def _carry_out(
    entry: UndoEntry,
    undo: Undo,
    actions: Mapping[str, Callable[..., None]],
    without: Mapping[str, Callable[[str], None]],
) -> None:
    if not entry.forged:
        actions[entry.action](**entry.arguments)
        undo.done(entry)
        return
    deed = without.get(entry.action)
    if deed is not None:
        deed(entry.key)
    undo.refused(
        entry, "it was not carried out" + (", what it is for was found out anew" if deed else "")
    )
