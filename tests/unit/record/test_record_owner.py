"""Who may act, what is at work, and that no deed is written down for anybody else."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from redash_migration import wiring
from redash_migration.clock import stamp
from redash_migration.errors import (
    NotTheOwner,
    SwitchBegun,
    SwitchNotMade,
    TransientFailure,
)
from redash_migration.precedence import turn_to_return
from redash_migration.record import Record
from redash_migration.record.attempts import LONGEST_SECONDS
from redash_migration.record.owner import PHASES, RETURN, TURNS, Acting, Phase
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import RecordTable
from redash_migration.step import step
from tests.owning import EXECUTION, owned, undo_keys
from tests.unit.conftest import StandingClock

NAME = "redash-20260131-020000"
OTHER = "arn:aws:states:ap-northeast-1:123456789012:execution:redash-migration:other"


@pytest.fixture
def table(in_dynamodb: RecordTable) -> RecordTable:
    return in_dynamodb


def test_one_owner_at_a_time(table: RecordTable) -> None:
    ownership = Ownership(table)
    first = ownership.take("first", "arn:1")
    assert first is not None
    again = ownership.take("first", "arn:1", instead_of=first)
    assert again is not None
    assert (again.execution_arn, again.attempt) == ("arn:1", 1)
    assert ownership.take("second", "arn:2") is None
    assert ownership.take("first", "arn:2") is None
    assert ownership.take("second", "arn:2", instead_of=first) is None, "it began once more since"
    first = again
    second = ownership.take("second", "arn:2", instead_of=first)
    assert second is not None
    assert ownership.take("third", "arn:3", instead_of=first) is None
    assert ownership.holder() == second
    assert ownership.end(second)
    assert ownership.holder() is None
    last = ownership.last()
    assert last is not None
    assert (last.migration_id, last.phase) == ("second", "ended")


def test_another_execution_of_the_same_migration_counts_on(table: RecordTable) -> None:
    ownership = Ownership(table)
    first = ownership.take("first", "arn:1")
    again = ownership.take("first", "arn:2", phase="back", instead_of=first)
    assert again is not None
    assert (again.attempt, again.phase) == (2, "back")
    other = ownership.take("second", "arn:3", instead_of=again)
    assert other is not None
    assert other.attempt == 1


def test_a_repeated_begin_turns_nothing_round(table: RecordTable) -> None:
    record = owned(table, NAME)
    record.turn("back")
    owned(table, NAME)
    owner = Ownership(table).last()
    assert owner is not None
    assert (owner.phase, owner.attempt) == ("back", 1)


@pytest.mark.parametrize(("before", "after"), list(product(PHASES, PHASES)))
def test_a_migration_turns_only_where_the_way_is_open(
    table: RecordTable, before: Phase, after: Phase
) -> None:
    Ownership(table).take(NAME, EXECUTION, phase=before)
    record = owned(table, NAME)
    if after == before or after in TURNS[before]:
        record.turn(after)
    else:
        with pytest.raises(NotTheOwner, match=f"turned to {before}"):
            record.turn(after)
    owner = Ownership(table).last()
    assert owner is not None
    assert owner.phase == (after if after in TURNS[before] else before)


@pytest.mark.parametrize("phase", PHASES)
def test_no_deed_is_written_down_for_a_step_of_another_way(
    table: RecordTable, phase: Phase
) -> None:
    Ownership(table).take(NAME, EXECUTION, phase=phase)
    record = owned(table, NAME, phases=("forward",))
    if phase == "forward":
        record.undo.add("set_actions", {}, where="aws")
        record.undo.add("set_actions", {}, where="aws")
        assert len(record.undo.all()) == 1
        return
    with pytest.raises(NotTheOwner):
        record.undo.add("set_actions", {}, where="aws")
    assert record.undo.all() == []


def test_a_deed_that_was_written_down_before_is_not_done_again_on_the_way_back(
    table: RecordTable,
) -> None:
    forward = owned(table, NAME, phases=("forward",))
    forward.undo.add("set_actions", {}, where="aws")
    owned(table, NAME).turn("back")
    with pytest.raises(NotTheOwner, match="turned to back"):
        forward.undo.add("set_actions", {}, where="aws")


def test_without_a_step_nothing_is_undone_or_turned(table: RecordTable) -> None:
    owned(table, NAME)
    bare = Record(table, NAME)
    with pytest.raises(NotTheOwner):
        bare.undo.add("set_actions", {}, where="aws")
    with pytest.raises(NotTheOwner):
        bare.turn("back")


def test_an_attempt_is_open_until_it_ends_or_its_time_is_over(table: RecordTable) -> None:
    clock = StandingClock()
    record = owned(table, NAME, clock)
    acting = Acting(NAME, EXECUTION, ("forward",))
    ends = record.attempts.begin(acting, "FenceSource", "1", seconds=60, service=True)
    record.attempts.begin(acting, "RestoreTable", "2", seconds=60, service=False)
    assert {(one.state, one.service) for one in record.attempts.unfinished()} == {
        ("FenceSource", True),
        ("RestoreTable", False),
    }
    record.attempts.end(ends)
    assert [one.state for one in record.attempts.unfinished()] == ["RestoreTable"]
    clock.moment += timedelta(seconds=70)
    assert record.attempts.unfinished() == []


@pytest.mark.parametrize(
    ("execution", "phase", "allowed"),
    [
        (EXECUTION, "forward", True),
        (EXECUTION, "back", False),
        (EXECUTION, "ended", False),
        (OTHER, "forward", False),
    ],
)
def test_a_step_that_may_not_act_writes_nothing_and_does_nothing(
    table: RecordTable,
    monkeypatch: pytest.MonkeyPatch,
    execution: str,
    phase: Phase,
    allowed: bool,
) -> None:
    monkeypatch.setattr(wiring, "record_table", lambda: table)
    Ownership(table).take(NAME, EXECUTION, phase=phase)
    done: list[str] = []

    @step("CopySchema")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        done.append("done")
        [mine] = wiring.record(NAME).attempts.unfinished()
        assert mine.state == "CopySchema"
        return {}

    event = {"migration_id": NAME, "execution_arn": execution}
    if allowed:
        assert handler(event, None) == {}
    else:
        with pytest.raises(NotTheOwner):
            handler(event, None)
        assert Record(table, NAME).steps.all() == []
    assert done == ["done"] * allowed
    assert Record(table, NAME).attempts.unfinished() == []


def test_a_step_names_the_execution_it_was_not_told() -> None:
    @step("CopySchema")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        raise AssertionError("must not be reached")

    with pytest.raises(Exception, match=r"^execution_arn: "):
        handler({"migration_id": NAME}, None)


def test_a_value_may_be_one_of_several(table: RecordTable) -> None:
    table.put_new({"pk": "a", "sk": "b", "x": 1})
    assert table.update("a", "b", values={"x": 2}, expected={"x": (3, 4)}) is None
    assert table.update("a", "b", values={"x": 2}, expected={"x": (1, 4)}) is not None


def test_a_switch_and_the_way_back_are_never_both_noted(table: RecordTable) -> None:
    """Whoever comes second sees the first: both stand in the owner's item."""
    ownership, record = Ownership(table), owned(table, NAME)
    seen = ownership.last()
    assert seen is not None
    mine = record.switch_begins()
    assert ownership.take(seen.migration_id, "arn:other", phase="back", instead_of=seen) is None
    with pytest.raises(SwitchBegun, match="people decide"):
        record.turn("back", unless_switched=True)
    assert record.phase() == "forward"
    record.switch_not_made(mine)
    record.turn("back", unless_switched=True)
    record.turn("back", unless_switched=True)
    forward = Record(table, NAME, acting=Acting(NAME, EXECUTION, ("forward",)), undo_keys=undo_keys)
    with pytest.raises(NotTheOwner):
        forward.switch_begins()


