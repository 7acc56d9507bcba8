"""The reconciler's rounds, the guard of an approval, and what may begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from redash_migration.begin import begin
from redash_migration.errors import InvalidInput, MigrationInProgress
from redash_migration.execution_input import parse_request
from redash_migration.homecoming.arrival import at_home, before_users_are_home, turned
from redash_migration.homecoming.facts import EARLIER_SWITCH_FACT
from redash_migration.reconcile import Answer, reconcile
from redash_migration.record import Outcome, Record, Wait
from redash_migration.record.attempts import Attempts
from redash_migration.record.milestones import Milestone
from redash_migration.record.owner import Acting
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import RecordTable
from redash_migration.replication.guard import guard_approval, guard_confirmation
from redash_migration.replication.task import TaskTruth
from redash_migration.rollback.end import at_its_end
from tests.owning import EXECUTION, owned


@dataclass
class Executions:
    """Executions that run until they are ended, and roll-backs that were asked for."""

    ended: set[str] = field(default_factory=set)
    roll_backs: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)

    def is_running(self, execution_arn: str) -> bool:
        return execution_arn not in self.ended

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        self.roll_backs.append(f"{migration_id}-{attempt}")
        return f"arn:roll-back-{attempt}"

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        self.returns.append(f"{migration_id}-{attempt}")
        return f"arn:return-{attempt}"


def round_of(
    table: RecordTable,
    record: Record,
    executions: Executions,
    resumed: Any,
    answers: dict[str, Answer] | None = None,
    *,
    tell_end: Callable[[Record], None] = lambda _: None,
) -> Any:
    return reconcile(
        Ownership(table),
        lambda _: record,
        executions,
        resumed,
        lambda _: answers or {},
        lambda _: None,
        tell_end,
    )


@pytest.fixture
def held(record: Record) -> Record:
    return record


def test_without_a_migration_there_is_nothing_to_do(
    table: RecordTable, record: Record, resumed: Any
) -> None:
    record.waits.open("RunFullLoad", "token", "arn")
    record.turn("ended")
    done = round_of(table, record, Executions(), resumed)
    assert (done.migration_id, done.looked_at) == ("", ())


def test_a_wait_that_fails_does_not_keep_the_others_from_their_turn(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    held.waits.open("DumpSchema", "token-1", "command")
    held.waits.open("RunFullLoad", "token-2", "arn")
    seen: list[str] = []

    def broken(_: Wait) -> None:
        raise ConnectionError("no answer")

    answers: dict[str, Answer] = {
        "DumpSchema": broken,
        "RunFullLoad": lambda wait: seen.append(wait.kind),
    }
    done = round_of(table, held, Executions(), resumed, answers)
    assert seen == ["RunFullLoad"]
    assert done.problems == ("DumpSchema: ConnectionError: no answer",)


def test_a_decision_that_was_written_and_not_sent_is_sent(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    wait = held.waits.open("RequestApproval", "token", "approval")
    held.waits.settle(wait, Outcome.success({"decision": "approve"}))
    round_of(table, held, Executions(), resumed)
    round_of(table, held, Executions(), resumed)
    assert [token for token, _ in resumed.sent] == ["token"]


@pytest.mark.parametrize(
    ("milestones", "roll_backs"),
    [
        (["pause_began"], 1),
        ([], 0),
        (["pause_began", "switch_began"], 0),
    ],
)
def test_an_execution_stopped_inside_the_pause_is_taken_back(
    table: RecordTable, held: Record, resumed: Any, milestones: list[Milestone], roll_backs: int
) -> None:
    held.undo.add("start_services", {}, where="aws")
    held.waits.open("StopServices", "token", "command")
    for name in milestones:
        held.switch_begins() if name == "switch_began" else held.milestone(name)
    executions = Executions(ended={EXECUTION})
    round_of(table, held, executions, resumed)
    assert executions.roll_backs == [], "what one round saw may be stale"
    round_of(table, held, executions, resumed)
    assert len(executions.roll_backs) == roll_backs
    wait = held.waits.get("StopServices")
    assert wait is not None
    assert wait.state == "CLOSED"
    assert Ownership(table).holder() is not None, "the lock waits for the roll-back"


def test_an_execution_that_ended_with_nothing_to_take_back_gives_the_lock_up(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    for _ in range(2):
        round_of(table, held, Executions(ended={EXECUTION}), resumed)
    assert Ownership(table).holder() is None


def test_an_execution_that_was_told_as_ended_once_is_left_alone(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    held.undo.add("start_services", {}, where="aws")
    held.waits.open("StopServices", "token", "command")
    held.milestone("pause_began")
    executions = Executions()
    for told in (EXECUTION, "", EXECUTION, ""):
        executions.ended = {told}
        round_of(table, held, executions, resumed)
    wait = held.waits.get("StopServices")
    assert wait is not None
    assert (wait.state, executions.roll_backs) == ("OPEN", [])


def test_a_roll_back_that_died_is_begun_again_under_another_name(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    held.undo.add("set_actions", {}, where="aws", service="serves")
    held.milestone("pause_began")
    executions = Executions(ended={EXECUTION})
    for _ in range(4):
        round_of(table, held, executions, resumed)
    assert executions.roll_backs == [f"{held.migration_id}-1"], "one is on its way"
    executions.ended.add("arn:roll-back-1")
    round_of(table, held, executions, resumed)
    assert executions.roll_backs[1:] == [f"{held.migration_id}-2"], "it died before it began"
    seen = Ownership(table).last()
    Ownership(table).take(held.migration_id, "arn:roll-back-2", phase="back", instead_of=seen)
    executions.ended.add("arn:roll-back-2")
    for _ in range(2):
        round_of(table, held, executions, resumed)
    assert executions.roll_backs[2:] == [f"{held.migration_id}-3"], "it died on its way"


def test_what_a_person_has_kept_is_not_taken_back_by_itself(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    held.undo.add("set_actions", {}, where="aws", service="serves")
    held.milestone("pause_began")
    held.turn("kept")
    executions = Executions(ended={EXECUTION})
    for _ in range(3):
        round_of(table, held, executions, resumed)
    assert executions.roll_backs == []
    assert Ownership(table).holder() is not None


def test_a_return_that_died_before_its_switch_leads_forward_again(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    held.undo.add("set_actions", {}, where="aws", service="serves")
    held.turn("return")
    executions = Executions(ended={EXECUTION})
    for _ in range(3):
        round_of(table, held, executions, resumed)
    assert executions.roll_backs == []
    assert executions.returns == [f"{held.migration_id}-1"]


def test_the_age_of_the_oldest_wait_leaves_people_out(
    table: RecordTable, held: Record, resumed: Any
) -> None:
    held.waits.open("RequestApproval", "token-1", "approval")
    assert round_of(table, held, Executions(), resumed).oldest_wait_seconds is None
    held.waits.open("RunFullLoad", "token-2", "arn")
    age = round_of(table, held, Executions(), resumed).oldest_wait_seconds
    assert age is not None
    assert age > 0


@pytest.mark.parametrize("how", ["ended", "gone"])
def test_how_it_ended_is_told_once_nothing_runs(
    table: RecordTable, held: Record, resumed: Any, how: str
) -> None:
    asked: list[str] = []

    def tell(record: Record) -> None:
        asked.append(record.migration_id)
        raise ConnectionError("no answer")

    round_of(table, held, Executions(), resumed, tell_end=tell)
    assert asked == [], "the report itself tells it"
    if how == "ended":
        held.turn("ended")
    done = round_of(table, held, Executions(ended={EXECUTION}), resumed, tell_end=tell)
    assert asked == [held.migration_id]
    assert done.problems == ("the last message: ConnectionError: no answer",)


@dataclass
class OneTask:
    """A replication service with one task."""

    status: str

    def task(self, arn: str) -> TaskTruth | None:
        if not self.status:
            return None
        return TaskTruth(arn, self.status, "", "", "disk full")


@pytest.mark.parametrize(
    ("verdict", "status", "error"),
    [
        ("PASS", "running", ""),
        ("WARN", "running", ""),
        ("FAIL", "running", "WalBudgetExceeded"),
        ("PASS", "failed", "ReplicationTaskFailed"),
        ("PASS", "stopped", "ReplicationTaskFailed"),
        ("PASS", "", "ReplicationTaskFailed"),
    ],
)
def test_an_approval_that_could_not_be_carried_out_ends(
    record: Record, resumed: Any, verdict: str, status: str, error: str
) -> None:
    record.put_fact("task", {"arn": "arn"})
    record.put_fact("measure_source", {"verdict": verdict, "detail": "too much"})
    wait = record.waits.open("RequestApproval", "token", "approval")
    dms: Any = OneTask(status)
    assert guard_approval(record, dms, resumed, wait) == bool(error)
    assert [outcome.error for _, outcome in resumed.sent] == ([error] if error else [])


def test_an_approval_of_a_schema_that_somebody_altered_ends(record: Record, resumed: Any) -> None:
    record.put_fact("task", {"arn": "arn"})
    record.put_fact("measure_source", {"verdict": "PASS", "schema_changed": "table x is new"})
    wait = record.waits.open("RequestApproval", "token", "approval")
    dms: Any = OneTask("running")
    assert guard_approval(record, dms, resumed, wait)
    assert [(sent.error, sent.cause) for _, sent in resumed.sent] == [
        ("SchemaChanged", "table x is new")
    ]


def test_nobody_is_waited_for_once_the_switch_is_seen_not_to_be_made(
    record: Record, resumed: Any
) -> None:
    began = record.switch_begins()
    wait = record.waits.open("ConfirmCutover", "token", "approval")
    assert not guard_confirmation(record, resumed, wait)
    record.switch_not_made(began)
    assert guard_confirmation(record, resumed, wait)
    assert [outcome.error for _, outcome in resumed.sent] == ["SwitchNotMade"]


def start(table: RecordTable, name: str, executions: Executions, **given: Any) -> bool:
    arn = given.pop("arn", f"arn:{name}-{given.get('mode', 'migrate')}")
    return begin(
        parse_request(given),
        migration_id=name,
        execution_arn=arn,
        ownership=Ownership(table),
        record=Record(table, name),
        is_running=executions.is_running,
    )


FIRST, SECOND = "redash-20260131-020000", "redash-20260131-030000"
FIRST_ARN = f"arn:{FIRST}-migrate"


def acting(table: RecordTable) -> Record:
    return owned(table, FIRST, execution=FIRST_ARN)


def test_one_migration_at_a_time(table: RecordTable) -> None:
    executions = Executions()
    start(table, FIRST, executions)
    start(table, FIRST, executions)  # a redrive
    with pytest.raises(MigrationInProgress, match=f"{FIRST} is running"):
        start(table, SECOND, executions)


def test_two_executions_of_one_second_are_two(table: RecordTable) -> None:
    executions = Executions()
    start(table, FIRST, executions)
    for executions.ended in (set(), {FIRST_ARN}):
        with pytest.raises(MigrationInProgress, match="same second"):
            start(table, FIRST, executions, arn="arn:other")


def test_a_name_is_its_first_execution_s_for_good(table: RecordTable) -> None:
    """Redriven days later, the other would go on with milestones and decisions of the first."""
    executions = Executions()
    for name in (FIRST, SECOND):
        start(table, name, executions)
        owned(table, name, execution=f"arn:{name}-migrate").turn("ended")
    with pytest.raises(MigrationInProgress, match="same second"):
        start(table, FIRST, executions, arn="arn:other")


def test_a_migration_stopped_half_way_must_be_taken_back_first(table: RecordTable) -> None:
    executions = Executions()
    start(table, FIRST, executions)
    acting(table).undo.add("lift_fence", {}, where="database")
    executions.ended.add(FIRST_ARN)
    with pytest.raises(MigrationInProgress, match=r"not wholly taken back \(lift_fence\)"):
        start(table, SECOND, executions)
    assert not start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    assert Record(table, FIRST).phase() == "back"


def test_what_could_not_be_taken_back_stands_in_the_way_of_the_next(table: RecordTable) -> None:
    executions = Executions()
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    [entry] = record.undo.all()
    record.undo.failed(entry, "x", tired=True)
    record.turn("back")
    record.turn("ended")
    with pytest.raises(MigrationInProgress, match="not wholly taken back"):
        start(table, SECOND, executions)


def test_a_running_migration_is_not_rolled_back_by_its_name(table: RecordTable) -> None:
    executions = Executions()
    start(table, FIRST, executions)
    acting(table).undo.add("lift_fence", {}, where="database")
    with pytest.raises(MigrationInProgress, match="is running"):
        start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)


def one_that_has_not_looked(table: RecordTable) -> Executions:
    """A step of the first migration wrote its entry between the second's look and its take; the
    second's Begin died before it could look again."""
    executions = Executions()
    start(table, FIRST, executions)
    acting(table).undo.add("lift_fence", {}, where="database")
    seen = Ownership(table).last()
    Ownership(table).take(SECOND, f"arn:{SECOND}-migrate", instead_of=seen)
    executions.ended |= {FIRST_ARN, f"arn:{SECOND}-migrate"}
    return executions


