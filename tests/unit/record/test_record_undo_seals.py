"""Whoever can write the record's table can't have a roll-back carry out a deed of theirs.

Every kind of forgery: an entry made up, altered in each of its fields, moved from another
migration, direction, action, key or number, blanked, told to be done or given up. A roll-back
refuses each, still does what it knows for itself, and ends.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from redash_migration.errors import NotFoundInRecord, NotTheOwner, UndoForged
from redash_migration.record import Record
from redash_migration.record.undo.entry import FORGED
from redash_migration.record.undo.replay import replay
from redash_migration.rollback.end import served
from tests.memory import Memory
from tests.owning import owned, undo_keys

NAME, OTHER = "redash-20260131-020000", "redash-20260130-020000"
PLACE = (f"UNDO#{NAME}", "UNDO#set_actions#listener")
WHERE: Any = {"where": "aws", "key": "listener", "service": "serves"}


class Door:
    """What a replay did."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.told: list[str] = []

    def replay(self) -> str:
        return replay(
            self.record.undo,
            "aws",
            {
                "set_actions": lambda to: self.told.append(f"door to {to}"),
                "set_desired": lambda count: self.told.append(f"{count} tasks"),
            },
            without={"set_actions": lambda key: self.told.append(f"{key} by what is known")},
            sleep=lambda _: None,
        )

    def states(self) -> dict[str, str]:
        return {f"{one.action} {one.key}".strip(): one.state for one in self.record.undo.all()}


@pytest.fixture
def table() -> Memory:
    return Memory()


@pytest.fixture
def door(table: Memory) -> Door:
    record = owned(table, NAME)
    record.undo.add("set_desired", {"count": 0}, where="aws")
    record.undo.add("set_actions", {"to": "old"}, **WHERE)
    return Door(record)


def test_what_stands_as_it_was_written_is_carried_out(door: Door) -> None:
    assert door.replay() == "done"
    assert door.told == ["door to old", "0 tasks"]
    assert door.replay() == "done"
    assert len(door.told) == 2
    assert served(door.record)


ALTERED: dict[str, dict[str, Any]] = {
    "other arguments": {"arguments": json.dumps({"to": "thief"})},
    "no arguments": {"arguments": ""},
    "arguments that are no JSON": {"arguments": "{"},
    "arguments that are a list": {"arguments": "[1]"},
    "another number": {"number": 99},
    "a number that is none": {"number": "x"},
    "another side": {"where": "database"},
    "a side that is none": {"where": "moon"},
    "no service": {"service": ""},
    "a service that is none": {"service": "often"},
    "another seal": {"seal": "u1.AAAA"},
    "no seal": {"seal": ""},
    "a key nobody has": {"seal": "u9.AAAA"},
    "all blank": {"arguments": "", "seal": "", "state": "", "where": "", "number": 0},
}


@pytest.mark.parametrize("kind", ALTERED)
@pytest.mark.parametrize("state", ["PENDING", "DONE", "FAILED", "REFUSED"])
def test_an_altered_entry_opens_the_door_by_what_is_known(
    table: Memory, door: Door, kind: str, state: str
) -> None:
    table.update(*PLACE, values={"state": state, **ALTERED[kind]})
    assert door.replay() == "done"
    assert door.told == ["listener by what is known", "0 tasks"]
    assert door.states() == {"set_actions listener": "REFUSED", "set_desired": "DONE"}
    assert "its seal is wrong" in door.record.undo.all()[0].error
    assert served(door.record)
    assert door.replay() == "done"
    assert len(door.told) == 2, "once, and then it is known to be refused"


@pytest.mark.parametrize("times", [1, 3, 10**9])
def test_nothing_is_put_off_because_the_table_says_so(
    table: Memory, door: Door, times: int
) -> None:
    """Else an entry would be passed over, without a try, until the roll-back has ended."""
    table.update(*PLACE, values={"put_off": times, "put_off_seal": "u1.AAAA"})
    assert door.replay() == "done"
    assert door.told == ["door to old", "0 tasks"]


def test_an_entry_altered_once_more_is_looked_at_once_more(table: Memory, door: Door) -> None:
    table.update(*PLACE, values={"seal": ""})
    door.replay()
    table.update(*PLACE, values={"arguments": json.dumps({"to": "thief"})})
    door.replay()
    assert door.told == ["listener by what is known", "0 tasks", "listener by what is known"]


@pytest.mark.parametrize("state", ["DONE", "FAILED", "REFUSED", "nonsense"])
def test_nothing_is_done_because_the_table_says_so(table: Memory, door: Door, state: str) -> None:
    table.update(*PLACE, values={"state": state})
    assert door.replay() == "done"
    assert door.told[0] == "door to old"


def test_what_was_carried_out_in_an_earlier_round_is_no_proof_for_a_later_one(
    table: Memory, door: Door
) -> None:
    door.replay()
    before = dict(table.items[PLACE])
    door.record.undo.add("set_actions", {"to": "elsewhere"}, **WHERE)
    table.update(*PLACE, values={key: before[key] for key in ("state", "settled_seal")})
    door.replay()
    assert door.told[-1] == "door to elsewhere"


def test_an_entry_of_an_earlier_round_leads_to_where_it_led_then(table: Memory, door: Door) -> None:
    """Nothing tells it from the later one: it was written by a step, in its place."""
    first = dict(table.items[PLACE])
    assert door.replay() == "done"
    door.record.undo.add("set_actions", {"to": "later"}, **WHERE)
    table.items[PLACE] = first
    door.told.clear()
    assert door.replay() == "done"
    assert door.told[0] == f"door to {json.loads(str(first['arguments']))['to']}"


