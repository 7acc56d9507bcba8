"""Buttons in Slack: signed by Slack, pressed by an approver, held to the page's rules."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from redash_migration.record import Check
from rehearsal.cloud.chat.slack import SlackCatcher
from tests.integration.approval.approval_stage import HANA, KEN, SLACK_SECRET, Stage

Staging = Callable[..., Stage]


@pytest.fixture
def stage(with_slack: Staging) -> Stage:
    stage = with_slack()
    stage.record.put_fact("request", {"requested_by": "starter@example.com"})
    return stage


def _press(
    stage: Stage,
    slack: SlackCatcher,
    decision: str,
    *,
    user: str = "U0HANA",
    reason: str | None = None,
    secret: str = SLACK_SECRET,
    age: float = 0,
    value: str | None = None,
    response_url: str | None = None,
) -> dict[str, Any]:
    buttons = slack.messages()[0]["blocks"][-2]["elements"]
    named = {button["action_id"]: button for button in buttons}
    chosen = value or named.get(decision, buttons[0]).get("value", "x.y")
    payload = {
        "type": "block_actions",
        "user": {"id": user},
        "response_url": response_url or slack.url.replace("/services/", "/actions/"),
        "actions": [{"action_id": decision, "value": chosen}],
        "state": {"values": {"reason": {"text": {"value": reason}}}},
    }
    body = urlencode({"payload": json.dumps(payload)})
    at = str(int(time.time() - age))
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": at,
        "x-slack-signature": f"v0={digest}",
    }
    return stage.call("POST", "/slack", None, headers, body)


def test_an_approver_decides_and_the_message_says_so(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    assert _press(stage, slack, "approve")["statusCode"] == 200
    assert [sent["actor"] for _, sent in stage.states.sent] == [HANA]
    replaced = [message for message in slack.messages() if message.get("replace_original")]
    assert len(replaced) == 1
    assert "Approved: decided by hana@example.com at 23 Nov 2026" in json.dumps(replaced[0])
    assert "actions" not in [block["type"] for block in replaced[0]["blocks"]]


def test_the_question_is_well_formed(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    (message,) = slack.messages()
    kinds = [block["type"] for block in message["blocks"]]
    assert kinds == ["header", "section", "input", "actions", "context"]
    assert message["unfurl_links"] is False
    buttons = message["blocks"][3]["elements"]
    assert [button["action_id"] for button in buttons] == ["approve", "reject", "view"]
    assert all(len(button["text"]["text"]) <= 75 for button in buttons)
    assert "confirm" in buttons[0]


@pytest.mark.parametrize(
    "change",
    [{"secret": "another"}, {"age": 301}, {"age": -301}],
    ids=["wrong secret", "too old", "from the future"],
)
def test_what_slack_did_not_sign_is_refused(
    stage: Stage, slack: SlackCatcher, change: dict[str, Any]
) -> None:
    stage.ask()
    before = stage.state_of_record()
    assert _press(stage, slack, "approve", **change)["statusCode"] == 401
    assert stage.state_of_record() == before


def test_unsigned_and_garbage(stage: Stage) -> None:
    stage.ask()
    before = stage.state_of_record()
    for headers in (
        {},
        {"x-slack-request-timestamp": "x", "x-slack-signature": "v0=x"},
        {"x-slack-request-timestamp": str(int(time.time())), "x-slack-signature": "v0=é"},
    ):
        assert stage.call("POST", "/slack", None, headers, "payload=x")["statusCode"] == 401
    assert stage.call("GET", "/slack")["statusCode"] == 405
    assert stage.state_of_record() == before


def test_others_are_told_so_alone(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    _press(stage, slack, "approve", user="U0STRANGER")
    assert stage.states.sent == []
    told = slack.messages()[-1]
    assert told["response_type"] == "ephemeral"
    assert "not among the approvers" in told["text"]
    assert stage.record.audit_trail()[-1]["event"] == "approval.refused"


def test_an_account_of_nobody_known_cannot_approve(stage: Stage, slack: SlackCatcher) -> None:
    """It could be the one who started the migration."""
    stage.ask()
    _press(stage, slack, "approve", user="U0NOBODY")
    assert stage.states.sent == []
    assert "Use the link in your own e-mail" in slack.messages()[-1]["text"]
    _press(stage, slack, "reject", user="U0NOBODY", reason="no")
    assert [sent["actor"] for _, sent in stage.states.sent] == ["slack:U0NOBODY"]


def test_a_refusal_needs_a_reason(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    _press(stage, slack, "reject")
    assert "Say why" in slack.messages()[-1]["text"]
    _press(stage, slack, "reject", reason="<!channel> not *now*")
    assert [sent["reason"] for _, sent in stage.states.sent] == ["<!channel> not *now*"]
    assert "&lt;!channel&gt;" in json.dumps(slack.messages()[-1])


def test_stale_facts_renew_the_message(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    stage.record.checks.put(Check("source.new", "WARN", "something new"))
    _press(stage, slack, "approve", reason="ok")
    assert stage.states.sent == []
    renewed, told = slack.messages()[-2:]
    assert renewed["replace_original"] is True
    assert "something new" in json.dumps(renewed)
    assert "The facts have changed" in told["text"]
    value = renewed["blocks"][3]["elements"][0]["value"]
    _press(stage, slack, "approve", reason="ok", value=value)
    assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]


def test_the_same_person_counts_once_in_two_channels(
    with_slack: Staging, slack: SlackCatcher
) -> None:
    stage = with_slack(REQUIRED_APPROVALS="2")
    stage.ask()
    stage.answer(stage.link(HANA), "approve")
    _press(stage, slack, "approve", user="U0HANA")
    assert stage.states.sent == []
    assert "Already decided" in slack.messages()[-1]["text"]
    stage.answer(stage.link(KEN), "approve")
    assert len(stage.states.sent) == 1


def test_a_second_press_shows_who_decided(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    stage.answer(stage.link(KEN), "approve")
    _press(stage, slack, "reject", reason="late")
    assert len(stage.states.sent) == 1
    assert "by ken@example.com" in json.dumps(slack.messages()[-1])


def test_answers_go_to_slack_only(stage: Stage, slack: SlackCatcher) -> None:
    stage.ask()
    before = len(slack.messages())
    _press(stage, slack, "approve", user="U0STRANGER", response_url="http://127.0.0.1:9/steal")
    assert len(slack.messages()) == before


def test_no_buttons_where_no_signing_secret_is_set(
    with_slack: Staging, slack: SlackCatcher
) -> None:
    stage = with_slack(approvers="")
    stage.ask()
    assert stage.call("POST", "/slack", None, {}, "payload=x")["statusCode"] == 404


def test_a_closed_gate_leaves_only_the_refusal(stage: Stage, slack: SlackCatcher) -> None:
    stage.record.checks.put(Check("source.x", "FAIL", "broken"))
    stage.ask()
    buttons = slack.messages()[0]["blocks"][3]["elements"]
    assert [button["action_id"] for button in buttons] == ["reject", "view"]


@pytest.mark.parametrize(
    ("timestamp", "body"),
    [
        ("9" * 400, "payload=%7B%7D"),
        ("١٢٣٤", "payload=%7B%7D"),
        ("-1", "payload=%7B%7D"),
        ("now", "\udcff\udcfe"),
        ("1764000000", "\x00\xff"),
    ],
)
def test_what_slack_would_never_send_is_refused_calmly(
    stage: Stage, slack: SlackCatcher, timestamp: str, body: str
) -> None:
    stage.ask()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": "v0=" + "0" * 64,
    }
    raw = body.encode("utf-8", "surrogateescape")
    assert stage.call("POST", "/slack", None, headers, raw)["statusCode"] == 401


def test_a_stranger_who_presses_again_and_again_is_noted_once(
    stage: Stage, slack: SlackCatcher
) -> None:
    stage.ask()
    for _ in range(5):
        _press(stage, slack, "approve", user="U0STRANGER")
    noted = [entry for entry in stage.record.audit_trail() if entry["event"] == "approval.refused"]
    assert len(noted) == 1