def test_who_replaces_one_that_had_not_looked_looks_in_its_place(table: RecordTable) -> None:
    executions = one_that_has_not_looked(table)
    with pytest.raises(MigrationInProgress, match=rf"{FIRST} is not wholly taken back"):
        start(table, "redash-20260131-040000", executions)
    assert not start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    assert Record(table, FIRST).phase() == "back"


def test_a_begin_that_is_repeated_looks_again(table: RecordTable) -> None:
    executions = one_that_has_not_looked(table)
    with pytest.raises(MigrationInProgress, match=rf"{FIRST} is not wholly taken back"):
        start(table, SECOND, executions)
    last = Ownership(table).last()
    assert last is not None
    assert (last.migration_id, last.execution_arn) == (FIRST, FIRST_ARN)


def test_whose_begin_died_before_it_looked_gives_the_lock_back(
    table: RecordTable, resumed: Any
) -> None:
    executions = one_that_has_not_looked(table)
    for _ in range(3):
        round_of(table, Record(table, SECOND), executions, resumed)
    last = Ownership(table).last()
    assert last is not None
    assert (last.migration_id, last.phase) == (FIRST, "forward")


def test_two_roll_backs_at_once_are_one(table: RecordTable) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    acting(table).undo.add("lift_fence", {}, where="database")
    start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    with pytest.raises(MigrationInProgress, match="is running"):
        start(table, FIRST, executions, mode="roll-back", migrationId=FIRST, arn="arn:other")


