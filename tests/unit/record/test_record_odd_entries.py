"""Whatever somebody writes into a migration's own partition, whoever reads it goes on.

Every function's role may write there (docs/security.md), so an entry may lack what it is made of,
hold other types, or be of a name that nobody knows.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import given

from redash_migration.approval.standing.ending import ending_of
from redash_migration.approval.standing.standing import standing
from redash_migration.begin import begin
from redash_migration.errors import MigrationError, NotFoundInRecord
from redash_migration.execution_input import parse_request
from redash_migration.homecoming.forward_again import is_forward, note_failure
from redash_migration.in_flight import Standstill
from redash_migration.plan import PLAN_ARTIFACT
from redash_migration.reconcile import reconcile
from redash_migration.record import Outcome, Record
from redash_migration.record.owner import PHASES, Acting
from redash_migration.record.ownership import Ownership
from redash_migration.record.undo.replay import replay
from redash_migration.report.contents import report
from redash_migration.report.page import render
from redash_migration.rollback.end import at_its_end, close_waits, finish, tell_refused
from tests.memory import Memory
from tests.odd_entries import KINDS, NAME, Watched, odd_items, put, quick
from tests.owning import EXECUTION, owned
from tests.unit.conftest import Resumed, StandingClock

FAILURE = {"name": "Broken", "cause": "", "state": "StopServices"}


class Artifacts:
    """A bucket with a plan of one table."""

    def get_json(self, name: str) -> Any:
        if name != PLAN_ARTIFACT:
            raise NotFoundInRecord(name)
        return {
            "tables": [
                {"schema": "public", "name": "users", "method": "dms", "rows": 1, "bytes": 2}
            ]
        }


class Executions:
    """None runs."""

    def __init__(self) -> None:
        self.begun: list[int] = []

    def is_running(self, _: str) -> bool:
        return False

    def start_roll_back(self, _: str, attempt: int) -> str:
        self.begun.append(attempt)
        return "arn:roll-back"

    start_return = start_roll_back


def in_the_pause(table: Memory) -> Record:
    """A migration whose services stopped, with something of every kind."""
    record = owned(table, NAME, StandingClock())
    for name in ("started", "pause_began"):
        record.milestone(name)
    record.steps.started("StopServices")
    record.steps.ended("StopServices", "WAITING")
    record.waits.open("StopServices", "token", "command")
    record.tables.put("public.users", {"rows": 1, "match": True})
    record.put_fact("request", {"mode": "migrate", "requested_by": "ken@example.com"})
    for action in ("set_actions", "start_services"):
        key = "listener" if action == "set_actions" else ""
        record.undo.add(action, {}, where="aws", key=key, service="serves")
    acting = Acting(NAME, EXECUTION, PHASES)
    record.attempts.begin(acting, "StopServices", "1", seconds=60, service=True)
    return record


class NotTaken:
    """Step Functions takes no such token, and says so in its own way."""

    def send(self, token: str, outcome: Outcome) -> None:
        raise ClientError({"Error": {"Code": "ValidationException", "Message": ""}}, "SendTask")


def test_an_answer_that_can_not_be_sent_keeps_no_roll_back_from_its_work() -> None:
    record = in_the_pause(Watched())
    for kind in ("StopServices", "DrainQueues"):
        wait = record.waits.open(kind, "t" * 5000)
        assert record.waits.settle(wait, Outcome.success({}))
    close_waits(record, NotTaken())
    assert {wait.state for wait in record.waits.all()} == {"CLOSED"}


@quick
@given(odd_items)
def test_a_roll_back_reaches_its_end(items: Any) -> None:
    table = Watched()
    record = in_the_pause(table)
    put(table, items)
    acting = Acting(NAME, EXECUTION, PHASES)
    done: list[str] = []

    def opens(**_: Any) -> None:
        done.append("door")

    actions = {"set_actions": opens, "start_services": opens}
    record.turn("back", unless_switched=True)
    record.steps.started("RollBack")
    attempted = record.attempts.begin(acting, "RollBack", "9", seconds=60, service=False)
    close_waits(record, Resumed())
    assert Standstill(record, 2000, sleep=lambda _: None).quiet(service=True)
    without = {"set_actions": lambda _: opens(), "start_services": lambda _: opens()}
    rest = {"sleep": lambda _: None, "clock": lambda: 1e9}
    sides = iter(["aws", "database"] * 9)
    while replay(record.undo, next(sides), actions, without=without, **rest) != "done":  # type: ignore[arg-type]
        pass
    assert len(done) >= 2
    tell_refused(record)
    note_failure(record.of("return"), FAILURE)
    try:
        is_forward(record.of("return"))
        finish(record)
    except MigrationError:
        pass
    record.attempts.end(attempted)
    record.steps.ended("RollBack", "SUCCEEDED")
    at_its_end(record)
    record.audit("odd")
    assert table.unknown == set()


@quick
@given(odd_items)
def test_whoever_tells_about_it_says_something(items: Any) -> None:
    table = Watched()
    record = in_the_pause(table)
    put(table, items)
    stands = standing(record, record.clock(), 10.0)
    assert stands.pause_is_on or "ended" in json.dumps(items)
    for language in ("en", "ja"):
        told = report(record, Artifacts(), FAILURE)  # type: ignore[arg-type]
        ending = ending_of(told, record.milestones())
        ending.keep(record)
        assert NAME in render(told, ending, language)
    json.dumps(told)
    assert table.unknown == set()


@quick
@given(odd_items)
def test_the_reconciler_begins_the_roll_back(items: Any) -> None:
    table = Watched()
    record = in_the_pause(table)
    put(table, items)
    executions = Executions()
    for _ in range(3):
        reconcile(
            Ownership(table),
            lambda _: record,
            executions,
            Resumed(),
            lambda _: {},
            lambda _: None,
            lambda _: None,
        )
    assert executions.begun
    assert table.unknown == set()


@quick
@given(odd_items)
def test_a_person_begins_it_by_name(items: Any) -> None:
    table = Watched()
    in_the_pause(table)
    put(table, items)
    asked = begin(
        parse_request({"mode": "roll-back", "migrationId": NAME}),
        migration_id=NAME,
        execution_arn="arn:by-name",
        ownership=Ownership(table),
        record=Record(table, NAME),
        is_running=lambda _: False,
    )
    assert not asked
    assert table.unknown == set()


LAYER = Path(__file__).parents[3] / "layers" / "redash_migration" / "redash_migration"


def test_no_kind_of_entry_is_left_out() -> None:
    """Each begins with a word of its own: as the code has it, so have the odd entries."""
    written = {
        found
        for path in LAYER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for found in re.findall(r"^[A-Z]+#", node.value)
    }
    assert written == {kind for kind in KINDS if not kind.startswith("RETURN#")}
