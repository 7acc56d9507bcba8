"""A stage for each test, and a Slack that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from redash_migration.adapters import clients
from rehearsal.cloud.chat.slack import SlackCatcher
from tests.integration.approval.approval_stage import SLACK_SECRET, Stage, staged

Staging = Callable[..., Stage]


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Staging]:
    """``staging(SETTING="value")`` -> a stage with these settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(
            staged(monkeypatch, "https://page.example", **settings)
        )


@pytest.fixture
def stage(staging: Staging) -> Stage:
    """A stage with the usual settings."""
    return staging()


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[SlackCatcher]:
    """A channel that keeps what is posted to it."""
    catcher = SlackCatcher(tmp_path / "slack")
    yield catcher
    catcher.stop()


@pytest.fixture
def with_slack(
    staging: Staging, slack: SlackCatcher, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Stage]:
    """``with_slack(approvers="U...")`` -> a stage that posts to the catcher."""

    def make(approvers: str = "U0HANA:hana@example.com,U0NOBODY", **settings: str) -> Stage:
        stage = staging(**settings)
        secrets = clients.client("secretsmanager")
        webhook = secrets.create_secret(Name="webhook", SecretString=slack.url)["ARN"]
        signing = secrets.create_secret(Name="signing", SecretString=SLACK_SECRET)["ARN"]
        monkeypatch.setenv("SLACK_WEBHOOK_SECRET_ARN", webhook)
        monkeypatch.setenv("SLACK_SIGNING_SECRET_ARN", signing if approvers else "")
        monkeypatch.setenv("SLACK_APPROVERS", approvers)
        return stage

    return make