def test_after_the_switch_the_approvers_are_asked(table: RecordTable) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    record.switch_begins()
    with pytest.raises(MigrationInProgress, match="neither kept nor taken back"):
        start(table, SECOND, executions)
    assert start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    assert Record(table, FIRST).phase() == "forward"


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("forged", ["reopened", "rolled_back", "turned", "not made"])
def test_nothing_that_any_function_may_write_spares_the_question(
    table: RecordTable, forged: Any, ended: bool
) -> None:
    """Users are on the new side, and somebody with the record's table says that they are not."""
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    record.switch_begins()
    if ended:
        record.turn("ended")
    if forged == "turned":
        record.of("return").put_fact(EARLIER_SWITCH_FACT, {"state": "made"})
    elif forged == "not made":
        table.update(FIRST, "MILESTONE#switch_began", values={"not_made": "2026-01-31T02:00:00Z"})
    else:
        record.milestone(forged)
    assert start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    assert Record(table, FIRST).phase() == "forward"


@pytest.mark.parametrize("said", ["nothing", "a forged milestone", "a switch that was not made"])
def test_who_stands_before_a_closed_door_is_led_back_whatever_is_said_of_a_switch(
    table: RecordTable, record: Record, resumed: Any, said: str
) -> None:
    record.undo.add("set_actions", {}, where="aws", service="serves")
    record.milestone("pause_began")
    if said == "a forged milestone":
        record.milestone("switch_began")
    elif said == "a switch that was not made":
        # Its execution died before RollBack, which comes next, had turned anything.
        mine = record.switch_begins()
        record.switch_not_made(mine)
    executions = Executions(ended={EXECUTION})
    for _ in range(2):
        round_of(table, record, executions, resumed)
    assert executions.roll_backs == [f"{record.migration_id}-1"]