@pytest.mark.parametrize("other", ["has begun since", "is at work"])
def test_a_switch_that_another_run_may_make_stands(table: RecordTable, other: str) -> None:
    """What one of two runs has seen, the other may have changed by then."""
    record = owned(table, NAME)
    acting = Acting(NAME, EXECUTION, PHASES)
    record.attempts.begin(acting, "SwitchTraffic", "own", seconds=60, service=True)
    hung = record.attempts.begin(acting, "SwitchTraffic", "other", seconds=60, service=True)
    mine = record.switch_begins()
    if other == "has begun since":
        record.switch_begins()
        record.attempts.end(hung)
    record.switch_not_made(mine)
    assert record.switch_stands()
    with pytest.raises(SwitchBegun):
        record.turn("back", unless_switched=True)
    record.attempts.end(hung)
    record.switch_not_made(record.switch_begins())
    assert not record.switch_stands()


def test_who_was_told_to_go_back_does_so_over_a_switch(table: RecordTable) -> None:
    record = owned(table, NAME)
    record.switch_begins()
    assert (noted := Ownership(table).last()) is not None
    assert noted.switched == record.milestones()["switch_began"]
    record.turn("back")
    assert record.phase() == "back"


def test_a_switch_home_is_seen_by_whoever_takes_the_migration_over(table: RecordTable) -> None:
    """Noted between the look and the deed, it must not be forgotten: nothing leads forward then."""
    ownership, record = Ownership(table), owned(table, NAME)
    record.turn("return")
    seen = ownership.last()
    assert seen is not None
    acting = Acting(NAME, EXECUTION, RETURN)
    home = Record(table, NAME, direction="return", acting=acting)
    home.note_home("begun")
    assert ownership.take(NAME, "arn:other", phase="return", instead_of=seen) is None
    assert record.switched_back() == "begun"
    taken = ownership.take(NAME, "arn:other", phase="back", instead_of=ownership.last())
    assert taken is not None
    assert taken.switched_back == "begun"
    with pytest.raises(NotTheOwner):
        home.note_home("made")
    other = ownership.take("redash-20260201-020000", "arn:3", instead_of=taken)
    assert other is not None
    assert other.switched_back == ""
    assert Record(table, NAME).switched_back() == "begun", "until that one has looked"
    assert ownership.looked(other)
    assert Record(table, NAME).switched_back() == ""


