"""A return's side of the load balancer, its modes, and what it leaves in the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from redash_migration import wiring
from redash_migration.adapters.ecs_truth import ServiceTruth
from redash_migration.approval.standing.ending import ending_of
from redash_migration.begin import begin
from redash_migration.errors import (
    InvalidInput,
    NotFoundInRecord,
    NotTheOwner,
    PauseBudgetExceeded,
    TargetNotHealthy,
    TasksStillRun,
    TransientFailure,
)
from redash_migration.execution_input import parse_request
from redash_migration.function_settings import CloseNewHomeSettings, LookAtOldHomeSettings
from redash_migration.homecoming.arrival import arrived, before_users_are_home, turned
from redash_migration.homecoming.closing import while_nobody_returns
from redash_migration.homecoming.facts import FAILED_FACT, LEFT_OPEN_FACT, PAUSE_FACT
from redash_migration.homecoming.forward_again import is_forward, note_failure, note_open_again
from redash_migration.homecoming.prediction import predict_return
from redash_migration.homecoming.traffic import close_new_home, look_at_old_home, open_old_home
from redash_migration.host.serving import serving
from redash_migration.in_flight import Standstill, at_work
from redash_migration.precedence import alone, leads_alone
from redash_migration.record import Check, Record
from redash_migration.record.owner import PHASES, Acting
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import RecordTable
from redash_migration.report.contents import report, status
from redash_migration.report.homecoming import homecoming
from redash_migration.rollback.end import at_its_end
from redash_migration.settings import read
from redash_migration.traffic.actions import is_maintenance, target_groups
from redash_migration.traffic.switch import close_old_home
from tests.function_environment import ENVIRONMENT
from tests.owning import EXECUTION, owned, undo_keys
from tests.unit.core.conftest import Front, healthy

LATER = f"{EXECUTION}-later"


@dataclass
class Services:
    """ECS, whose tasks take a few looks to end, or never do."""

    running: dict[str, int] = field(default_factory=lambda: {"server": 2, "worker": 1, "beat": 1})
    desired: dict[str, int] = field(default_factory=lambda: {"server": 2, "worker": 1, "beat": 1})
    stubborn: bool = False
    asked: list[str] = field(default_factory=list)

    def services(self, names: list[str]) -> dict[str, ServiceTruth]:
        if not self.stubborn:
            for name, count in self.desired.items():
                self.running[name] = max(count, self.running[name] - 1)
        return {
            name: ServiceTruth(name, self.desired[name], self.running[name], 0, "", "")
            for name in names
            if name in self.desired
        }

    def set_desired(self, name: str, count: int) -> None:
        self.asked.append(name)
        self.desired[name] = count


class BothSettings(CloseNewHomeSettings, LookAtOldHomeSettings):
    """What the two steps of a return are told that wait for the ends of a home."""


def settings_of(front: Front) -> BothSettings:
    own = {
        "LISTENER_ARN": front.settings.listener_arn,
        "ECS_SERVER_SERVICE": "server:2",
        "ECS_WORKER_SERVICES": "beat:1,worker:1,gone:1",
        "TARGET_TIMEOUT_SECONDS": "60",
    }
    return read(BothSettings, {**ENVIRONMENT, **own})


@pytest.fixture
def home(record: Record, front: Front) -> Record:
    """The return's record, with users on the new side."""
    close_old_home(record, front.balancing, front.settings)
    front.balancing.set_actions(
        front.settings.listener_arn, "", [{"Type": "forward", "TargetGroupArn": front.new}]
    )
    record.milestone("switch_began")
    return record.of("return")


def test_users_are_locked_out_before_a_task_is_asked_to_end(home: Record, front: Front) -> None:
    ecs = Services()
    seen: list[bool] = []
    ecs_asked = ecs.set_desired

    def asked(name: str, count: int) -> None:
        seen.append(is_maintenance(front.actions()))
        ecs_asked(name, count)

    ecs.set_desired = asked  # type: ignore[method-assign]
    found = close_new_home(home, ecs, front.balancing, settings_of(front), lambda _: None)  # type: ignore[arg-type]
    assert found == {"closed": True, "waiting_for": ""}
    assert seen == [True, True, True]
    assert ecs.asked == ["beat", "worker", "server"]
    # Before the first deed: what leads forward again, the servers' entry last, so first.
    entries = {(e.action, e.key): e.arguments for e in home.undo.all()}
    assert entries["set_desired", "server"] == {"service": "server", "count": 2}
    assert target_groups(entries["set_actions", "listener"]["actions"]) == [front.new]
    assert home.of("forward").undo.all()[0].action == "set_actions"  # kept apart


