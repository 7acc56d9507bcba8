"""A bot in Slack: one migration, one thread; the question says in its place what was decided."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace

import boto3
import pytest

from redash_migration.adapters.slack.channel import SlackChannel
from redash_migration.approval.announcing import announce
from redash_migration.approval.assembly import readiness
from redash_migration.approval.desk import NotSent, Posted
from redash_migration.approval.gate.purposes import CONFIRM
from rehearsal.cloud.chat.slack import SlackCatcher
from rehearsal.cloud.chat.web_api import CHANNEL_NAME, TOKEN
from tests.integration.approval.approval_stage import STARTER, Stage, ended

Staging = Callable[..., Stage]
Making = Callable[..., Stage]


@pytest.fixture
def with_bot(with_slack: Staging, slack: SlackCatcher, monkeypatch: pytest.MonkeyPatch) -> Making:
    """``with_bot(channel="...")`` -> a stage that speaks as a bot."""

    def make(**secret: str) -> Stage:
        stage = with_slack()
        held = json.dumps({**slack.bot, **secret})
        arn = boto3.client("secretsmanager").create_secret(Name="bot", SecretString=held)["ARN"]
        monkeypatch.setenv("SLACK_WEBHOOK_SECRET_ARN", arn)
        return stage

    return make


def channel(secret: Mapping[str, str | None]) -> SlackChannel:
    held = {name: value for name, value in secret.items() if value is not None}
    return SlackChannel(lambda: json.dumps(held))


def failures(stage: Stage) -> list[str]:
    trail = stage.record.audit_trail()
    failed = [one for one in trail if one["event"].endswith("message_failed")]
    return [str(one["failure"]) for one in failed if one["recipient"] == "slack"]


def test_one_thread_from_the_question_to_the_end(with_bot: Making, slack: SlackCatcher) -> None:
    stage = with_bot()
    stage.ask()
    assert f"Started by: {STARTER}" in str(slack.workspace.messages)
    stage.at(31)
    stage.follow_up()
    stage.answer(stage.link(), "approve")
    stage.switch()
    stage.ask(CONFIRM)
    stage.answer(stage.link(), "keep")
    announce(stage.record, ended())

    found = slack.workspace.messages
    root, *replies = found
    assert [one.get("thread_ts") for one in found.values()] == [None, *[root] * len(replies)]
    told = [(one["text"], one.get("reply_broadcast"), "edited" in one) for one in found.values()]
    approved = "Approved: decided by hana@example.com at 23 Nov 2026 02:01 UTC."
    kept = "The new Redash stays: decided by hana@example.com at 23 Nov 2026 02:01 UTC."
    assert told == [
        (approved, None, True),
        (approved, True, True),  # the reminder
        (approved, False, False),
        (kept, True, True),  # the second question
        (kept, False, False),
        (found[replies[-1]]["text"], True, False),
    ]
    assert found[replies[-1]]["text"].startswith("✅ ")
    # Nothing is left to press.
    assert "button" not in json.dumps(list(found.values()))


def test_a_reminder_says_that_it_is_one(with_bot: Making, slack: SlackCatcher) -> None:
    stage = with_bot()
    stage.ask()
    stage.at(31)
    stage.follow_up()
    _, reminder = slack.workspace.messages.values()
    assert reminder["text"] == "Reminder, 29 min left: Start the cutover?"


def test_an_expired_question_is_no_question_any_more(with_bot: Making, slack: SlackCatcher) -> None:
    stage = with_bot()
    stage.ask()
    stage.at(61)
    stage.follow_up()
    first, outcome = slack.workspace.messages.values()
    assert first["text"] == outcome["text"]
    assert "actions" not in [block["type"] for block in first["blocks"]]


def test_a_question_whose_migration_ended_otherwise_says_so(
    with_bot: Making, slack: SlackCatcher
) -> None:
    stage = with_bot()
    stage.ask()
    announce(stage.record, ended(status="ROLLED_BACK", serves="old", error="WalTooMuch"))
    first, last = slack.workspace.messages.values()
    assert first["text"] == last["text"]
    assert first["text"].startswith("⚠️ ")


def test_without_a_question_the_ending_stands_alone(with_bot: Making, slack: SlackCatcher) -> None:
    stage = with_bot()
    announce(stage.record, ended(mode="preflight", serves="old"))
    (only,) = slack.workspace.messages.values()
    assert "thread_ts" not in only


def test_a_refusal_with_status_200_is_no_message(with_bot: Making, slack: SlackCatcher) -> None:
    stage = with_bot()
    slack.workspace.odd = "not_in_channel"
    stage.ask()
    assert failures(stage) == ["Slack: not_in_channel"]
    assert len(stage.mails) == 2
    slack.workspace.odd = ""
    stage.at(2)
    stage.follow_up()
    assert len(slack.workspace.messages) == 1


def test_a_short_retry_after_is_waited_for_and_a_longer_one_is_for_the_reconciler(
    with_bot: Making, slack: SlackCatcher
) -> None:
    stage = with_bot()
    slack.limited, slack.retry_after = 1, 1
    stage.ask()
    assert len(slack.workspace.messages) == 1
    assert failures(stage) == []
    slack.limited, slack.retry_after = 1, 30
    stage.answer(stage.link(), "approve")
    assert failures(stage) == ["Slack: HTTP 429, again after 30 s"]
    assert len(slack.workspace.messages) == 1
    stage.at(2)
    stage.follow_up()
    first, outcome = slack.workspace.messages.values()
    assert first["text"] == outcome["text"]


def test_an_answer_without_a_time_stamp_makes_no_thread_and_loses_nothing(
    with_bot: Making, slack: SlackCatcher
) -> None:
    stage = with_bot()
    slack.workspace.odd = "no_ts"
    stage.ask()
    stage.answer(stage.link(), "approve")
    announce(stage.record, ended())
    assert [one.get("thread_ts") for one in slack.workspace.messages.values()] == [None] * 3
    assert failures(stage) == []


def test_a_thread_that_somebody_deleted_is_begun_again(
    with_bot: Making, slack: SlackCatcher
) -> None:
    stage = with_bot()
    stage.ask()
    slack.workspace.gone = set(slack.workspace.messages)
    stage.answer(stage.link(), "approve")
    announce(stage.record, ended())
    (root, first), (_, second) = slack.workspace.messages.items()
    assert "thread_ts" not in first
    assert second["thread_ts"] == root
    # The question can't be changed any more; that is noted.
    assert failures(stage) == ["Slack: message_not_found"]


@pytest.mark.parametrize(
    ("failing", "odd", "words"),
    [
        (500, "", "HTTP 500"),
        (404, "", "HTTP 404"),
        (200, "", "no answer of Slack"),  # a proxy's page
        (None, "is_archived", "is_archived"),
        (None, "token_revoked", "token_revoked"),
        (None, "ratelimited", "ratelimited"),
    ],
)
def test_what_slack_did_not_take_is_said_by_slacks_word_alone(
    slack: SlackCatcher, failing: int | None, odd: str, words: str
) -> None:
    slack.failing, slack.workspace.odd = failing, odd
    for thread in (None, Posted("C0REHEARSAL", "1795000000.000001")):
        with pytest.raises(NotSent) as refused:
            channel(slack.bot).post("text", [], thread=thread)
        assert str(refused.value) == f"Slack: {words}"
    assert slack.messages() == []


def test_nothing_is_posted_to_another_channel_than_the_secret_names(slack: SlackCatcher) -> None:
    """Where an earlier message stood is an entry of the record, which any function may write."""
    spoken = channel(slack.bot)
    first = spoken.post("text", [])
    assert first is not None
    reply = spoken.post("reply", [], thread=replace(first, channel="C0ELSEWHERE"))
    assert reply == replace(first, ts=reply.ts if reply else "", thread=first.ts)


def test_a_channel_by_its_name_is_changed_by_its_id(with_bot: Making, slack: SlackCatcher) -> None:
    stage = with_bot(channel=CHANNEL_NAME)
    stage.ask()
    stage.answer(stage.link(), "approve")
    assert failures(stage) == []
    assert "edited" in next(iter(slack.workspace.messages.values()))


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ({"channel": None}, 'names no "channel"'),
        ({"token": "hunter2"}, "is no token of Slack"),
        ({"token": ""}, "is no token of Slack"),
        ({"api": "https://slack.com.example.net/api/"}, "the token goes nowhere else"),
        ({"api": "http://slack.com/api/"}, "the token goes nowhere else"),
        ({"api": "https://example.net/?slack.com"}, "the token goes nowhere else"),
    ],
)
def test_a_secret_that_is_wrong_is_named_without_what_it_holds(
    slack: SlackCatcher, secret: dict[str, str | None], words: str
) -> None:
    with pytest.raises(NotSent) as refused:
        channel({**slack.bot, **secret}).post("text", [])
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert slack.messages() == []


def looked(name: str) -> str:
    """What the preflight says of it."""
    (found,) = [check for check in readiness(STARTER) if check.id == name]
    return f"{found.status}: {found.detail}"


def test_the_preflight_sees_without_a_message_whether_slack_will_take_the_question(
    with_bot: Making, slack: SlackCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_bot()
    assert looked("approval.slack") == "PASS: the secret leads to Slack"
    assert looked("approval.slack_buttons").startswith("PASS")
    for odd in ("token_revoked", "invalid_auth"):
        slack.workspace.odd = odd
        assert looked("approval.slack") == f"FAIL: Slack: {odd}"
    slack.failing = 503
    assert looked("approval.slack") == "WARN: Slack: HTTP 503"
    slack.stop()
    assert looked("approval.slack").startswith("WARN")
    assert slack.messages() == []
    for name in ("SLACK_WEBHOOK_SECRET_ARN", "SLACK_SIGNING_SECRET_ARN"):
        monkeypatch.setenv(name, f"{os.environ[name]}x")
    assert looked("approval.slack").startswith("FAIL: Slack: the secret: ResourceNotFound")
    assert "can't be read: ResourceNotFound" in looked("approval.slack_buttons")
    for name in ("SLACK_WEBHOOK_SECRET_ARN", "SLACK_SIGNING_SECRET_ARN"):
        monkeypatch.setenv(name, "")
    assert [check.id for check in readiness(STARTER) if "slack" in check.id] == []


def test_the_token_goes_to_slack_and_nowhere_else(
    with_bot: Making, slack: SlackCatcher, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = with_bot()
    stage.ask()
    slack.workspace.odd = "invalid_auth"
    stage.at(31)
    stage.follow_up()
    stage.answer(stage.link(), "approve")
    told = json.dumps([stage.state_of_record(), stage.mails, slack.messages()], default=str)
    assert TOKEN not in told + "".join(capsys.readouterr())
    assert TOKEN not in stage.call("GET", stage.link())["body"]


def test_the_stack_s_notice_stands_above_every_message(slack: SlackCatcher) -> None:
    """As it does above mails and pages: nobody takes a trial for the real thing."""
    trial = "Trial: of the staging Redash"
    said = SlackChannel(lambda: json.dumps(slack.bot), trial)
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "Keep it?"}}
    posted = said.post("Keep it?", [block])
    assert posted is not None
    for words in ("Keep it?", "Kept"):
        [message] = slack.workspace.messages.values()
        assert message["text"] == f"Trial {words}"
        above, *rest = message["blocks"]
        assert above["elements"] == [{"type": "plain_text", "text": trial}]
        assert rest == [block]
        said.update(posted, "Kept", [block])