def test_a_return_that_is_led_forward_switches_nobody(table: RecordTable) -> None:
    record = owned(table, NAME)
    record.turn("return")
    record.lead_forward()
    home = Record(table, NAME, acting=Acting(NAME, EXECUTION, RETURN))
    with pytest.raises(NotTheOwner, match="led forward again"):
        home.note_home("begun")
    assert record.switched_back() == ""


def test_an_owner_of_before_switches_were_noted_is_replaced(table: RecordTable) -> None:
    """The table outlives the stack: the item may have been written by an older version."""
    values: dict[str, Any] = {"migration_id": "redash-20260131-020000", "phase": "ended"}
    older = {**values, "execution_arn": "arn:1", "attempt": 1, "since": "2026", "previous": ""}
    table.update("OWNER", "OWNER", values=older)
    ownership = Ownership(table)
    taken = ownership.take("redash-20260201-020000", "arn:2", instead_of=ownership.last())
    assert taken is not None
    assert taken.switched == ""


def returning(record: Record, entered: str = "") -> Record:
    """As a step of a return holds the record, whose state was entered then."""
    acting = Acting(NAME, EXECUTION, ("forward", "back", "return"), entered=entered)
    return Record(record.table, NAME, record.clock, acting=acting, undo_keys=undo_keys)


@pytest.mark.parametrize(
    ("state", "service"), [("GoForward", False), ("GoForwardDatabase", False), ("X", True)]
)
def test_a_return_waits_for_what_could_still_change_who_is_served(
    table: RecordTable, state: str, service: bool
) -> None:
    record = owned(table, NAME)
    record.switch_begins()
    acting = Acting(NAME, EXECUTION, PHASES)
    attempt = record.attempts.begin(acting, state, "1", seconds=60, service=service)
    step_of = returning(record)
    with pytest.raises(TransientFailure, match=state):
        turn_to_return(step_of, 1, sleep=lambda _: None)
    assert record.phase() == "forward"
    record.attempts.end(attempt)
    turn_to_return(step_of, 0)
    assert record.phase() == "return"


def test_nobody_is_led_home_from_where_nobody_was_led(table: RecordTable) -> None:
    """The switch hung, people said that all goes home, and then it was seen not to be made. In a
    return nothing would lead on: no mode goes on with it where no switch stands."""
    record = owned(table, NAME)
    began = record.switch_begins()
    step_of = returning(record)
    record.switch_not_made(began)
    with pytest.raises(SwitchNotMade):
        turn_to_return(step_of, 0)
    assert record.phase() == "forward"


def test_once_a_return_leads_forward_no_step_of_it_begins_or_notes_a_deed(
    table: RecordTable,
) -> None:
    """One that hung before its attempt was noted would shut the door behind users, or send them
    home from under them."""
    record, home = owned(table, NAME), Acting(NAME, EXECUTION, RETURN)

    def begins(run: str) -> Record:
        record.attempts.begin(home, "CloseNewHome", run, seconds=60, service=True)
        return Record(table, NAME, direction="return", acting=home, undo_keys=undo_keys)

    record.turn("return")
    step_of = begins("in time")
    returning(record).lead_forward()
    with pytest.raises(NotTheOwner, match="led forward again"):
        begins("late")
    with pytest.raises(NotTheOwner, match="led forward again"):
        step_of.undo.add("set_actions", {}, where="aws", service="serves")
    returning(record).turn("forward")
    returning(record).lead_forward()  # a late run of what led forward
    assert record.phase() == "forward"
    returning(record).turn("return")
    begins("the next return's")


