"""Asking: messages, links, evidence, and what a second run of the step does."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from redash_migration import wiring
from redash_migration.adapters import sns
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER
from redash_migration.approval.messages.deliveries import ATTEMPTS
from redash_migration.errors import InvalidInput, TransientFailure
from redash_migration.record import Check
from rehearsal.cloud.chat.slack import SlackCatcher
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, STARTER, Stage

Staging = Callable[..., Stage]


def test_each_approver_gets_a_mail_with_a_link_of_their_own(stage: Stage) -> None:
    stage.ask()
    assert [mail["to"] for mail in stage.mails] == [HANA, KEN]
    assert stage.link(HANA) != stage.link(KEN)
    mail = stage.mails[0]
    assert mail["subject"] == f"[Redash] Start the cutover? {MIGRATION}"
    for part in ("Predicted write pause: 38 s", "12.2 GB in 12 tables", "No warnings."):
        assert part in mail["text"]
    assert KEN not in mail["text"]


def test_the_token_is_stored_before_anybody_is_asked(stage: Stage) -> None:
    stage.failing_addresses = {HANA: "InternalError", KEN: "InternalError"}
    with pytest.raises(TransientFailure, match="no approver could be reached"):
        stage.ask()
    wait = stage.record.waits.get(CUTOVER.state)
    assert wait is not None
    assert (wait.state, wait.token) == ("OPEN", "token-RequestApproval-1")


def test_neither_token_nor_link_leaves_its_place(stage: Stage) -> None:
    gate = stage.ask()
    stage.answer(stage.link(), "approve")
    written = json.dumps(stage.state_of_record())
    signatures = [stage.link(person).rsplit(".", 1)[1] for person in (HANA, KEN)]
    kept = json.dumps(
        wiring.artifacts(MIGRATION).get_json(f"approval/{gate.gate_id}/{gate.evidence_hash}.json")
    )
    pages = stage.call("GET", stage.link())["body"]
    mails = json.dumps(stage.mails)
    assert all(signature not in written + kept for signature in signatures)
    assert "token-RequestApproval" not in kept + pages + mails
    assert "k" * 40 not in written + kept + pages + mails


def test_a_second_run_sends_nothing_again_and_keeps_the_links(stage: Stage) -> None:
    first = stage.ask()
    link = stage.link()
    second = stage.ask()
    assert (second.gate_id, len(stage.mails)) == (first.gate_id, 2)
    assert stage.answer(link, "approve")["statusCode"] == 200
    assert [token for token, _ in stage.states.sent] == ["token-RequestApproval-2"]


def test_a_new_attempt_after_a_decision_asks_anew(stage: Stage) -> None:
    first = stage.ask()
    stage.answer(stage.link(), "reject", "not now")
    old = stage.link()
    second = stage.ask()
    assert second.gate_id != first.gate_id
    assert stage.call("GET", old)["statusCode"] == 404
    assert stage.answer(stage.link(), "approve")["statusCode"] == 200
    assert [sent["decision"] for _, sent in stage.states.sent] == ["reject", "approve"]


def test_one_bad_address_holds_up_nobody_and_is_tried_again(stage: Stage) -> None:
    stage.failing_addresses = {HANA: "InvalidParameter"}
    stage.ask()
    assert [mail["to"] for mail in stage.mails] == [KEN]
    failed = [e for e in stage.record.audit_trail() if e["event"] == "approval.message_failed"]
    assert [(e["recipient"], e["failure"]) for e in failed] == [(HANA, "SNS: InvalidParameter")]
    stage.follow_up()
    assert len(stage.mails) == 1
    stage.at(1)
    stage.follow_up()  # fails again
    stage.failing_addresses = {}
    stage.at(2)
    stage.follow_up()
    assert len(stage.mails) == 1
    stage.at(3)
    stage.follow_up()
    assert [mail["to"] for mail in stage.mails] == [KEN, HANA]


def test_a_failing_address_is_given_up_after_some_tries(stage: Stage) -> None:
    stage.failing_addresses = {HANA: "InvalidParameter"}
    stage.ask()
    for minute in range(28):
        stage.at(minute)
        stage.follow_up()
    trail = stage.record.audit_trail()
    assert sum(e["event"] == "approval.message_failed" for e in trail) == ATTEMPTS


def test_nobody_who_can_approve_is_found_out_at_once(staging: Staging) -> None:
    stage = staging(APPROVERS=STARTER)
    with pytest.raises(InvalidInput, match="APPROVERS: 0 can approve, 1 needed"):
        stage.ask()


def test_japanese_mails(staging: Staging) -> None:
    stage = staging(LANGUAGE="ja")
    stage.record.checks.put(Check("x", "WARN", "detail of the step"))
    stage.ask()
    mail = stage.mails[0]
    assert mail["subject"] == f"[Redash] 切り替えの承認をお願いします（確認事項 1件） {MIGRATION}"
    assert "書き込み停止時間の予測: 38秒" in mail["text"]
    assert "警告（1件）:\n- detail of the step" in mail["text"]
    assert 'lang="ja"' in stage.call("GET", stage.link())["body"]


def test_the_cost_of_going_back_is_in_the_second_question(stage: Stage) -> None:
    stage.switch(writes=1234)
    stage.ask(CONFIRM)
    assert (
        "Writes since the switch: 1,234 (not known to come home when going back)"
        in stage.mails[0]["text"]
    )
    page = stage.call("GET", stage.link())["body"]
    assert "Loses 1,234 writes made since the switch." in page
    assert "<strong>1,234 writes</strong>" in page


@pytest.mark.parametrize(
    ("writes", "words"),
    [(0, "Loses nothing: nothing was written"), (None, "Loses whatever was written")],
)
def test_going_back_is_never_called_free_without_knowing(
    stage: Stage, writes: int | None, words: str
) -> None:
    stage.switch(writes)
    stage.ask(CONFIRM)
    assert words in stage.call("GET", stage.link())["body"]


def test_warnings_that_were_accepted_are_not_asked_about_again(stage: Stage) -> None:
    stage.record.checks.put(Check("source.old", "WARN", "an old warning"))
    stage.ask()
    stage.answer(stage.link(), "approve", "seen")
    stage.switch()
    stage.record.checks.put(Check("smoke.api", "WARN", "a new warning"))
    stage.ask(CONFIRM)
    page = stage.call("GET", stage.link())["body"]
    assert "a new warning" in page
    assert "an old warning" not in page


def test_without_measurements_the_page_says_so(stage: Stage) -> None:
    for name in ("replication", "measure_source"):
        stage.record.put_fact(name, {})
    stage.ask()
    page = stage.call("GET", stage.link())["body"]
    assert page.count("not measured") >= 2
    assert "not compared yet" in page


def test_a_later_prediction_counts(stage: Stage) -> None:
    parts = {"restore": 2.5, "verify": 1.5, "something_new": 3.0}
    stage.record.put_fact("prediction", {"seconds": 7.0, "parts": parts})
    stage.ask()
    assert "Predicted write pause: 7 s" in stage.mails[0]["text"]
    page = stage.call("GET", stage.link())["body"]
    assert page.index("Direct copy of the rest") < page.index("Comparing by checksum")
    assert "Something new" in page


def test_who_started_unknown_is_a_warning(stage: Stage) -> None:
    stage.record.put_fact("request", {})
    stage.ask()
    assert "Whoever started this gave no" in stage.mails[0]["text"]
    assert stage.answer(stage.link(), "approve")["statusCode"] == 422
    assert stage.answer(stage.link(), "approve", "it was Ken")["statusCode"] == 200


class TestSlack:
    def test_the_channel_gets_the_summary_and_a_link_that_only_shows(
        self, with_slack: Staging, slack: SlackCatcher
    ) -> None:
        stage = with_slack(approvers="")
        stage.ask()
        (message,) = slack.messages()
        assert "*Predicted" not in message["text"]
        assert "Predicted write pause: 38 s" in json.dumps(message)
        buttons = message["blocks"][-2]["elements"]
        assert [button["action_id"] for button in buttons] == ["view"]
        path = buttons[0]["url"].removeprefix("https://page.example")
        page = stage.call("GET", path)
        assert page["statusCode"] == 200
        assert "<form" not in page["body"]
        before = stage.state_of_record()
        assert stage.call("POST", path, {"decision": "approve"})["statusCode"] == 403
        assert stage.state_of_record() == before

    @pytest.mark.parametrize("status", [500, 404])
    def test_slack_down_holds_up_nobody(
        self, with_slack: Staging, slack: SlackCatcher, status: int
    ) -> None:
        slack.failing = status
        stage = with_slack()
        stage.ask()
        assert len(stage.mails) == 2
        failed = [e for e in stage.record.audit_trail() if e["event"] == "approval.message_failed"]
        assert failed[0]["recipient"] == "slack"
        slack.failing = None
        stage.at(4)
        stage.follow_up()
        assert len(slack.messages()) == 1

    def test_who_was_unsubscribed_is_a_message_that_failed_and_the_channel_hears_it_once(
        self, with_slack: Staging, slack: SlackCatcher
    ) -> None:
        stage = with_slack()
        stage.unsubscribe(KEN)
        stage.ask()
        assert [mail["to"] for mail in stage.mails] == [HANA]
        failed = [e for e in stage.record.audit_trail() if e["event"] == "approval.message_failed"]
        assert [(one["recipient"], one["occasion"]) for one in failed] == [(KEN, "request")]
        assert "no confirmed subscription" in failed[0]["failure"]
        for minutes in (1, 2, 31):
            stage.at(minutes)
            stage.follow_up()
        told = [json.dumps(one) for one in slack.messages()]
        assert sum(f"does not reach {KEN}" in one for one in told) == 1
        # Subscribed again, the question comes with the next look.
        stage.subscribe(KEN)
        stage.at(40)
        stage.follow_up()
        assert KEN in [mail["to"] for mail in stage.mails]

    def test_slack_gone_altogether(self, with_slack: Staging, slack: SlackCatcher) -> None:
        stage = with_slack()
        slack.stop()
        stage.ask()
        assert len(stage.mails) == 2


def test_a_question_that_would_reach_nobody_is_no_question(stage: Stage) -> None:
    for address in (HANA, KEN):
        stage.unsubscribe(address)
    with pytest.raises(TransientFailure, match="no approver could be reached"):
        stage.ask()
    assert stage.mails == []


def test_who_is_not_reached_is_logged_for_the_alarm(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """template.yaml makes a metric of this field of the log."""
    logged: list[dict[str, int]] = []
    monkeypatch.setattr(sns.logger, "warning", lambda _, extra: logged.append(extra))
    stage.unsubscribe(KEN)
    stage.ask()
    assert logged == [{"unreached_people": 1}]


def test_the_preflight_sees_who_has_not_confirmed(stage: Stage) -> None:
    from redash_migration.approval.assembly import readiness

    stage.unsubscribe(KEN)
    people, mails = readiness(STARTER)
    assert (people.id, people.status) == ("approval.approvers", "PASS")
    assert (mails.id, mails.status) == ("approval.subscriptions", "WARN")
    assert mails.detail == f"not confirmed: {KEN}"