def test_who_goes_on_altering_an_entry_holds_nobody_up(table: Memory, door: Door) -> None:
    settled = table.update

    def altered(pk: str, sk: str, **more: Any) -> Any:
        found = settled(pk, sk, **more)
        if (pk, sk) == PLACE:
            settled(*PLACE, values={"seal": f"u1.{len(door.told)}"})
        return found

    table.update = altered  # type: ignore[method-assign]
    settled(*PLACE, values={"seal": ""})
    assert door.replay() == "done"
    assert door.told == ["listener by what is known", "0 tasks"]


def moved(table: Memory, to: tuple[str, str], source: tuple[str, str] = PLACE) -> None:
    pk, sk = to
    table.items[to] = {**table.items[source], "pk": pk, "sk": sk, "state": "PENDING"}


@pytest.mark.parametrize(
    "place",
    [
        (f"UNDO#{NAME}", "UNDO#set_actions#other"),
        (f"UNDO#{NAME}", "UNDO#set_desired#listener"),
        (f"UNDO#{NAME}", "UNDO#set_actions#listener#more"),
        (f"UNDO#{NAME}", "UNDO#delete_everything#"),
        (f"UNDO#{NAME}", "UNDO#"),
        (f"UNDO#{NAME}", "UNDO#set_actions"),
    ],
)
def test_an_entry_moved_within_a_migration_is_refused(
    table: Memory, door: Door, place: tuple[str, str]
) -> None:
    moved(table, place)
    assert door.replay() == "done"
    assert "door to old" in door.told, "the one that is whole is carried out all the same"
    assert sum(one.startswith("door to") for one in door.told) == 1
    assert sorted(door.states().values()) == ["DONE", "DONE", "REFUSED"]


def test_an_entry_of_another_migration_or_direction_is_refused(table: Memory) -> None:
    earlier = owned(table, OTHER)
    earlier.undo.add("set_actions", {"to": "a host long gone"}, **WHERE)
    record = owned(table, NAME)
    moved(table, PLACE, (f"UNDO#{OTHER}", PLACE[1]))
    home = record.of("return")
    moved(table, (PLACE[0], f"RETURN#{PLACE[1]}"), (f"UNDO#{OTHER}", PLACE[1]))
    for one in (record, home):
        door = Door(one)
        assert door.replay() == "done"
        assert door.told == ["listener by what is known"]


def test_a_step_does_nothing_upon_an_entry_that_is_not_its_own(table: Memory, door: Door) -> None:
    table.update(*PLACE, values={"arguments": json.dumps({"to": "thief"})})
    with pytest.raises(UndoForged, match=r"its seal is wrong.*docs/security\.md"):
        door.record.undo.add("set_actions", {"to": "old"}, **WHERE)


def test_who_is_led_by_an_entry_believes_no_forged_one(table: Memory, door: Door) -> None:
    assert [one.arguments for one in door.record.undo.believed("set_actions")] == [{"to": "old"}]
    moved(table, (PLACE[0], "UNDO#set_actions#another"))
    with pytest.raises(UndoForged):
        door.record.undo.believed("set_actions")


def test_what_can_not_be_opened_by_what_is_known_lets_the_others_have_their_turn(
    table: Memory, door: Door
) -> None:
    table.update(*PLACE, values={"seal": ""})

    def nobody(_: str) -> None:
        raise ConnectionError("no target group")

    followed = replay(
        door.record.undo,
        "aws",
        {"set_desired": lambda count: door.told.append(f"{count} tasks")},
        without={"set_actions": nobody},
        patience=0,
        sleep=lambda _: None,
    )
    assert (followed, door.told) == ("done", ["0 tasks"])
    assert not served(door.record), "so it is begun again until somebody is served"


def test_without_the_key_nothing_is_written_or_replayed(table: Memory) -> None:
    owned(table, NAME).undo.add("set_actions", {"to": "old"}, **WHERE)
    keyless = Record(table, NAME)
    assert [one.state for one in keyless.undo.all()] == ["PENDING"]
    with pytest.raises(NotTheOwner, match="no key of the undo list"):
        Door(keyless).replay()


@pytest.mark.parametrize("action", FORGED)
def test_every_deed_that_is_done_without_the_record_is_known_to_a_side(action: str) -> None:
    from redash_migration.database import tidying
    from redash_migration.rollback import actions as rollback

    where, _ = FORGED[action]
    undoing: Any = tidying.UndoingInDatabases if where == "database" else rollback.Undoing
    known: set[str] = set()
    for direction in ("forward", "return"):
        bare = object.__new__(undoing)
        bare._record = Record(Memory(), NAME).of(direction)
        known |= set(bare.without_the_record())
    assert action in known


def test_a_sealed_fact_is_believed_where_it_was_put_and_as_it_was(table: Memory) -> None:
    record = owned(table, NAME)
    record.put_sealed_fact("home", {"b": [1], "a": {"x": "日本"}})
    assert record.sealed_fact("home") == {"b": [1], "a": {"x": "日本"}}
    made = table.items[NAME, "FACT#home"]
    for pk, sk in ((NAME, "FACT#other"), (NAME, "RETURN#FACT#home"), (OTHER, "FACT#home")):
        table.items[pk, sk] = {**made, "pk": pk, "sk": sk}
    other = Record(table, OTHER, undo_keys=undo_keys)
    assert record.sealed_fact("other") is None
    assert record.of("return").sealed_fact("home") is None
    assert other.sealed_fact("home") is None
    for odd in ({}, {"fact": 5, "seal": "u1.x"}, {"fact": {}, "seal": 7}, {"fact": {}, "seal": ""}):
        record.put_fact("home", odd)
        assert record.sealed_fact("home") is None
    with pytest.raises(NotFoundInRecord):
        record.sealed_fact("nothing")
