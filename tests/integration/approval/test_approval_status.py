"""One link that is always true: where the migration stands, how it ended, what was planned."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from docs_generator.checks import words_of
from redash_migration.adapters import clients, sns
from redash_migration.approval import ask_starter
from redash_migration.approval.announcing import announce
from redash_migration.approval.gate.purposes import CONFIRM
from redash_migration.approval.messages import telling
from redash_migration.approval.messages.endings import ending_letter
from redash_migration.approval.messages.telling import never_told_lines
from redash_migration.approval.standing.ending import Ending, ending_of, serving
from redash_migration.approval.standing.ending_words import nothing_lost
from redash_migration.approval.texts import Texts
from redash_migration.clock import stamp
from redash_migration.homecoming.facts import WAY_HOME_FACT
from redash_migration.record import Check, Record
from redash_migration.record.milestones import Milestone
from redash_migration.record.ownership import Ownership
from tests.integration.approval.approval_stage import (
    HANA,
    KEN,
    MIGRATION,
    START,
    STARTER,
    Stage,
    ended,
    failed,
)

Staging = Callable[..., Stage]


def _headline(page: dict[str, Any]) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page["body"], re.DOTALL)
    assert found is not None
    return " ".join(found[1].replace("&#39;", "'").split())


def _on_stage_time(stage: Stage) -> Record:
    """The record as steps would write it at the stage's time."""
    return Record(stage.record.table, MIGRATION, lambda: stage.now)