@pytest.mark.parametrize("forged", ["x", "arn:another's", 1, ["x"]])
def test_a_roll_back_that_nobody_began_keeps_none_from_being_begun(
    table: RecordTable, record: Record, resumed: Any, forged: Any
) -> None:
    record.undo.add("set_actions", {}, where="aws", service="serves")
    record.milestone("pause_began")
    record.put_fact("roll_back", {"execution": forged})
    executions = Executions(ended={EXECUTION})

    def is_running(execution_arn: str) -> bool:
        if execution_arn == EXECUTION:
            return False
        raise ClientError({"Error": {"Code": "InvalidArn", "Message": ""}}, "DescribeExecution")

    executions.is_running = is_running  # type: ignore[method-assign]
    for _ in range(2):
        round_of(table, record, executions, resumed)
    assert executions.roll_backs == [f"{record.migration_id}-1"]


@pytest.mark.parametrize("state", ["begun", "made"])
def test_within_a_return_no_word_of_any_function_leads_users_home(
    table: RecordTable, record: Record, resumed: Any, state: str
) -> None:
    """They stand before a closed door or write on the new side, and only the owner's item tells
    whether the way home was open to them."""
    record.undo.add("lift_fence", {}, where="database")
    record.switch_begins()
    record.turn("return")
    home = record.of("return")
    home.undo.add("set_actions", {}, where="aws", service="serves")
    home.put_fact("switch", {"state": state})
    before_users_are_home(home)
    assert not at_its_end(record)
    executions = Executions(ended={EXECUTION})
    with pytest.raises(InvalidInput, match="half-way"):
        start(
            table,
            record.migration_id,
            executions,
            mode="roll-back",
            migrationId=record.migration_id,
            arn="arn:by-name",
        )
    for _ in range(2):
        round_of(table, record, executions, resumed)
    assert executions.roll_backs == []
    assert executions.returns == [f"{record.migration_id}-1"]


