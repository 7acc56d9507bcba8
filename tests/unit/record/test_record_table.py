"""The table in DynamoDB and the one in memory answer alike: one contract, asked of both."""

from __future__ import annotations

from typing import Any

import pytest

from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.record.table import Condition, ConditionNotMet, Item, RecordTable
from tests.memory import Memory

OF = "redash-20260131-020000"
ITEM: Item = {"pk": OF, "sk": "WAIT#A", "text": "あ", "number": 7, "part": 0.5, "flag": True}


@pytest.fixture(params=["DynamoDB", "memory"])
def table(request: pytest.FixtureRequest) -> RecordTable:
    if request.param == "memory":
        return Memory()
    made: DynamoTable = request.getfixturevalue("in_dynamodb")
    return made


def plain(item: Item | None) -> Item | None:
    """Without what DynamoDB alone needs: when it forgets an entry."""
    return None if item is None else {k: v for k, v in item.items() if k != "expires_at"}


def test_an_entry_is_written_once_and_comes_back_as_it_was(table: RecordTable) -> None:
    assert table.get(OF, "WAIT#A") is None
    assert table.put_new(ITEM)
    assert not table.put_new({**ITEM, "text": "another"})
    found = plain(table.get(OF, "WAIT#A"))
    assert found == ITEM
    assert {name: type(value) for name, value in (found or {}).items()} == {
        name: type(value) for name, value in ITEM.items()
    }


def test_entries_come_in_the_order_of_their_names_by_what_these_begin_with(
    table: RecordTable,
) -> None:
    for key in ("WAIT#B", "STEP#A", "WAIT#A", "WAIT", "WAIT#あ"):
        table.put_new({"pk": OF, "sk": key})
    table.put_new({"pk": "another", "sk": "WAIT#A"})
    assert [one["sk"] for one in table.query(OF, "WAIT#")] == ["WAIT#A", "WAIT#B", "WAIT#あ"]
    assert len(table.query(OF)) == 5
    assert table.query("nobody") == []


def test_a_change_makes_what_is_absent_sets_adds_and_leaves_what_was_first(
    table: RecordTable,
) -> None:
    change: dict[str, Any] = {"values": {"a": "x"}, "first": {"since": 1}, "add": {"count": 2}}
    expected = {"pk": OF, "sk": "S", "a": "x", "since": 1, "count": 2}
    assert plain(table.update(OF, "S", **change)) == expected
    change = {"values": {"a": "y"}, "first": {"since": 9}, "add": {"count": 3}}
    expected |= {"a": "y", "count": 5}
    assert plain(table.update(OF, "S", **change)) == expected
    assert plain(table.get(OF, "S")) == expected


@pytest.mark.parametrize(
    ("expected", "met"),
    [
        ({"text": "あ"}, True),
        ({"text": "b"}, False),
        ({"text": ("b", "あ")}, True),
        ({"text": ("b", "c")}, False),
        ({"absent": None}, True),
        ({"absent": (None, "b")}, True),
        ({"text": (None, "あ")}, True),
        ({"text": (None, "b")}, False),
        ({"text": None}, False),
        ({"absent": "a"}, False),
        ({"number": 7, "flag": True}, True),
        ({"number": 7, "flag": False}, False),
        ({"part": 0.5}, True),
        ({}, True),
    ],
)
def test_a_change_happens_where_all_is_as_expected(
    table: RecordTable, expected: dict[str, Any], met: bool
) -> None:
    table.put_new(ITEM)
    changed = table.update(OF, "WAIT#A", values={"new": 1}, expected=expected)
    assert (changed is not None) == met
    assert plain(table.get(OF, "WAIT#A")) == ({**ITEM, "new": 1} if met else ITEM)


