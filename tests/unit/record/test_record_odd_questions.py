"""Whatever stands where questions and messages are kept: who asks is answered, and all are told.

What is forged counts for nothing (tests/integration/approval/test_approval_seals.py); here, that it
keeps nobody from asking anew, from answering, or from telling how it ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from redash_migration.approval.deciding.answering import answer
from redash_migration.approval.deciding.request import request
from redash_migration.approval.deciding.upkeep import follow_up
from redash_migration.approval.desk import Policy, Posted
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import NewSide, WayHome
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.purposes import CONFIRM, PURPOSES, Purpose
from redash_migration.approval.gate.rules import Proposal
from redash_migration.approval.gate.seal import decided_to_go_back, demand
from redash_migration.approval.messages.telling import Audience, never_told_lines, send_ending
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.texts import Texts
from redash_migration.clock import stamp
from redash_migration.errors import NotApproved
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, Acting
from tests.evidence import clear_evidence
from tests.interleavings.questions.desk import Store, Table
from tests.interleavings.questions.run import HANA, KEN, KEYS
from tests.odd_entries import KINDS, NAME, Watched, odd_of, put, quick
from tests.owning import EXECUTION, owned
from tests.unit.conftest import Resumed

START = datetime(2026, 1, 31, 2, tzinfo=UTC)
OF_QUESTIONS = ("GATE#", "WAIT#", "MESSAGE#", "DECISION#", "FACT#")
odd_questions = st.lists(st.sampled_from(OF_QUESTIONS).flatmap(odd_of), min_size=1, max_size=4)
ENDED = Ending(
    status="FAILED",
    mode="migrate",
    serves="old",
    error="Broken",
    cause="",
    state="StopServices",
    write_pause_seconds=None,
    tables=1,
    tables_equal=0,
    failures=(),
    not_taken_back=(),
    at=stamp(START),
)


class People:
    """Their mailboxes, and the channel that all read."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def send(self, address: str, subject: str, text: str) -> None:
        self.got.append(address)

    def unreached(self, addresses: Iterable[str], *, quietly: bool = False) -> list[str]:
        return []

    def post(self, text: str, blocks: Any, **_: Any) -> Posted | None:
        self.got.append("slack")
        return Posted("C1", f"{len(self.got)}.0")

    def update(self, posted: Posted, text: str, blocks: Any) -> None:
        pass

    def replace(self, response_url: str, text: str, blocks: Any) -> None:
        pass

    def whisper(self, response_url: str, text: str) -> None:
        pass


def evidence_for(purpose: Purpose) -> Evidence:
    clear = clear_evidence(purpose, NAME)
    if purpose is not CONFIRM:
        return clear
    new_side = NewSide(stamp(START), (), 1, 1, 0, 0, 10.0, "")
    return replace(clear, new_side=new_side, way_home=WayHome(True, 10.0, {}, "", ""))


class Scene:
    """One question of a migration, and those who have to do with it."""

    def __init__(self, purpose: Purpose) -> None:
        self.table, self.people, self.states = Watched(), People(), Resumed()
        self.now, self.purpose = START, purpose
        owned(self.table, NAME, self.clock)

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def desk(self, run: int = 0) -> Table:
        acting = Acting(NAME, EXECUTION, PHASES, entered=stamp(START), retries=run)
        return Table(
            record=Record(self.table, NAME, self.clock, acting=acting),
            store=Store(),
            keys=lambda: KEYS,
            mail=self.people,
            chat=self.people,
            resumer=self.states,
            chat_decides=True,
            page_url="https://page.example",
            pause_budget_seconds=600,
            clock=self.clock,
            shown=lambda: evidence_for(self.purpose),
        )

    def ask(self, run: int) -> None:
        policy = Policy((HANA, KEN), 1, True, 3600, "en", True)
        request(self.desk(run), policy, self.purpose, f"token-{run}")


@quick
@given(st.sampled_from(PURPOSES), odd_questions, odd_questions)
def test_who_asks_anew_is_answered(purpose: Purpose, first: Any, then: Any) -> None:
    scene = Scene(purpose)
    put(scene.table, first)
    scene.ask(1)
    put(scene.table, [one for one in then if "WAIT#" not in one[0][1]])
    scene.ask(2)
    desk = scene.desk(2)
    gate = desk.gates.current(NAME, purpose)
    assert gate is not None
    if gate.state == "OPEN":
        given_to = evidence_for(purpose)
        said = Proposal(HANA, purpose.agree, "because", given_to.hash, "page", NAME)
        found = desk.gates.find(gate.gate_id)
        assert found == gate
        assert answer(desk, gate, given_to, said).status == "decided"
        demand(desk.record, KEYS, purpose, purpose.agree)
        assert [outcome.result["decision"] for _, outcome in scene.states.sent if outcome.result]
    assert scene.table.unknown == set()


@quick
@given(st.sampled_from(PURPOSES), odd_questions)
def test_nobody_decides_by_writing_there(purpose: Purpose, items: Any) -> None:
    scene = Scene(purpose)
    scene.ask(1)
    put(scene.table, items)
    record = scene.desk().record
    scene.now += timedelta(minutes=40)
    with suppress(NotApproved):
        follow_up(scene.desk, record, scene.now)
    assert not decided_to_go_back(record, lambda: KEYS)
    assert not [one for one in scene.states.sent if one[1].result]
    Gates(scene.table).decisions(NAME)
    assert scene.table.unknown == set()


@quick
@given(odd_questions)
def test_all_are_told_how_it_ended(items: Any) -> None:
    scene = Scene(CONFIRM)
    scene.ask(1)
    scene.people.got.clear()
    put(scene.table, [one for one in items if one[1].get("sent_at", "") == ""])
    record, texts = scene.desk().record, Texts("en")
    audience = Audience([HANA, KEN], "", scene.people, scene.people)
    for minutes in (0, 10, 20):
        now = START + timedelta(minutes=minutes)
        send_ending(record, replace(ENDED, attempt=1), audience, texts=texts, now=now)
    never_told_lines(record, ENDED)
    assert KEN in scene.people.got
    assert scene.table.unknown == set()
    assert set(OF_QUESTIONS) <= set(KINDS)
