"""Whatever somebody writes into a migration's own partition, whoever reads it goes on.

Every function's role may write there (docs/security.md), so an entry may lack what it is made of,
hold other types, or be of a name that nobody knows.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redash_migration.approval.standing.ending import ending_of
from redash_migration.approval.standing.standing import standing
from redash_migration.begin import begin
from redash_migration.errors import MigrationError, NotFoundInRecord
from redash_migration.execution_input import parse_request
from redash_migration.homecoming.forward_again import is_forward, note_failure
from redash_migration.in_flight import Standstill
from redash_migration.plan import PLAN_ARTIFACT
from redash_migration.reconcile import reconcile
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, Acting
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import Item, Value
from redash_migration.record.undo.replay import replay
from redash_migration.report.contents import report
from redash_migration.report.page import render
from redash_migration.rollback.end import at_its_end, close_waits, finish, tell_refused
from tests.memory import Memory
from tests.owning import EXECUTION, owned
from tests.unit.conftest import Resumed, StandingClock

NAME = "redash-20260131-020000"
FAILURE = {"name": "Broken", "cause": "", "state": "StopServices"}
AT = "2026-01-31T02:00:00.000000Z"
DEEP = "[" * 50_000

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "WAIT#": (
        ("StopServices", "RequestApproval", "Odd"),
        ("kind", "token", "resource", "state", "since", "details", "outcome", "run"),
    ),
    "MILESTONE#": (("started", "pause_began", "pause_ended", "Odd"), ("at",)),
    "STEP#": (
        ("RollBack", "StopServices", "Odd"),
        ("started_at", "ended_at", "status", "attempts", "error", "work", "cold"),
    ),
    "TABLE#": (("public.users", ""), ("v_match", "v_rows", "v_bytes", "v_source_checksum", "v_x")),
    "RETURN#TABLE#": (("public.users", ""), ("v_rows", "v_match")),
    "CHECK#": (("source.disk", "return.taken_back", "odd"), ("id", "status", "detail", "remedy")),
    "ATTEMPT#": (
        ("StopServices#1", "GoForward#2", "Odd"),
        ("state", "open", "deadline", "service", "execution_arn"),
    ),
    "FACT#": (("gone", "roll_back", "ending", "odd"), ("body", "at")),
    "COUNTER#": (("audit", "roll_back"), ("value",)),
    "AUDIT#": (("", AT), ("at", "event", "body")),
    "UNDO#": (
        ("set_actions#listener", "start_services#", "odd#", "", "lift_fence"),
        ("number", "arguments", "where", "service", "state", "tries", "put_off", "seal"),
    ),
}
"""Kind -> names and fields. The undo list has a partition of its own."""
values: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                "x",
                AT,
                "2026-01-31",
                "9999-12-31T23:59:59.999999Z",
                "OPEN",
                "SETTLED",
                "PENDING",
            ),
            *("RUNNING", "FAILED", "PASS", "{}", "[]", "null", "1e999", "nan", "eJw=", DEEP),
            *('{"result": 1}', '{"error": 2}', '{"result": {}, "odd": 1}', '{"began": 5}', "true"),
            *('"x"', "{", "-1", "Infinity", "\ud800"[:0], "x" * 100_000),
        ]
    ),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
Odd = tuple[tuple[str, str], dict[str, Value], bool]


def odd_of(kind: str) -> st.SearchStrategy[Odd]:
    """A place, what is written there, and whether the rest of what was there stays."""
    names, fields = KINDS[kind]
    partition = f"UNDO#{NAME}" if kind == "UNDO#" else NAME
    place = st.sampled_from(names).map(lambda name: (partition, f"{kind}{name}"))
    written = st.dictionaries(st.sampled_from(fields), values, max_size=len(fields))
    return st.tuples(place, written, st.booleans())


odd_items = st.lists(st.sampled_from(tuple(KINDS)).flatmap(odd_of), min_size=1, max_size=4)


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


def put(table: Memory, items: list[Odd]) -> None:
    for place, fields, over in items:
        before: Item = table.items.get(place, {}) if over else {}
        table.items[place] = {**before, "pk": place[0], "sk": place[1], **fields}


quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(odd_items)
def test_a_roll_back_reaches_its_end(items: Any) -> None:
    table = Memory()
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


@quick
@given(odd_items)
def test_whoever_tells_about_it_says_something(items: Any) -> None:
    table = Memory()
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


@quick
@given(odd_items)
def test_the_reconciler_begins_the_roll_back(items: Any) -> None:
    table = Memory()
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


@quick
@given(odd_items)
def test_a_person_begins_it_by_name(items: Any) -> None:
    table = Memory()
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