def test_an_entry_that_can_not_take_a_change_is_written_anew(table: RecordTable) -> None:
    table.put_new({"pk": OF, "sk": "COUNTER#audit", "value": "x", "more": 1})
    assert (table.update(OF, "COUNTER#audit", add={"value": 1}) or {})["value"] == 1
    assert plain(table.update(OF, "COUNTER#audit", add={"value": 1})) == {
        "pk": OF, "sk": "COUNTER#audit", "value": 2
    }  # fmt: skip
    table.put_new({"pk": OF, "sk": "STEP#A", "attempts": "x", "status": "ODD"})
    assert table.update(OF, "STEP#A", add={"attempts": 1}, expected={"status": "OURS"}) is None
    assert (table.get(OF, "STEP#A") or {})["attempts"] == "x"


def test_an_entry_without_room_is_written_anew(in_dynamodb: RecordTable) -> None:
    """DynamoDB, Service quotas: an item has 400 KB at most; moto's 405,000 bytes."""
    for name in ("FACT#gone", "CHECK#a", "STEP#RollBack"):
        in_dynamodb.put_new({"pk": OF, "sk": name, "full": "x" * 404_850})
    longer = {"status": "RUNNING", "detail": "y" * 200}
    assert (in_dynamodb.update(OF, "STEP#RollBack", values=longer) or {})["status"] == "RUNNING"
    in_dynamodb.update_all(OF, dict.fromkeys(("FACT#gone", "CHECK#a", "CHECK#b"), longer))
    found = {str(item["sk"]): item for item in in_dynamodb.query(OF)}
    assert {item["status"] for item in found.values()} == {"RUNNING"}
    assert not any("full" in item for item in found.values())


def test_what_is_absent_meets_no_value(table: RecordTable) -> None:
    assert table.update(OF, "S", values={"a": 1}, expected={"a": 1}) is None
    assert table.get(OF, "S") is None
    assert table.update(OF, "S", values={"a": 1}, expected={"a": None}) is not None


def test_several_entries_are_set_at_once_however_many_they_are(table: RecordTable) -> None:
    table.put_new({"pk": OF, "sk": "CHECK#000", "status": "FAIL", "kept": 1})
    table.update_all(OF, {f"CHECK#{number:03}": {"status": "PASS"} for number in range(130)})
    found = table.query(OF, "CHECK#")
    assert len(found) == 130
    assert {one["status"] for one in found} == {"PASS"}
    assert plain(found[0]) == {"pk": OF, "sk": "CHECK#000", "status": "PASS", "kept": 1}
    table.update_all(OF, {})


@pytest.mark.parametrize("owner", ["mine", "another's"])
@pytest.mark.parametrize("state", ["OPEN", "DONE"])
def test_a_change_under_a_condition_is_whole_or_nothing(
    table: RecordTable, owner: str, state: str
) -> None:
    table.put_new({"pk": "OWNER", "sk": "OWNER", "who": owner})
    table.put_new({"pk": OF, "sk": "S", "state": state})
    under = Condition("OWNER", "OWNER", {"who": "mine"}, {"seen": 1})

    def change() -> bool:
        return table.update_under(
            under, OF, "S", values={"state": "NEW"}, expected={"state": "OPEN"}
        )

    if owner == "mine":
        assert change() == (state == "OPEN")
    else:
        with pytest.raises(ConditionNotMet):
            change()
    happened = (owner, state) == ("mine", "OPEN")
    assert plain(table.get(OF, "S")) == {
        "pk": OF, "sk": "S", "state": "NEW" if happened else state
    }  # fmt: skip
    seen = table.get("OWNER", "OWNER") or {}
    assert ("seen" in seen) == happened


def test_a_condition_upon_what_is_absent(table: RecordTable) -> None:
    under = Condition("OWNER", "OWNER", {"who": "mine"})
    with pytest.raises(ConditionNotMet):
        table.update_under(under, OF, "S", values={"a": 1})
    free = Condition("OWNER", "OWNER", {"who": None})
    assert table.update_under(free, OF, "S", values={"a": 1})
    assert plain(table.get(OF, "S")) == {"pk": OF, "sk": "S", "a": 1}