def test_what_belongs_to_an_earlier_return_leads_nobody_out_of_this_one(
    table: RecordTable,
) -> None:
    clock = StandingClock()
    record = owned(table, NAME, clock)
    entered = stamp(clock())
    clock.moment += timedelta(minutes=10)
    record.turn("return")
    with pytest.raises(NotTheOwner, match="entered at"):
        returning(record, entered).not_since("return")
    assert returning(record, stamp(clock())).not_since("return")
    assert returning(record).not_since("return"), "told by nobody when it was entered"


@pytest.mark.parametrize(
    "forged",
    [
        {"deadline": "9999-12-31T00:00:00.000000Z"},
        {"deadline": "for ever"},
        {"deadline": 10**20},
        {"deadline": None},
        {"state": None},
    ],
)
def test_an_entry_that_no_run_can_have_made_keeps_nobody_waiting(
    table: RecordTable, forged: dict[str, Any]
) -> None:
    clock = StandingClock()
    record = owned(table, NAME, clock)
    acting = Acting(NAME, EXECUTION, PHASES)
    true = record.attempts.begin(acting, "A", "true", seconds=LONGEST_SECONDS, service=True)
    ends = stamp(clock() + timedelta(seconds=60))
    values = {"state": "B", "open": True, "deadline": ends, "service": True, **forged}
    table.put_new(
        {"pk": NAME, "sk": "ATTEMPT#B#forged"}
        | {name: value for name, value in values.items() if value is not None}
    )
    assert [one.key for one in record.attempts.unfinished()] == [true.key]


@pytest.mark.parametrize("seconds", [-3600, -10, 0, 10, 3600])
def test_the_order_of_runs_is_told_by_the_state_machine_s_clock_alone(
    table: RecordTable, seconds: int
) -> None:
    """However wrong the clock is of the function that turned the migration."""
    clock = StandingClock()
    record = owned(table, NAME, clock)
    before, ending, after = (stamp(clock() + timedelta(seconds=at)) for at in (-1, 0, 1))
    clock.moment += timedelta(seconds=seconds)
    returning(record, ending).turn("return")
    assert returning(record, after).not_since("return")
    with pytest.raises(NotTheOwner, match="entered at"):
        returning(record, before).not_since("return")


@pytest.mark.parametrize("seconds", [-3600, 10, 3600])
def test_a_return_that_is_finished_by_name_is_led_by_its_own_states(
    table: RecordTable, seconds: int
) -> None:
    """Whatever clock its Begin had, what it is there for is not refused as an earlier one's."""
    clock = StandingClock()
    ownership = Ownership(table, clock)
    started, entered = stamp(clock()), stamp(clock() + timedelta(seconds=1))
    clock.moment += timedelta(seconds=seconds)
    assert ownership.take(NAME, EXECUTION, phase="return", turned=started)
    acting = Acting(NAME, EXECUTION, ("forward", "back", "return"), entered=entered)
    assert Record(table, NAME, clock, acting=acting).not_since("return")


def test_a_turn_home_that_hung_does_not_turn_what_was_led_forward_since(
    table: RecordTable,
) -> None:
    clock = StandingClock()
    record = owned(table, NAME, clock)
    since = returning(record, stamp(clock())).not_since("forward")
    clock.moment += timedelta(minutes=1)
    record.turn("return")
    record.turn("forward")
    with pytest.raises(NotTheOwner):
        returning(record).turn("return", since=since)
    assert record.phase() == "forward"


def test_a_turn_that_is_repeated_is_of_its_first_time(
    table: RecordTable,
) -> None:
    clock = StandingClock()
    record = owned(table, NAME, clock)
    record.turn("return")
    turned = record.not_since("return")
    clock.moment += timedelta(minutes=1)
    record.turn("return")
    assert record.not_since("return") == turned


@pytest.mark.parametrize("odd", [{"phase": "x"}, {"attempt": "x"}, {"previous": "{"}, {"since": 0}])
def test_an_owner_that_can_not_be_read_is_said_to_be_so(
    table: RecordTable, odd: dict[str, Any]
) -> None:
    """Nobody acts for it, and nobody takes its place: what is at work is not known."""
    owned(table, NAME)
    table.update("OWNER", "OWNER", values=odd)
    acting = Acting(NAME, OTHER, PHASES)
    if "since" not in odd:
        with pytest.raises(NotTheOwner, match="OWNER of the record's table is not as any"):
            Ownership(table).last()
    with pytest.raises(NotTheOwner):
        Record(table, NAME).attempts.begin(acting, "Report", "1", seconds=60, service=False)