def test_a_return_of_an_older_version_is_known_by_its_own_word(
    table: RecordTable, record: Record
) -> None:
    """The table outlives the stack: the owner's item may say nothing of a switch home."""
    items: Any = table
    record.turn("return")
    del items.items["OWNER", "OWNER"]["switched_back"]
    home = record.of("return")
    assert not turned(home)
    home.put_fact(EARLIER_SWITCH_FACT, {"state": "begun"})
    assert turned(home)
    assert not at_home(home)


def test_what_was_decided_is_not_asked_again(table: RecordTable) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    record.milestone("switch_began")
    record.turn("back")
    assert not start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)


@pytest.mark.parametrize("ended", [False, True])
def test_what_was_kept_is_not_taken_back(table: RecordTable, ended: bool) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    record.turn("kept")
    record.milestone("kept")
    if ended:
        record.turn("ended")
    with pytest.raises(InvalidInput, match="was kept"):
        start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    start(table, SECOND, executions)


def test_only_the_last_migration_is_taken_back(table: RecordTable) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    acting(table).turn("ended")
    start(table, SECOND, executions)
    executions.ended.add(f"arn:{SECOND}-migrate")
    with pytest.raises(InvalidInput, match="not the last migration"):
        start(table, FIRST, executions, mode="roll-back", migrationId=FIRST)
    with pytest.raises(InvalidInput, match="has changed nothing"):
        start(table, SECOND, executions, mode="roll-back", migrationId=SECOND)


def test_a_function_still_at_work_keeps_the_next_migration_waiting(table: RecordTable) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    mine = Acting(FIRST, FIRST_ARN, ("forward",))
    attempt = record.attempts.begin(mine, "RestoreTable", "1", seconds=900, service=False)
    record.turn("ended")
    with pytest.raises(MigrationInProgress, match="RestoreTable may still be at work until"):
        start(table, SECOND, executions)
    record.attempts.end(attempt)
    start(table, SECOND, executions)


