"""Waits, undo list, checks, milestones: on a real table's conditional writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.record import Check, Outcome, Record
from redash_migration.record.checks import verdict
from redash_migration.record.owner import PHASES, Acting
from redash_migration.record.undo.replay import PATIENCE_SECONDS
from redash_migration.record.undo.replay import replay as with_fallbacks
from tests.owning import EXECUTION, owned
from tests.unit.conftest import StandingClock


@pytest.fixture
def table(in_dynamodb: DynamoTable) -> DynamoTable:
    return in_dynamodb


replay = partial(with_fallbacks, without={})

DONE = Outcome.success({"stop_reason": "NORMAL"})


def test_the_first_answer_counts_and_is_sent_once(record: Record, resumed: Any) -> None:
    wait = record.waits.open("RunFullLoad", "token-1", "task-arn")
    assert record.resume(wait, DONE, resumed)
    assert not record.resume(wait, Outcome.failure("Late", "too late"), resumed)
    assert resumed.sent == [("token-1", DONE)]


def test_an_answer_written_but_not_sent_is_sent_later(record: Record, resumed: Any) -> None:
    wait = record.waits.open("RunFullLoad", "token-1", "task-arn")
    resumed.failing = True
    with pytest.raises(ConnectionError):
        record.resume(wait, DONE, resumed)
    resumed.failing = False
    record.deliver("RunFullLoad", resumed)
    record.deliver("RunFullLoad", resumed)
    assert resumed.sent == [("token-1", DONE)]


def test_an_answer_to_the_old_token_changes_nothing(record: Record, resumed: Any) -> None:
    old = record.waits.open("RunFullLoad", "token-1", "task-arn", previous_stop="x")
    new = record.waits.open("RunFullLoad", "token-2")
    assert (new.resource, new.details, new.since) == ("task-arn", {"previous_stop": "x"}, old.since)
    assert not record.resume(old, DONE, resumed)
    assert resumed.sent == []
    assert record.resume(new, DONE, resumed)


def test_a_wait_after_an_answered_one_starts_afresh(record: Record, resumed: Any) -> None:
    first = record.waits.open("DumpSchema", "token-1", "command-1", part=1)
    record.resume(first, DONE, resumed)
    second = record.waits.open("DumpSchema", "token-2", part=2)
    assert (second.resource, second.details) == ("", {"part": 2})


def test_a_token_nobody_knows_closes_the_wait(record: Record, resumed: Any) -> None:
    wait = record.waits.open("StopServices", "token-1")
    resumed.closed.add("token-1")
    record.resume(wait, DONE, resumed)
    after = record.waits.get("StopServices")
    assert after is not None
    assert after.state == "CLOSED"


def test_undo_keeps_what_the_first_run_found(record: Record) -> None:
    record.undo.add("set_actions", {"actions": ["old"]}, where="aws", key="rule")
    record.undo.add("set_actions", {"actions": ["maintenance"]}, where="aws", key="rule")
    assert [entry.arguments for entry in record.undo.all()] == [{"actions": ["old"]}]


def test_replay_goes_backwards_and_changes_sides(record: Record) -> None:
    record.undo.add("a", {"n": 1}, where="aws")
    record.undo.add("b", {}, where="database")
    record.undo.add("c", {}, where="aws")
    seen: list[str] = []
    aws: dict[str, Callable[..., None]] = {
        "a": lambda n: seen.append(f"a{n}"),
        "c": lambda: seen.append("c"),
    }
    assert replay(record.undo, "aws", aws) == "database"
    assert replay(record.undo, "database", {"b": lambda: seen.append("b")}) == "aws"
    assert replay(record.undo, "aws", aws) == "done"
    assert replay(record.undo, "aws", aws) == "done"
    assert seen == ["c", "b", "a1"]


def test_an_undo_that_fails_does_not_keep_the_others_back(record: Record) -> None:
    record.undo.add("start_services", {}, where="aws")
    record.undo.add("broken", {}, where="aws")
    seen: list[str] = []

    def broken() -> None:
        seen.append("broken")
        raise ConnectionError("no answer")

    actions = {"broken": broken, "start_services": lambda: seen.append("started")}
    time = Time()
    assert replay(record.undo, "aws", actions, sleep=time.sleep, clock=time) == "done"
    assert seen == ["broken"] * len(seen[:-1]) + ["started"]
    assert time.rests[:5] == [1, 2, 4, 8, 10]
    assert PATIENCE_SECONDS <= time() < PATIENCE_SECONDS + 10
    states = {entry.action: entry.state for entry in record.undo.all()}
    assert states == {"broken": "FAILED", "start_services": "DONE"}
    record.undo.try_again()
    actions["broken"] = lambda: seen.append("mended")
    assert replay(record.undo, "aws", actions) == "done"
    assert seen[-2:] == ["started", "mended"]


def test_an_undo_waits_for_what_is_away_for_a_moment(record: Record) -> None:
    record.undo.add("lift_fence", {}, where="database")
    answers: list[Exception | None] = [ConnectionError("restarting")] * 4 + [None]

    def lift() -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    time = Time()
    assert (
        replay(record.undo, "database", {"lift_fence": lift}, sleep=time.sleep, clock=time)
        == "done"
    )
    assert (time(), [entry.state for entry in record.undo.all()]) == (15, ["DONE"])


def test_what_users_do_not_need_is_put_off_at_its_first_failure(record: Record) -> None:
    record.undo.add("open_door", {}, where="aws", service="serves")
    record.undo.add("start_services", {}, where="aws", service="helps")
    seen: list[str] = []

    def start() -> None:
        seen.append("start")
        if "opened" not in seen:
            raise ConnectionError("the agent is away")

    actions = {"open_door": lambda: seen.append("opened"), "start_services": start}
    time = Time()
    done = replay(
        record.undo, "aws", actions, dispensable=lambda entry: entry.action == "start_services",
        sleep=time.sleep, clock=time,
    )  # fmt: skip
    assert (done, seen, time.rests) == ("done", ["start", "opened", "start"], [])


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.rests: list[float] = []

    def __call__(self) -> float:
        return sum(self.rests)

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)


def test_a_step_run_again_after_a_roll_back_records_anew(record: Record) -> None:
    seen: list[int] = []
    record.undo.add("fence", {"n": 1}, where="aws")
    replay(record.undo, "aws", {"fence": lambda n: seen.append(n)})  # noqa: PLW0108 - by keyword
    record.undo.add("fence", {"n": 2}, where="aws")
    assert [(entry.state, entry.arguments) for entry in record.undo.all()] == [
        ("PENDING", {"n": 2})
    ]


def test_unknown_is_not_a_pass() -> None:
    unknown = Check("a", "UNKNOWN", "")
    assert verdict([Check("b", "PASS", ""), Check("c", "WARN", ""), unknown]) == "UNKNOWN"
    assert verdict([unknown, Check("d", "FAIL", "")]) == "FAIL"
    assert verdict([]) == "PASS"


def test_a_milestone_keeps_its_first_time(record: Record) -> None:
    first = record.milestone("pause_began")
    assert record.milestone("pause_began") == first
    assert record.milestones() == {"pause_began": first}


def test_facts_entries_and_audit_come_back(record: Record) -> None:
    assert record.put_fact_once("key", {"key": "a"}) == {"key": "a"}
    assert record.put_fact_once("key", {"key": "b"}) == {"key": "a"}
    record.tables.put("public.queries", {"rows": 3, "名前": "クエリ"})
    record.tables.put("public.queries", {"match": True})
    assert record.tables.all() == {"public.queries": {"rows": 3, "名前": "クエリ", "match": True}}
    record.audit("asked", by="a")
    record.audit("decided", by="b")
    assert [entry["event"] for entry in record.audit_trail()] == ["asked", "decided"]


def test_steps_count_attempts_from_the_first_start(record: Record) -> None:
    record.steps.started("CopySchema")
    record.steps.ended("CopySchema", "FAILED", "Broken: x")
    record.steps.started("CopySchema")
    record.steps.ended("CopySchema", "SUCCEEDED")
    [timing] = record.steps.all()
    assert (timing.attempts, timing.status, timing.seconds) == (2, "SUCCEEDED", 3.0)


def test_what_waits_begins_anew_with_a_redrive(table: DynamoTable) -> None:
    clock = StandingClock()
    first = owned(table, "redash-20260131-020000", clock)
    began = first.waits_since("StartTarget")
    clock.moment += timedelta(hours=1)
    assert first.waits_since("StartTarget") == began
    acting = Acting("redash-20260131-020000", EXECUTION, PHASES, redrives=1)
    redriven = Record(table, "redash-20260131-020000", clock, acting=acting)
    assert redriven.waits_since("StartTarget") > began


def test_a_fact_of_thousands_of_tables_is_kept(table: DynamoTable) -> None:
    """DynamoDB takes no item of 400 KB."""
    record = owned(table, "redash-20260131-020000")
    tables = {f"public.table_{'日' * 20}_{n}": {"state": "Table completed"} for n in range(6000)}
    record.put_fact("replication", {"tables": tables})
    assert record.fact("replication") == {"tables": tables}
    assert record.put_fact_once("other", {"tables": tables}) == {"tables": tables}
    assert record.facts_under("repl") == {"ication": {"tables": tables}}
