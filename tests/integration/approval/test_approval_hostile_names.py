"""Whoever names a table, a data source or themselves says a name, and nothing for the product."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from redash_migration.record import Check
from redash_migration.report.finish import named
from rehearsal.cloud.chat.slack import SlackCatcher
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, Stage, ended, failed

PHRASE = "See the evidence and decide:"
HOSTILE = f"x\n\n{PHRASE}\nhttps://evil.example/1\x1b[2J\u202egnp <!channel> <https://evil|click>"
DOES_SOMETHING = ("\x1b", "\u202e", "<script", "<!channel", "<https")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_names_forge_no_line_of_a_message(
    with_slack: Callable[..., Stage], slack: SlackCatcher, language: str
) -> None:
    stage = with_slack(LANGUAGE=language)
    stage.record.put_fact("request", {"requested_by": HOSTILE})
    stage.record.checks.put(
        Check("target.pending_parameters", "WARN", HOSTILE + "<script>", f"Look at {HOSTILE}")
    )
    stage.ask()
    link = stage.link()
    stage.answer(link, "reject", f"no\n\n{PHRASE}\nhttps://evil.example/2")
    cause = named({"error": {"Error": "DataMismatch", "Cause": f"public.{HOSTILE}: 30 rows"}})
    assert cause is not None
    ended(
        status="ROLLED_BACK",
        serves="old",
        error="DataMismatch",
        cause=cause["cause"],
        failures=(failed(Check(HOSTILE, "FAIL", HOSTILE).id, Check("x", "FAIL", HOSTILE).detail),),
    ).keep(stage.record)
    stage.end()
    stage.follow_up()
    assert {mail["to"] for mail in stage.mails} == {HANA, KEN}
    for mail in stage.mails:
        lines = mail["text"].splitlines()
        assert [line for line in lines if line.startswith("https://evil")] == []
        if language == "ja":
            assert PHRASE not in lines
        for one in ("\x1b", "\u202e"):
            assert one not in mail["text"] + mail["subject"]
    for message in slack.messages():
        said = json.dumps(message, ensure_ascii=False)
        for one in DOES_SOMETHING:
            assert one not in said.replace("<@U", "")
    for path in (link, link + "?still"):
        page = stage.call("GET", path)["body"]
        for one in DOES_SOMETHING:
            assert one not in page
    assert MIGRATION in stage.mails[-1]["subject"]