def test_tasks_that_do_not_end_keep_the_door_shut_until_it_is_too_long(
    home: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redash_migration.homecoming.traffic.LOOK_SECONDS", 0.0)

    def look() -> bool:
        found = close_new_home(
            home,
            Services(stubborn=True),  # type: ignore[arg-type]
            front.balancing,
            settings_of(front),
            lambda _: None,
        )
        return bool(found["closed"])

    home.put_fact(PAUSE_FACT, {})
    assert look() is False
    home.put_fact(PAUSE_FACT, {"began": "2026-01-31T01:00:00.000000Z"})
    with pytest.raises(TasksStillRun, match="server: 2 tasks still run"):
        look()


def test_an_earlier_try_does_not_count_as_waiting(
    home: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redash_migration.homecoming.traffic.LOOK_SECONDS", 0.0)
    home.put_fact("old_home_awaited", {"at": "2026-01-01T00:00:00.000000Z"})
    home.put_fact(PAUSE_FACT, {})
    found = look_at_old_home(home, front.balancing, settings_of(front), lambda _: None)
    assert (found["healthy"], found["targets"]) == (False, [])
    home.put_fact(PAUSE_FACT, {"began": "2026-01-31T01:00:00.000000Z"})
    with pytest.raises(TargetNotHealthy, match="no target is registered"):
        look_at_old_home(home, front.balancing, settings_of(front), lambda _: None)


def test_users_go_home_by_the_way_they_came(
    home: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_new_home(home, Services(), front.balancing, settings_of(front), lambda _: None)  # type: ignore[arg-type]
    home.undo.add("lift_fence", {"before": None, "roles": []}, where="database", service="serves")
    with pytest.raises(TargetNotHealthy):
        open_old_home(home, front.balancing, settings_of(front))
    assert not turned(home)
    healthy(monkeypatch)
    with pytest.raises(PauseBudgetExceeded):
        open_old_home(home, front.balancing, settings_of(front), until=1.0)
    assert not turned(home)
    assert is_maintenance(front.actions())
    for _ in range(2):
        open_old_home(home, front.balancing, settings_of(front))
    assert target_groups(front.actions()) == [front.old]
    assert turned(home)
    assert {"began", "ended"} == set(home.fact(PAUSE_FACT) or {})
    # The new database stays closed until its tables are put aside.
    assert [entry.action for entry in home.undo.pending()] == ["lift_fence"]


def test_a_switch_that_was_begun_and_died_counts_as_a_return_once_all_is_taken_back(
    record: Record, home: Record
) -> None:
    home.put_fact(PAUSE_FACT, {"began": "2026-01-31T02:00:00.000000Z"})
    home.note_home("begun")
    for entry in record.undo.pending():
        record.undo.done(entry)
    arrived(home, "2026-01-31T02:00:20.000000Z")
    assert status(record, None) == "RETURNED"
    # Its execution died at home, and another one has taken back what was left.
    asked = {"name": "RollBackAsked", "cause": "taken back on request", "state": "Begin"}
    whole = report(record, Nothing(), asked)  # type: ignore[arg-type]
    assert (whole["status"], whole["error"]) == ("RETURNED", None)
    assert status(record, {**asked, "name": "Broken"}) == "FAILED"
    assert (home.fact(PAUSE_FACT) or {})["ended"].endswith(":20.000000Z")


def test_a_return_that_failed_says_by_what_and_may_be_tried_again(
    record: Record, home: Record
) -> None:
    home.put_fact(PAUSE_FACT, {"began": "2026-01-31T02:00:00.000000Z"})
    note_failure(home, {"name": "FenceNotHeld", "cause": "somebody", "state": "FenceTarget"})
    is_forward(home)
    note_failure(home, None)
    assert (home.fact(FAILED_FACT) or {})["name"] == "FenceNotHeld"
    assert home.fact(PAUSE_FACT) == {}
    assert not turned(home)
    assert [each["event"] for each in record.audit_trail()][-1:] == ["forward_again"]


def test_the_step_that_failed_is_named_where_several_were_at_work(
    record: Record, home: Record
) -> None:
    for name in ("ReturnTable", "VerifyOldHome", "VerifyReturned"):
        record.steps.started(name)
    for name in ("VerifyReturned", "ReturnTable"):
        record.steps.ended(name, "FAILED")
    note_failure(home, {"name": "Broken", "cause": "", "state": "CarryRestAndVerify"})
    assert (home.fact(FAILED_FACT) or {})["state"] == "ReturnTable"
    note_failure(home, {"name": "Broken", "cause": "", "state": "VerifyOldHome"})
    assert (home.fact(FAILED_FACT) or {})["state"] == "VerifyOldHome"


def test_the_pauses_of_tries_that_failed_count_among_those_in_which_users_waited(
    record: Record, home: Record
) -> None:
    def told() -> dict[str, Any]:
        found = homecoming(home, Nothing(), {})  # type: ignore[arg-type]
        assert found is not None
        return found

    for minute in (1, 2):
        home.put_fact(PAUSE_FACT, {"began": f"2026-01-31T02:0{minute}:00.000000Z"})
        home.put_fact(FAILED_FACT, {"name": "FenceNotHeld", "cause": "", "state": "FenceTarget"})
        let_in = {"led_forward": f"2026-01-31T02:0{minute}:11.500000Z"}
        home.put_fact(PAUSE_FACT, {**(home.fact(PAUSE_FACT) or {}), **let_in})
        for _ in range(2):
            is_forward(home)
    home.put_fact(PAUSE_FACT, {})  # a third one that failed before it closed anything
    is_forward(home)
    assert told()["failed_pauses_seconds"] == [11.5, 11.5]
    assert told()["write_pause_seconds"] is None
    record.milestone("pause_began")
    record.milestone("pause_ended")
    whole = report(record, Nothing(), None)  # type: ignore[arg-type]
    assert whole["unavailable_seconds"] == whole["write_pause_seconds"] + 23.0


def test_users_are_let_in_again_once(home: Record) -> None:
    note_open_again(home)
    assert home.fact(PAUSE_FACT) is None
    home.put_fact(PAUSE_FACT, {"began": "2026-01-31T02:00:00.000000Z"})
    note_open_again(home)
    first = home.fact(PAUSE_FACT)
    note_open_again(home)
    assert home.fact(PAUSE_FACT) == first
    assert {"began", "led_forward"} == set(first or {})


class Nothing:
    """No artifact was ever written."""

    def get_json(self, name: str) -> Any:
        raise NotFoundInRecord(name)


def test_what_a_failed_return_left_open_is_told(home: Record) -> None:
    def told() -> Check:
        return next(one for one in home.checks.all() if one.id == "return.taken_back")

    home.undo.add("close_old_side", {}, where="database", key="opened", service="serves")
    [entry] = home.undo.pending()
    home.undo.failed(entry, "OperationalError: no answer", tired=True)
    is_forward(home)
    assert (told().status, "close_old_side opened" in told().detail) == ("WARN", True)
    home.undo.done(entry)
    is_forward(home)
    assert told().status == "PASS"


def test_what_leads_forward_waits_for_no_run_of_its_own(record: Record) -> None:
    acting = Acting(record.migration_id, EXECUTION, ("forward",))
    for state in ("GoForward", "GoForwardDatabase", "SwitchBack"):
        record.attempts.begin(acting, state, state, seconds=60, service=True)
    assert [each.state for each in at_work(record, service=True)] == ["SwitchBack"]


def test_scheduler_and_workers_are_not_started_before_users_are_home() -> None:
    roles = {"server": "server", "scheduler": "scheduler", "adhoc": "worker", "redis": "redis"}
    host = {
        "containers": [{"name": name, "role": role} for name, role in roles.items()],
        "running": ["server", "scheduler", "adhoc", "redis"],
    }
    assert serving(host) == ["server", "redis"]


def test_the_prediction_grows_with_what_was_written() -> None:
    few, many = (predict_return((), (), writes) for writes in (10, 1_000_000))
    assert many.seconds > few.seconds
    assert predict_return((), (), None).seconds == pytest.approx(few.seconds, abs=0.1)


@pytest.mark.parametrize("mode", ["return", "finish"])
def test_return_and_finish_name_a_migration(mode: str) -> None:
    with pytest.raises(InvalidInput, match="migrationId"):
        parse_request({"mode": mode})
    asked = parse_request({"mode": mode, "migrationId": "redash-20260131-020000"})
    assert (asked.mode, asked.migration_id) == (mode, "redash-20260131-020000")


def later(table: RecordTable, mode: str, name: str = "redash-20260131-020000") -> bool:
    """What Begin says when the question has expired and its execution has ended."""
    return begin(
        parse_request({"mode": mode, "migrationId": name}),
        migration_id=name,
        execution_arn=LATER,
        ownership=Ownership(table),
        record=Record(table, name),
        is_running=lambda _: False,
    )


@pytest.mark.parametrize("mode", ["return", "finish"])
def test_after_the_question_expired_a_person_may_still_return_or_finish(
    table: RecordTable, record: Record, mode: str
) -> None:
    record.switch_begins()
    record.turn("ended")
    # What nobody has kept is finished with the approvers' answer; a return asks on its own way.
    assert later(table, mode) is (mode == "finish")
    owner = Ownership(table).last()
    assert owner is not None
    # What a return left half-way is led forward again first.
    assert (owner.phase, owner.execution_arn) == ("return", LATER)


@pytest.mark.parametrize("mode", ["return", "finish"])
def test_nobody_returns_or_finishes_where_the_switch_was_seen_not_to_be_made(
    table: RecordTable, record: Record, mode: str
) -> None:
    """Its milestone stays: a return would be led forward again, before a closed door."""
    record.undo.add("lift_fence", {}, where="database")
    record.switch_not_made(record.switch_begins())
    record.turn("ended")
    with pytest.raises(InvalidInput, match="not on the new side"):
        later(table, mode)


@pytest.mark.parametrize("mode", ["return", "finish"])
def test_nobody_returns_or_finishes_where_users_are_not_on_the_new_side(
    table: RecordTable, record: Record, mode: str
) -> None:
    with pytest.raises(InvalidInput, match="not on the new side"):
        later(table, mode)
    record.milestone("switch_began")
    record.of("return").note_home("begun")
    with pytest.raises(InvalidInput, match="not on the new side"):
        later(table, mode)
    owned(table, "redash-20260201-020000")
    with pytest.raises(InvalidInput, match="not the last migration"):
        later(table, mode)


def test_what_was_kept_is_finished_again_and_never_returned(
    table: RecordTable, record: Record
) -> None:
    record.switch_begins()
    record.milestone("kept")
    with pytest.raises(InvalidInput, match="was kept"):
        later(table, "return")
    assert later(table, "finish") is False
    owner = Ownership(table).last()
    assert owner is not None
    # In a return whoever leads on an execution that dies would be refused, minute by minute.
    assert owner.phase == "kept"


def test_a_return_that_is_half_way_is_led_forward_before_anybody_takes_it_back(
    table: RecordTable, record: Record
) -> None:
    record.undo.add("set_actions", {}, where="aws")
    record.milestone("switch_began")
    record.turn("return")
    with pytest.raises(InvalidInput, match=r"a return of .* is half-way"):
        later(table, "roll-back")


def test_what_a_return_left_once_users_were_home_is_taken_back_unasked(
    table: RecordTable, record: Record
) -> None:
    record.undo.add("set_actions", {}, where="aws")
    record.milestone("switch_began")
    record.turn("return")
    record.of("return").note_home("begun")
    assert later(table, "roll-back") is False
    owner = Ownership(table).last()
    assert owner is not None
    assert owner.phase == "back"


def test_a_return_that_serves_nobody_has_not_ended(record: Record) -> None:
    record.milestone("pause_began")
    record.milestone("pause_ended")
    record.turn("return")
    assert at_its_end(record)
    record.of("return").undo.add("set_actions", {}, where="aws", service="serves")
    assert not at_its_end(record)


def test_a_return_that_leads_forward_to_a_closed_door_has_not_ended(record: Record) -> None:
    """Whether the switch was made was in doubt when it began: it found the maintenance answer."""
    record.milestone("pause_began")
    record.switch_begins()
    record.turn("return")
    assert not at_its_end(record)


def test_a_switch_home_that_was_only_begun_has_not_ended(record: Record) -> None:
    """The step died before it changed the listener: users are before the maintenance answer."""
    for name in ("pause_began", "switch_began", "pause_ended"):
        record.milestone(name)
    record.turn("return")
    home = record.of("return")
    home.put_fact(PAUSE_FACT, {"began": "2026-01-31T02:00:00.000000Z"})
    home.note_home("begun")
    assert not at_its_end(record)
    told = report(record, Nothing(), {"name": "Broken", "cause": "", "state": "SwitchBack"})  # type: ignore[arg-type]
    assert ending_of(told, record.milestones()).serves == "nobody"
    arrived(home)
    assert at_its_end(record)


@pytest.mark.parametrize("fact", ["ended", "led_forward"])
def test_a_pause_that_was_ended_is_not_told_as_one_that_lasts(record: Record, fact: str) -> None:
    record.milestone("switch_began")
    home, at = record.of("return"), "2026-01-31T02:00:00.000000Z"
    home.put_fact(PAUSE_FACT, {"began": at, fact: at})
    told = report(record, Nothing(), {"name": "Broken", "cause": "", "state": "SwitchBack"})  # type: ignore[arg-type]
    assert ending_of(told, record.milestones()).serves == "new"


def test_a_return_is_not_over_while_another_run_leads_it_forward(record: Record) -> None:
    acting = Acting(record.migration_id, EXECUTION, PHASES)
    hung, own = (
        record.attempts.begin(acting, state, state, seconds=60, service=False)
        for state in ("GoForwardDatabase", "GoForward")
    )
    rests: list[float] = []
    assert not leads_alone(record, 1, sleep=rests.append)
    assert sum(rests) == 1
    record.attempts.end(hung)
    assert leads_alone(record, 0, sleep=rests.append)
    record.attempts.end(own)


def test_who_is_known_to_be_gone_is_waited_for_no_longer(record: Record) -> None:
    """Its own run alone: the same state's next run may be at work."""
    acting = Acting(record.migration_id, EXECUTION, PHASES)
    for run in ("dead", "alive"):
        record.attempts.begin(acting, "FenceSource", run, seconds=60, service=True)
    asked: list[str] = []

    def died(execution: str) -> frozenset[str]:
        asked.append(execution)
        return frozenset({"dead", "another's"})

    with pytest.raises(TransientFailure, match="FenceSource"):
        alone(record, 12, died=died, sleep=lambda _: None)
    assert [one.request for one in record.attempts.unfinished()] == ["alive"]
    assert asked == [EXECUTION] * 3, "every few seconds"
    assert not Standstill(record, 0, sleep=lambda _: None).quiet(service=True)
    everybody = frozenset({"alive"})
    assert Standstill(record, 0, died=lambda _: everybody, sleep=lambda _: None).quiet(service=True)


def test_no_run_closes_the_new_home_behind_users(record: Record) -> None:
    home = record.of("return")
    before_users_are_home(home)
    acting = Acting(record.migration_id, EXECUTION, PHASES)
    attempt = home.attempts.begin(acting, "SwitchBack", "run", seconds=60, service=True)
    with pytest.raises(NotTheOwner, match="too late"):
        before_users_are_home(home)
    home.attempts.end(attempt)
    before_users_are_home(home)
    home.note_home("made")
    with pytest.raises(NotTheOwner, match="too late"):
        before_users_are_home(home)


@pytest.mark.parametrize("way", ["served by the new home", "served by the old one", "in a return"])
def test_the_old_database_is_closed_only_where_users_are_on_the_new_side(
    table: RecordTable, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """That it was left open is any function's word: it must not close what users write in."""
    monkeypatch.setattr(wiring, "record_table", lambda: table)
    monkeypatch.setattr(wiring, "undo_keys", undo_keys)
    record = owned(table, "redash-20260131-020000")
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
