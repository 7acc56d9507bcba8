"""What the minute closes of a return that was led forward again, and what it leaves alone."""

from __future__ import annotations

import pytest

from redash_migration import wiring
from redash_migration.homecoming.closing import while_nobody_returns
from redash_migration.homecoming.facts import LEFT_OPEN_FACT
from redash_migration.record import Record
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import RecordTable
from tests.owning import owned, undo_keys

NAME = "redash-20260131-020000"


@pytest.mark.parametrize("way", ["served by the new home", "served by the old one", "in a return"])
def test_the_old_database_is_closed_only_where_users_are_on_the_new_side(
    table: RecordTable, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """That it was left open is any function's word: it must not close what users write in."""
    monkeypatch.setattr(wiring, "record_table", lambda: table)
    monkeypatch.setattr(wiring, "undo_keys", undo_keys)
    record = owned(table, NAME)
    if way != "served by the old one":
        record.switch_begins()
    if way == "in a return":
        record.turn("return")
    record.of("return").put_fact(LEFT_OPEN_FACT, {"since": "2026-01-31T02:00:00.000000Z"})
    owner = Ownership(table).last()
    assert owner is not None
    closed: list[Record] = []
    while_nobody_returns(owner, None, closed.append)
    assert len(closed) == (way == "served by the new home")