def _local(at: datetime) -> str:
    """What a browser sends from a field of type datetime-local, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M")


def test_the_link_tells_how_it_goes_on_after_the_decision(stage: Stage) -> None:
    stage.ask()
    link, record = stage.link(), _on_stage_time(stage)
    stage.answer(link, "approve")
    assert _headline(stage.call("GET", link)) == "Approved"
    record.steps.started("FenceSource")
    record.milestone("pause_began")
    stage.now += timedelta(seconds=12)
    page = stage.call("GET", link)
    assert _headline(page) == "Write pause: 12 s of about 38 s"
    assert "Closing the old database for writing" in page["body"]
    assert 'content="3; url=?lang=en"' in page["body"]
    record.tables.put("public.users", {"match": True})
    assert "1 of 12" in stage.call("GET", link)["body"]
    record.milestone("switch_began")
    record.milestone("pause_ended")
    record.steps.ended("FenceSource", "SUCCEEDED")
    stage.now += timedelta(seconds=1)
    record.steps.started("StartWorkers")
    page = stage.call("GET", link)
    assert _headline(page) == "The new Redash is in use"
    assert "12\xa0s (predicted 38\xa0s)" in page["body"]
    ended().keep(record)
    page = stage.call("GET", link)
    assert _headline(page) == "The migration is done: the new Redash stays"
    assert "12 of 12 tables were compared and are equal" in page["body"]
    assert "http-equiv" not in page["body"]


@pytest.mark.parametrize(
    ("ending", "title", "said"),
    [
        (
            ended(
                status="ROLLED_BACK",
                serves="old",
                error="DataMismatch",
                state="VerifyData",
                cause="public.dashboards, key 30",
            ),
            "Taken back: the old Redash is in use",
            "differ in at least one row (DataMismatch in VerifyData): public.dashboards, key 30",
        ),
        (
            ended(status="ROLLED_BACK", serves="old", error="ApprovalRejected"),
            "Rejected: the old Redash stays in use",
            "whenever it suits",
        ),
        (
            ended(unanswered=True),
            "Nobody answered: the new Redash stays",
            "keeps the new Redash, one with",
        ),
        (
            ended(status="ROLLED_BACK", serves="old", error="RollBackAsked", cause="asked by name"),
            "Taken back: the old Redash is in use",
            "Start the migration again whenever it suits",
        ),
        (
            ended(status="RETURNED", serves="old"),
            "Back on the old Redash",
            "carried home and compared",
        ),
        (
            ended(status="ROLLED_BACK", serves="old", error="WentBack", without_new_writes=True),
            "Back on the old Redash, without the new writes",
            "The new database still holds it",
        ),
        (
            ended(
                status="ROLLED_BACK",
                serves="old",
                error="PreflightFailed",
                failures=(failed("source.wal_level"),),
            ),
            "Not begun: 1 to mend first",
            "The old Redash is as it was",
        ),
        (
            ended(status="FAILED", serves="nobody", not_taken_back=("stop_services",)),
            "Redash is down: users see a maintenance notice",
            "services of the old Redash may still run",
        ),
        (
            ended(
                mode="preflight",
                status="FAILED",
                serves="old",
                error="PreflightFailed",
                failures=(failed("a.b"), failed("c.d")),
            ),
            "Preflight: 2 to mend first",
            "c.d",
        ),
        (
            ended(
                mode="preflight",
                status="FAILED",
                serves="old",
                error="CommandFailed",
                state="InspectHost",
                cause="docker does not answer",
                untouched=True,
            ),
            "Preflight: it did not come to its end",
            "(CommandFailed in InspectHost): docker does not answer",
        ),
        (
            ended(
                status="FAILED",
                serves="old",
                error="AccessDeniedException",
                state="InspectNewHome",
                cause="not authorized",
                untouched=True,
            ),
            "Not begun: nothing was changed",
            "AWS answered with an error (AccessDeniedException in InspectNewHome): not authorized",
        ),
    ],
)
def test_the_link_tells_how_it_ended(stage: Stage, ending: Ending, title: str, said: str) -> None:
    stage.ask()
    link = stage.link()
    ending.keep(stage.record)
    stage.at(600)  # long after the question's time
    page = stage.call("GET", link)
    assert page["statusCode"] == 200
    assert _headline(page) == title
    assert said in page["body"]


@pytest.mark.parametrize(
    ("status", "reached", "serves"),
    [
        ("SUCCEEDED", ["pause_began", "switch_began", "pause_ended"], "new"),
        ("ROLLED_BACK", ["pause_began", "reopened", "rolled_back"], "old"),
        ("RETURNED", ["pause_began", "switch_began", "pause_ended"], "old"),
        ("FAILED", [], "old"),
        ("FAILED", ["pause_began"], "nobody"),
        ("FAILED", ["pause_began", "reopened"], "old"),
        ("FAILED", ["pause_began", "switch_began", "pause_ended"], "new"),
    ],
)
def test_who_serves(status: str, reached: list[Milestone], serves: str) -> None:
    assert serving(status, dict.fromkeys(reached, "")) == serves


def test_before_the_decision_it_says_who_is_concerned(staging: Staging) -> None:
    stage = staging(REQUIRED_APPROVALS="2")
    _on_stage_time(stage).milestone("started")
    stage.ask()
    stage.answer(stage.link(KEN), "approve")
    stage.now += timedelta(minutes=10)
    page = stage.call("GET", stage.link(HANA))["body"]
    assert "starter@example.com, 23 Nov 2026 01:30\xa0UTC" in page
    assert "PostgreSQL 16 on the old host, to 18 on the new side" in page
    assert f"{HANA} (you): no answer yet" in page
    assert f"{KEN}: approved 01:30\xa0UTC" in page
    assert "50\xa0min, until 02:30\xa0UTC" in page
    assert "people can write again by about 01:41\xa0UTC" in page


class TestPlanned:
    def test_it_begins_when_its_time_comes(self, stage: Stage) -> None:
        stage.ask()
        begin = _local(START + timedelta(minutes=30))
        page = stage.answer(stage.link(), "approve", begin_at=begin)
        assert page["statusCode"] == 200
        assert _headline(page) == "Approved: the cutover begins at 23 Nov 2026 02:00 UTC"
        assert stage.states.sent == []
        told = [mail for mail in stage.mails if "begins at" in mail["subject"]]
        assert {mail["to"] for mail in told} == {HANA, KEN}
        stage.at(29)
        stage.follow_up()
        assert stage.states.sent == []
        assert "begins at" in stage.call("GET", stage.link(KEN))["body"]
        stage.at(31)
        stage.follow_up()
        [(_, sent)] = stage.states.sent
        assert (sent["decision"], sent["actor"]) == ("approve", HANA)
        assert stage.problems == []

    @pytest.mark.parametrize("who", [HANA, KEN])
    def test_it_can_be_called_off_until_then(self, stage: Stage, who: str) -> None:
        stage.ask()
        stage.answer(stage.link(HANA), "approve", begin_at=_local(START + timedelta(minutes=30)))
        stage.at(20)
        assert stage.answer(stage.link(who), "reject", "not today")["statusCode"] == 200
        assert [sent["decision"] for _, sent in stage.states.sent] == ["reject"]

    def test_facts_that_change_end_the_plan_and_are_named(self, stage: Stage) -> None:
        stage.ask()
        stage.answer(stage.link(), "approve", begin_at=_local(START + timedelta(minutes=30)))
        stage.record.checks.put(Check("source.new", "WARN", "something new", "look at it"))
        before = len(stage.mails)
        stage.at(10)
        stage.follow_up()
        stage.follow_up()
        told = stage.mails[before:]
        assert {mail["to"] for mail in told} == {HANA, KEN}
        assert len(told) == 2
        for mail in told:
            assert "will not begin as planned" in mail["subject"]
            assert "this has changed: a check (source.new). The approval of" in mail["text"]
            assert "/approve/" in mail["text"]
        stage.at(31)
        stage.follow_up()
        assert stage.states.sent == []
        assert stage.answer(stage.link(), "approve", "seen")["statusCode"] == 200
        assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]

    @pytest.mark.parametrize(
        ("begin_at", "said"),
        [
            ("yesterday", "can&#39;t be read"),
            ("2026-11-23T01:00", "is over"),
            ("2026-11-23T02:29", "beyond this question&#39;s end at 23 Nov 2026 02:25\xa0UTC"),
        ],
    )
    def test_a_time_that_can_not_be(self, stage: Stage, begin_at: str, said: str) -> None:
        stage.ask()
        page = stage.answer(stage.link(), "approve", begin_at=begin_at)
        assert page["statusCode"] == 422
        assert said in page["body"]
        assert stage.states.sent == []


def test_the_facts_that_changed_are_named(stage: Stage) -> None:
    stage.ask()
    fields = {**stage.form(stage.link()), "decision": "approve", "name": MIGRATION}
    stage.record.put_fact("prediction", {"seconds": 900.0, "parts": {"restore": 900.0}})
    page = stage.call("POST", stage.link(), fields)
    assert page["statusCode"] == 412
    assert (
        "Changed since: whether the pause is within what is allowed, the predicted write pause"
        in page["body"]
    )


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "The cutover can't start: 1 to mend first"),
        ("ja", "切り替えを開始できません（要対応 1件）"),
    ],
)
def test_a_failed_check_asks_nothing(staging: Staging, language: str, title: str) -> None:
    stage = staging(LANGUAGE=language)
    stage.record.checks.put(Check("source.disk", "FAIL", "no room", "make room"))
    stage.record.checks.put(Check("source.event_triggers", "WARN", "one", "drop it"))
    stage.ask()
    mail, page = stage.mails[0], stage.call("GET", stage.link())
    assert _headline(page) == title
    assert title in mail["text"]
    assert ("can't start" if language == "en" else "開始できません") in mail["subject"]
    assert 'value="approve"' not in page["body"]
    assert 'value="reject"' in page["body"]


def test_keeping_is_told_too(stage: Stage) -> None:
    stage.switch(writes=3)
    stage.ask(CONFIRM)
    link = stage.link()
    stage.answer(link, "keep")
    assert _headline(stage.call("GET", link)) == "The new Redash stays"


class TestTheLastMessage:
    """Everybody who was concerned hears once how it ended."""

    def test_it_says_what_happened_and_what_is_next(self, stage: Stage) -> None:
        ending = ended(
            status="ROLLED_BACK",
            serves="old",
            error="DataMismatch",
            state="VerifyData",
            cause="public.dashboards, key 30",
            failures=(failed("data.public.dashboards", "1 row differs", "Look there."),),
        )
        stage.subscribe(STARTER)
        announce(stage.record, ending)
        announce(stage.record, ending)
        assert [mail["to"] for mail in stage.mails] == [HANA, KEN, "starter@example.com"]
        for mail in stage.mails:
            assert "Taken back: the old Redash is in use" in mail["subject"]
            assert "public.dashboards, key 30" in mail["text"]
            assert ", failed checks: 1. " in mail["subject"]
            asked = "Does this table hold the same rows on both sides?"
            words = f"- {asked} 1 row differs (data.public.dashboards)\n  What to do: Look there.\n"
            assert words in mail["text"]
            assert "Nothing was lost" in mail["text"]
            assert f"{MIGRATION}/report.html" in mail["text"]

    def test_a_rejection_that_was_not_all_taken_back_makes_somebody_look(
        self, stage: Stage
    ) -> None:
        ending = ended(
            status="FAILED",
            serves="old",
            error="ApprovalRejected",
            not_taken_back=("drop_source_leftovers", "empty_target"),
        )
        announce(stage.record, ending)
        for mail in stage.mails:
            assert "not all taken back" in mail["subject"]
            assert "\n- the new database still holds the copied data\n" in mail["text"]
            assert "roll-back" in mail["text"].partition("What is next: ")[2]

    def test_a_person_who_went_back_is_named_and_no_failure_is(self, stage: Stage) -> None:
        ending = ended(
            status="ROLLED_BACK",
            serves="old",
            error="WentBack",
            state="ConfirmCutover",
            cause="ken@example.com: too slow [failed checks: smoke.results]",
            failures=(failed("smoke.results"), failed("return.smoke.results")),
            without_new_writes=True,
        )
        announce(stage.record, ending)
        text = stage.mails[0]["text"]
        assert "\nWhy: ken@example.com: too slow\n" in text
        asked = words_of("smoke.results")[0]
        assert f"- {asked} seen (smoke.results)\n" in text
        assert f"- On the way back: {asked} seen (return.smoke.results)\n" in text

    def test_who_started_it_is_asked_with_a_filter_that_no_link_passes(self, stage: Stage) -> None:
        ask_starter(stage.record)
        service = clients.client("sns")
        (asked,) = [
            one["SubscriptionArn"]
            for one in service.list_subscriptions()["Subscriptions"]
            if one["Endpoint"] == STARTER
        ]
        attributes = service.get_subscription_attributes(SubscriptionArn=asked)["Attributes"]
        assert json.loads(attributes["FilterPolicy"]) == {"approver": [STARTER]}
        stage.ask()
        page = stage.call("GET", stage.link())["body"]
        assert "Subscription Confirmation" in page
        ask_starter(stage.record)  # moto confirms by itself
        assert "hears by mail how it ends" in stage.call("GET", stage.link())["body"]
        announce(stage.record, ended())
        assert STARTER in [mail["to"] for mail in stage.mails]

    def test_one_that_can_not_be_reached_keeps_nobody_else_from_it(self, stage: Stage) -> None:
        stage.failing_addresses[HANA] = "InternalError"
        stage.subscribe(STARTER)
        announce(stage.record, ended(mode="preflight", serves="old"))
        assert {mail["to"] for mail in stage.mails} == {KEN, "starter@example.com"}
        assert "Preflight: ready to migrate" in stage.mails[0]["subject"]
        events = [entry["event"] for entry in stage.record.audit_trail()]
        assert events.count("ending.message_failed") == 1

    def test_what_failed_is_tried_again_until_it_arrives(self, stage: Stage) -> None:
        stage.failing_addresses[HANA] = "InternalError"
        ended().keep(stage.record)
        stage.subscribe(STARTER)
        announce(stage.record, ended())
        stage.end()
        for minute in range(1, 4):
            stage.at(minute)
            stage.follow_up()
        assert HANA not in {mail["to"] for mail in stage.mails}
        del stage.failing_addresses[HANA]
        for minute in range(4, 12):
            stage.at(minute)
            stage.follow_up()
        assert sorted(mail["to"] for mail in stage.mails) == [HANA, KEN, STARTER]
        assert never_told_lines(stage.record, ended()) == []

    def test_who_is_given_up_is_named_on_the_page_and_raises_the_alarm(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """template.yaml makes a metric of this field of the log."""
        woken: list[object] = []
        monkeypatch.setattr(telling.logger, "warning", lambda *_, **given: woken.append(given))
        stage.ask()
        link = stage.link()
        stage.failing_addresses[KEN] = "InternalError"
        ended().keep(stage.record)
        stage.end()
        before = len(stage.mails)
        for minute in (*range(4), 6, 9, 13, 18, 24):  # as far apart as the tries are
            stage.at(minute)
            stage.follow_up()
        stage.at(600)
        assert [mail["to"] for mail in stage.mails[before:]] == [HANA]
        assert woken == [{"extra": {"unreached_people": 1}}], "the starter alone wakes nobody"
        page = stage.call("GET", link)["body"]
        assert f"- {KEN}: SNS: InternalError" in page
        assert f"- {STARTER}: SNS: no confirmed subscription" in page
        assert stage.problems == []

    def test_a_report_that_died_before_it_told_anybody_is_told_by_the_minute(
        self, stage: Stage
    ) -> None:
        ended().keep(stage.record)
        stage.end()
        stage.follow_up()
        assert [mail["to"] for mail in stage.mails] == [HANA, KEN]

    def test_an_execution_that_follows_by_name_ends_anew(self, stage: Stage) -> None:
        """Nobody answered, and the mode finish came later: the page and the mails tell both."""
        stage.ask(CONFIRM)
        link = stage.link()
        ending_of_first = ended(unanswered=True)
        ending_of_first.keep(stage.record)
        announce(stage.record, ending_of_first)
        stage.end()
        stage.at(600)
        assert _headline(stage.call("GET", link)) == "Nobody answered: the new Redash stays"
        ownership = Ownership(stage.record.table)
        ownership.take(MIGRATION, "arn:finish", phase="return", instead_of=ownership.last())
        assert _headline(stage.call("GET", link)) == "The migration goes on"
        before = len(stage.mails)
        ended(attempt=2).keep(stage.record)
        announce(stage.record, ended(attempt=2))
        told = [mail["subject"] for mail in stage.mails[before:] if mail["to"] == HANA]
        assert told == [f"[Redash] The migration is done: the new Redash stays. {MIGRATION}"]

    def test_who_started_it_and_is_not_subscribed_is_noted_and_nobody_is_woken(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        woken: list[object] = []
        monkeypatch.setattr(sns.logger, "warning", lambda *_, **extra: woken.append(extra))
        announce(stage.record, ended())
        assert [mail["to"] for mail in stage.mails] == [HANA, KEN]
        told = {entry["event"]: entry.get("recipient") for entry in stage.record.audit_trail()}
        assert told["ending.message_failed"] == STARTER
        assert woken == []

    def test_a_notice_stands_above_everything(self, staging: Staging) -> None:
        stage = staging(NOTICE="Rehearsal: nothing real is touched")
        stage.ask()
        mail = stage.mails[0]
        assert mail["subject"].startswith("Rehearsal [Redash] ")
        assert mail["text"].startswith("Rehearsal: nothing real is touched\n\n")
        assert "Rehearsal: nothing real is touched" in stage.call("GET", stage.link())["body"]


@pytest.mark.parametrize(
    ("reached", "serves"),
    [(("pause_began", "switch_began"), "nobody"), (("switch_began", "reopened"), "old")],
)
def test_a_switch_that_was_seen_not_to_be_made_serves_nobody_new(
    reached: tuple[Milestone, ...], serves: str
) -> None:
    report: dict[str, Any] = {
        "status": "FAILED",
        "mode": "migrate",
        "error": {"name": "SwitchNotMade", "cause": "Throttling", "state": "SwitchTraffic"},
        "tables": [],
        "checks": [],
        "undo": [],
        "return": None,
        "approvals": [],
        "write_pause_seconds": None,
        "ended_at": "2026-01-31T02:10:00+00:00",
    }
    assert ending_of(report, dict.fromkeys(reached, "2026-01-31T02:00:00+00:00")).serves == serves


@pytest.mark.parametrize(
    ("status", "milestones", "without"),
    [
        ("ROLLED_BACK", ("pause_began", "switch_began", "pause_ended", "rolled_back"), True),
        ("ROLLED_BACK", ("pause_began", "switch_began", "reopened", "rolled_back"), False),
        ("RETURNED", ("pause_began", "switch_began", "pause_ended"), False),
        ("SUCCEEDED", ("pause_began", "switch_began", "pause_ended"), False),
    ],
)
def test_what_is_given_up_is_not_called_nothing(
    status: str, milestones: tuple[Milestone, ...], without: bool
) -> None:
    """Back on the old side after people had worked on the new one: only a return loses nothing."""
    report: dict[str, Any] = {
        "status": status,
        "mode": "migrate",
        "error": None,
        "tables": [],
        "checks": [],
        "undo": [],
        "return": None,
        "approvals": [],
        "write_pause_seconds": 1.0,
        "ended_at": "2026-01-31T02:10:00+00:00",
    }
    ending = ending_of(report, dict.fromkeys(milestones, "2026-01-31T02:00:00+00:00"))
    assert ending.without_new_writes is without
    said = nothing_lost(Texts("en"), ending)
    assert ("Nothing was lost" in said) is (status == "RETURNED" or "reopened" in milestones)


@pytest.mark.parametrize(
    ("status", "error", "decision", "told"),
    [
        ("ROLLED_BACK", "ApprovalRejected", "reject", True),
        ("SUCCEEDED", "", "keep", True),
        ("RETURNED", "", "return", True),
        ("ROLLED_BACK", "DataMismatch", "approve", False),
        ("FAILED", "WorkersNotRunning", "approve", False),
        ("SUCCEEDED", "", "expire", False),
    ],
)
def test_whose_answer_it_was_is_told_where_it_ended_by_that(
    status: str, error: str, decision: str, told: bool
) -> None:
    answer = {"purpose": "x", "decision": decision, "actor": KEN, "reason": "as announced"}
    report: dict[str, Any] = {
        "status": status,
        "mode": "migrate",
        "error": {"name": error, "cause": "", "state": ""} if error else None,
        "tables": [],
        "checks": [],
        "undo": [],
        "return": None,
        "approvals": [answer],
        "write_pause_seconds": None,
        "ended_at": "2026-01-31T02:10:00+00:00",
    }
    letter = ending_letter(Texts("en"), MIGRATION, ending_of(report, {}))
    said = f"Decided by: {KEN}\nReason: as announced\n"
    assert (said in letter.text) is told


@pytest.mark.parametrize(
    ("undo", "milestones", "untouched"),
    [
        ([], (), True),
        ([{"action": "delete_task", "state": "PENDING"}], (), False),
        ([], ("pause_began",), False),
    ],
)
def test_a_failure_before_any_change_wakes_nobody(
    undo: list[dict[str, str]], milestones: tuple[Milestone, ...], untouched: bool
) -> None:
    report: dict[str, Any] = {
        "status": "FAILED",
        "mode": "migrate",
        "error": {"name": "CommandFailed", "cause": "no docker", "state": "InspectHost"},
        "tables": [],
        "checks": [],
        "undo": undo,
        "return": None,
        "approvals": [],
        "write_pause_seconds": None,
        "ended_at": "2026-01-31T02:10:00+00:00",
    }
    ending = ending_of(report, dict.fromkeys(milestones, "2026-01-31T02:00:00+00:00"))
    assert ending.untouched is untouched
    said = ending_letter(Texts("en"), MIGRATION, ending).text
    assert ("Users notice nothing" in said) is untouched
    assert ("(CommandFailed in InspectHost): no docker" in said) is True


def test_what_the_new_side_serves_was_compared_whatever_failed_after_it() -> None:
    stays = ended(status="FAILED", error="WorkersNotRunning", state="StartWorkers")
    assert "12 of 12 tables were compared" in nothing_lost(Texts("en"), stays)
    assert nothing_lost(Texts("en"), ended(status="FAILED", tables_equal=11)) == ""


@pytest.mark.parametrize(
    ("decisions", "unanswered"),
    [
        (["keep"], False),
        (["expire"], True),
        (["expire", "keep"], False),
        (["keep", "expire"], True),
    ],
)
def test_a_new_side_that_nobody_kept_is_not_called_done(
    decisions: list[str], unanswered: bool
) -> None:
    """The last answer counts: by mode ``finish`` people are asked once more."""
    report: dict[str, Any] = {
        "status": "SUCCEEDED",
        "mode": "migrate",
        "error": None,
        "tables": [],
        "checks": [],
        "undo": [],
        "return": None,
        "approvals": [
            {"purpose": "RequestApproval", "decision": "approve"},
            *({"purpose": "ConfirmCutover", "decision": one} for one in decisions),
        ],
        "write_pause_seconds": 1.0,
        "ended_at": "2026-01-31T02:10:00+00:00",
    }
    assert ending_of(report, {"switch_began": ""}).unanswered is unanswered


def test_what_was_moved_is_told_in_the_past(stage: Stage) -> None:
    stage.switch()
    stage.ask(CONFIRM)
    page = stage.call("GET", stage.link())["body"]
    assert "What was moved" in page
    assert "They were copied directly" in page
    assert "What is moved" not in page


def test_where_it_can_not_be_approved_no_time_is_promised(stage: Stage) -> None:
    stage.record.checks.put(Check("target.parameters", "FAIL", "one waits", "Reboot it."))
    stage.ask()
    assert "If approved now" not in stage.call("GET", stage.link())["body"]


def test_an_answer_that_was_given_is_not_waited_for(stage: Stage) -> None:
    stage.ask()
    link = stage.link()
    stage.record.steps.started("RequestApproval")
    stage.answer(link, "approve")
    page = stage.call("GET", link)["body"]
    assert "Approved" in page
    assert "Waiting for a person" not in page


@pytest.mark.parametrize(
    ("language", "is_open", "is_opened"),
    [
        ("en", "The old Redash is in use.", "is being opened again"),
        ("ja", "元の Redash が稼働しています。", "再開しています"),
    ],
)
def test_what_is_open_is_not_said_to_be_opened_again(
    stage: Stage, language: str, is_open: str, is_opened: str
) -> None:
    """After a refusal, or a failure before the pause; and while what is left is taken back."""
    stage.ask()
    link = stage.link()
    stage.answer(link, "reject", "the month is closed")
    stage.record.steps.started("RollBack")
    page = stage.call("GET", f"{link}?lang={language}")["body"]
    assert is_open in page
    assert is_opened not in page
    texts = Texts(language)
    here = texts("progress.description", number=3, total=6, name=texts("progress.approval"))
    assert here in page
    stage.record.milestone("pause_began")
    page = stage.call("GET", f"{link}?lang={language}")["body"]
    assert is_opened in page
    stage.record.milestone("reopened")
    page = stage.call("GET", f"{link}?lang={language}")["body"]
    assert is_open in page
    assert is_opened not in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("EndReplication", "Returning, with everything"),
        ("CarryTableHome", "is carried home while users go on working"),
        ("GoForward", "The new Redash is being opened again"),
        ("GoForward", "nothing is lost"),
    ],
)
def test_who_asked_for_a_return_sees_it_go(stage: Stage, state: str, said: str) -> None:
    stage.switch()
    stage.record.of("return").put_fact(
        WAY_HOME_FACT,
        {"possible": True, "measured_at": stamp(START), "seconds": 5.0, "parts": {}},
    )
    stage.ask(CONFIRM)
    link = stage.link()
    stage.answer(link, "return", "the alerts are late")
    assert stage.states.sent
    stage.record.steps.started(state)
    page = stage.call("GET", link)["body"]
    assert said in page
    assert "The new Redash is in use" not in page