@pytest.mark.parametrize("named", ["x", "redash-1", "../x", "redash-20260131-020000x", "OWNER"])
def test_a_roll_back_names_a_migration(named: str) -> None:
    with pytest.raises(InvalidInput, match=r"^migrationId: "):
        parse_request({"mode": "roll-back", "migrationId": named})


@pytest.mark.parametrize(("verdict", "roll_backs"), [("FAIL", 1), ("WARN", 0), ("PASS", 0)])
def test_an_execution_stopped_before_the_pause_is_taken_back_when_the_wal_budget_is_spent(
    table: RecordTable, held: Record, resumed: Any, verdict: str, roll_backs: int
) -> None:
    held.undo.add("delete_task", {"identifier": "x"}, where="aws")
    held.put_fact("measure_source", {"verdict": verdict})
    executions = Executions(ended={EXECUTION})
    round_of(table, held, executions, resumed)
    assert executions.roll_backs == [], "what one round saw may be stale"
    round_of(table, held, executions, resumed)
    assert len(executions.roll_backs) == roll_backs


@pytest.mark.parametrize("kept", [False, True])
def test_to_finish_is_asked_unless_it_was_kept(table: RecordTable, kept: bool) -> None:
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    record.switch_begins()
    if kept:
        record.milestone("kept")
    assert start(table, FIRST, executions, mode="finish", migrationId=FIRST) is not kept


@pytest.mark.parametrize("mode", ["return", "finish"])
def test_nothing_leads_on_from_being_taken_back(table: RecordTable, mode: str) -> None:
    """Its roll-back was stopped and is still at work: the listener is about to turn."""
    executions = Executions(ended={FIRST_ARN})
    start(table, FIRST, executions)
    record = acting(table)
    record.undo.add("lift_fence", {}, where="database")
    record.switch_begins()
    record.turn("back")
    with pytest.raises(InvalidInput, match="is being taken back"):
        start(table, FIRST, executions, mode=mode, migrationId=FIRST)
    assert start(table, FIRST, executions, mode="roll-back", migrationId=FIRST) is False


def test_what_a_step_waits_for_that_has_just_begun_is_not_closed(
    table: RecordTable, record: Record, resumed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An execution is redriven in the moment in which two rounds agree that it is gone: nobody
    could answer it for as long as its state may take."""
    executions = Executions(ended={EXECUTION})
    record.waits.open("ConfirmCutover", "of before", "approval")
    round_of(table, record, executions, resumed)
    kept = Attempts.how_many

    def how_many(self: Attempts) -> int:
        found = kept(self)
        record.waits.open("ConfirmCutover", "of now", "approval")
        return found

    monkeypatch.setattr(Attempts, "how_many", how_many)
    round_of(table, record, executions, resumed)
    wait = record.waits.get("ConfirmCutover")
    assert wait is not None
    assert (wait.token, wait.state) == ("of now", "OPEN")


@pytest.mark.parametrize("earlier", [0, 900])
def test_an_execution_whose_step_begins_between_two_rounds_is_not_gone(
    table: RecordTable, record: Record, resumed: Any, earlier: int
) -> None:
    """It was redriven, and is still told as it was before. A step of before may have had longer."""
    executions = Executions(ended={EXECUTION})
    record.milestone("pause_began")
    owner = Ownership(table).last()
    assert owner is not None
    whose = Acting(owner.migration_id, owner.execution_arn, ("forward",))
    if earlier:
        record.attempts.begin(whose, "RestoreTable", "run", seconds=earlier, service=False)
    round_of(table, record, executions, resumed)
    record.attempts.begin(whose, "FenceSource", "run", seconds=60, service=True)
    round_of(table, record, executions, resumed)
    assert executions.roll_backs == []
    round_of(table, record, executions, resumed)
    assert len(executions.roll_backs) == 1
