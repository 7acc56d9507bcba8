"""The judge of a fault's rehearsal: it is content with a good end, and with no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.faults.case import Case
from rehearsal.faults.judging.invariants import Observed, Standing, violations
from rehearsal.faults.judging.verdict import disagreements

SERVICES = frozenset({"server", "scheduler", "postgres"})
BEFORE = Standing(actions=[{"Type": "forward"}], rules=1, services=SERVICES, slots=frozenset())

ROLLED_BACK = Observed(
    serving="old",
    users_served=True,
    old_database="writable",
    new_database="empty",
    old_services=SERVICES,
    new_tasks=0,
    actions=[{"Type": "forward"}],
    rules=1,
    slots=frozenset(),
    replication_tasks=(),
    leftovers=(),
    lock="",
    acknowledged=400,
    before=BEFORE,
)
SUCCEEDED = replace(
    ROLLED_BACK,
    serving="new",
    old_database="stopped",
    new_database="writable",
    old_services=frozenset(),
    new_tasks=5,
    actions=[{"Type": "forward", "to": "new"}],
)


def test_good_ends_are_good() -> None:
    assert violations(ROLLED_BACK, serves="old") == []
    assert violations(SUCCEEDED, serves="new") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"serving": "new"}, "the listener sends users to the new side"),
        ({"serving": "neither"}, "neither side"),
        ({"users_served": False}, "users get no answers"),
        ({"old_database": "read-only"}, "the old database is read-only"),
        ({"old_database": "stopped"}, "the old database is stopped"),
        ({"new_database": "writable"}, "still holds Redash's tables"),
        ({"old_services": frozenset({"postgres"})}, "scheduler, server"),
        ({"new_tasks": 1}, "1 tasks run on the new side"),
        ({"actions": []}, "rules are not as before"),
        ({"rules": 2}, "rules are not as before"),
        ({"slots": frozenset({"abc"})}, "slots left on the source: abc"),
        ({"replication_tasks": ("task-1",)}, "replication tasks left: task-1"),
        ({"leftovers": ("schema redash_migration",)}, "left on the source: schema"),
        ({"lock": "redash-20260101-000000"}, "has not ended"),
        ({"acknowledged": 3}, "only 3 writes"),
    ],
)
def test_each_trace_after_a_roll_back_is_told(change: dict[str, Any], said: str) -> None:
    found = violations(replace(ROLLED_BACK, **change), serves="old")

    assert any(said in line for line in found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"serving": "old"}, "the old side, not new"),
        ({"old_database": "writable"}, "the old database still takes writes"),
        (
            {"old_services": frozenset({"store postgres", "server"})},
            "old services still run: server",
        ),
        ({"new_tasks": 0}, "no task runs on the new side"),
        ({"new_database": "empty"}, "the new database is empty"),
    ],
)
def test_each_fault_of_a_kept_cutover_is_told(change: dict[str, Any], said: str) -> None:
    found = violations(replace(SUCCEEDED, **change), serves="new")

    assert any(said in line for line in found)


def test_two_writers_are_told_on_either_side() -> None:
    both = replace(ROLLED_BACK, new_tasks=3)

    assert any(line.startswith("both sides write") for line in violations(both, serves="old"))


def test_only_what_is_excused_is_left_out() -> None:
    seen = replace(ROLLED_BACK, lock="redash-20260101-000000", new_tasks=1)

    found = violations(seen, serves="old", excused=frozenset({"lock"}))

    assert [line for line in found if "lock" in line] == []
    assert len(found) == 2


def report(**more: Any) -> dict[str, Any]:
    return {"status": "ROLLED_BACK", "error": None, "checks": [], **more}


WANTED = Case("", "ROLLED_BACK", error="DataMismatch", check="data.public.users")
ERROR = {"name": "DataMismatch", "cause": "", "state": "VerifyData"}
FAILED = [{"id": "data.public.users", "status": "FAIL"}]


def test_a_case_that_ended_as_stated() -> None:
    assert disagreements(WANTED, report(error=ERROR, checks=FAILED), "FAILED") == []


@pytest.mark.parametrize(
    ("found", "execution", "said"),
    [
        (report(error=ERROR, checks=FAILED), "SUCCEEDED", "ended green"),
        (report(error={**ERROR, "name": "Broken"}, checks=FAILED), "FAILED", "Broken"),
        (report(checks=FAILED), "FAILED", "the error is none"),
        (report(error=ERROR), "FAILED", "data.public.users says nothing"),
        (
            report(error=ERROR, checks=[{"id": "data.public.users", "status": "WARN"}]),
            "FAILED",
            "says WARN",
        ),
        (None, "FAILED", "there is no report"),
    ],
)
def test_a_case_that_did_not(found: dict[str, Any] | None, execution: str, said: str) -> None:
    assert any(said in line for line in disagreements(WANTED, found, execution))


def test_a_refused_execution_leaves_no_report() -> None:
    refused = Case("", "REFUSED")

    assert disagreements(refused, None, "FAILED") == []
    assert disagreements(refused, report(), "FAILED") != []
    assert disagreements(refused, None, "ABORTED") != []
