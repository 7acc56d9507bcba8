"""Reminders, expiry, announcements: by time, once, and safely when two rounds overlap."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, Purpose
from redash_migration.record import Check
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, Stage

Staging = Callable[..., Stage]


def _events(stage: Stage, name: str) -> list[dict[str, object]]:
    return [entry for entry in stage.record.audit_trail() if entry["event"] == name]


def test_nothing_is_done_without_a_gate(stage: Stage) -> None:
    before = stage.state_of_record()
    stage.follow_up()
    assert stage.state_of_record() == before


def test_reminders_come_at_half_time_and_near_the_end(stage: Stage) -> None:
    stage.ask()
    sent = {}
    for minute in (0, 10, 29, 30, 31, 53, 54, 55, 59):
        stage.at(minute)
        before = len(stage.mails)
        stage.follow_up()
        sent[minute] = [mail["to"] for mail in stage.mails[before:]]
    assert {minute: to for minute, to in sent.items() if to} == {30: [HANA, KEN], 54: [HANA, KEN]}
    assert "Reminder, 30 min left" in stage.mails[2]["subject"]
    assert "another 6 min" in stage.mails[4]["text"]
    assert [entry["percent"] for entry in _events(stage, "approval.reminded")] == [50, 90]


def test_a_reminder_has_a_link_that_works(stage: Stage) -> None:
    stage.ask()
    stage.mails.clear()
    stage.at(40)
    stage.follow_up()
    assert stage.answer(stage.link(KEN), "approve")["statusCode"] == 200


def test_a_reminder_of_what_can_t_be_asked_asks_nothing(stage: Stage) -> None:
    stage.record.checks.put(Check("source.new", "FAIL", "something is wrong", "mend it"))
    stage.ask()
    stage.at(31)
    stage.follow_up()
    reminder = stage.mails[-1]
    assert "Reminder, 29 min left: The cutover can't start: 1 to mend first" in reminder["subject"]
    assert "This can't be asked yet, and 29 min are left" in reminder["text"]
    assert "no answer of yours" not in reminder["text"]
    assert "and decide" not in reminder["text"]


def test_reminders_stop_once_decided(stage: Stage) -> None:
    stage.ask()
    stage.answer(stage.link(), "approve")
    before = len(stage.mails)
    for minute in (31, 55, 61):
        stage.at(minute)
        stage.follow_up()
    assert len(stage.mails) == before
    assert len(stage.states.sent) == 1


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (CUTOVER, "The cutover did not happen."),
        (CONFIRM, "The new Redash stays. Nothing was cleaned up."),
    ],
)
def test_it_expires_safely(stage: Stage, purpose: Purpose, words: str) -> None:
    stage.ask(purpose)
    stage.at(59.9)
    stage.follow_up()
    assert stage.states.sent == []
    stage.at(60)
    stage.follow_up()
    assert [sent["decision"] for _, sent in stage.states.sent] == ["expire"]
    outcome = [mail for mail in stage.mails if "Nobody answered in time" in mail["subject"]]
    assert [mail["to"] for mail in outcome] == [HANA, KEN]
    assert all(words in mail["text"] for mail in outcome)
    (decision,) = Gates(stage.record.table).decisions(MIGRATION)
    assert (decision["decision"], decision["actor"]) == ("expire", "")
    assert len(_events(stage, "approval.expired")) == 1


def test_an_answer_in_the_last_moment_beats_the_clock_or_loses_to_it(stage: Stage) -> None:
    stage.ask()
    link = stage.link()
    fields = {**stage.form(link), "decision": "approve", "name": MIGRATION}
    stage.at(59.99)
    assert stage.call("POST", link, fields)["statusCode"] == 200
    stage.at(61)
    stage.follow_up()
    assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]


def test_two_rounds_at_once_do_everything_once(stage: Stage) -> None:
    stage.ask()
    with ThreadPoolExecutor(6) as pool:
        stage.at(31)
        list(pool.map(lambda _: stage.follow_up(), range(6)))
        assert sorted(mail["to"] for mail in stage.mails[2:]) == [HANA, KEN]
        stage.at(61)
        list(pool.map(lambda _: stage.follow_up(), range(6)))
    assert len(stage.states.sent) == 1
    assert len([mail for mail in stage.mails if "Nobody" in mail["subject"]]) == 2
    assert len(Gates(stage.record.table).decisions(MIGRATION)) == 1


def test_an_expiry_that_could_not_be_sent_is_sent_later(stage: Stage) -> None:
    stage.ask()
    stage.at(61)
    stage.states.failure = "InternalError"
    stage.follow_up()
    stage.states.failure = ""
    stage.follow_up()
    assert [sent["decision"] for _, sent in stage.states.sent] == ["expire"]


def test_an_announcement_that_failed_is_made_later(stage: Stage) -> None:
    stage.ask()
    stage.failing_addresses = {KEN: "Throttled"}
    stage.answer(stage.link(), "approve")
    stage.failing_addresses = {}
    stage.at(5)
    stage.follow_up()
    assert [mail["to"] for mail in stage.mails[2:]] == [HANA, KEN]


def test_a_gate_of_an_execution_that_is_gone_is_left_alone(stage: Stage) -> None:
    stage.ask()
    wait = stage.record.waits.get(CUTOVER.state)
    assert wait is not None
    stage.record.waits.close(wait)
    stage.at(61)
    before = stage.state_of_record()
    stage.follow_up()
    assert stage.state_of_record() == before
