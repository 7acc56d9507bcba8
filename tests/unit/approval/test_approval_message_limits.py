"""The largest messages are taken: by Amazon SNS (Publish) and by Slack (Block Kit, reference)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import Finding, TableEvidence, WayHome
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.gate.rules import MAXIMUM_REASON
from redash_migration.approval.messages.chat_messages import (
    Blocks,
    letter_blocks,
    outcome_blocks,
    request_blocks,
)
from redash_migration.approval.messages.endings import ending_letter, marked
from redash_migration.approval.messages.mails import (
    Letter,
    outcome_mail,
    planned_mail,
    reminder_mail,
    request_mail,
    unplanned_mail,
)
from redash_migration.approval.standing.ending import SHOWN, Ending, Failure
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import changes_text
from redash_migration.clock import stamp
from tests.unit.approval.test_approval_rules import CLEAR, GATE, NEW_SIDE, NOW

Language = Literal["en", "ja"]

LINK = "https://page.example/" + "k" * 400
TABLES = 500
FINDINGS = 20
WHOLE = "表" * 63
"""A name of PostgreSQL's full length; three bytes a letter is more than it can be."""
ALL_NAMES = ", ".join(f"public.{WHOLE}{number}" for number in range(TABLES))
"""What a check says that names each table."""

MAIL_BYTES = 262_144
SLACK: dict[str, int] = {
    "blocks": 50,
    "header": 150,
    "section": 3000,
    "context": 3000,
    "label": 2000,
    "button": 75,
    "value": 2000,
    "url": 3000,
    "confirm.title": 100,
    "confirm.text": 300,
    "confirm.answer": 30,
}


def _findings(status: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"data.public.{WHOLE}{number}", status, ALL_NAMES, ALL_NAMES)
        for number in range(FINDINGS)
    )


def _asked(kind: str, language: Language) -> tuple[Gate, Evidence]:
    """The question with everything that can stand in it at once."""
    purpose = CONFIRM if kind == "keep" else CUTOVER
    table = TableEvidence(f"public.{WHOLE}", "dms", 10**12, 10**15)
    evidence = replace(
        CLEAR,
        tables=(table,) * TABLES,
        findings=_findings("WARN") + (_findings("FAIL") if kind == "blocked" else ()),
    )
    if kind == "keep":
        home = WayHome(possible=True, seconds=9e3, parts={}, failed="DataMismatch", as_of="")
        evidence = replace(evidence, new_side=NEW_SIDE, way_home=home)
    gate = replace(
        GATE,
        purpose=purpose,
        language=language,
        requested_by="s" * 242 + "@example.com",
        decision=purpose.refuse,
        actor="a" * 242 + "@example.com",
        reason="理\n" * (MAXIMUM_REASON // 2),
        decided_at=stamp(NOW),
    )
    return gate, evidence


def _later(gate: Gate) -> Answer:
    begins = "2026-11-23T02:20:00Z"
    return Answer(gate.actor, "approve", gate.reason, "h" * 64, begins, "page", begin_at=begins)


def _ending() -> Ending:
    failure = Failure(f"data.public.{WHOLE}", "FAIL", ALL_NAMES, ALL_NAMES)
    return Ending(
        status="FAILED",
        mode="migrate",
        serves="old",
        error="DataMismatch",
        cause=ALL_NAMES,
        state="VerifyData",
        write_pause_seconds=9e3,
        tables=TABLES,
        tables_equal=0,
        failures=(failure,) * TABLES,
        not_taken_back=("set_actions", "start_services", "lift_fence"),
        at="2026-11-23T01:30:00Z",
        decided=("a" * 242 + "@example.com", "理\n" * (MAXIMUM_REASON // 2)),
        failed_return=("RestoredDataMismatch", "VerifyReturnedData"),
        failed_return_seconds=9e3,
    )


def _letters(language: Language) -> Iterator[Letter]:
    texts = Texts(language)
    changed = changes_text(texts, [f"finding:{one.id}" for one in _findings("FAIL")])
    for kind in ("warned", "blocked", "keep"):
        gate, evidence = _asked(kind, language)
        yield request_mail(texts, gate, evidence, LINK)
        yield reminder_mail(texts, gate, evidence, LINK, NOW)
        yield outcome_mail(texts, gate)
        yield unplanned_mail(texts, gate, evidence, link=LINK, actor=gate.actor, what=changed)
    yield planned_mail(texts, gate, _later(gate))
    yield ending_letter(texts, GATE.migration_id, _ending())


def _messages(language: Language) -> Iterator[Blocks]:
    texts = Texts(language)
    for kind in ("warned", "blocked", "keep"):
        gate, evidence = _asked(kind, language)
        for buttons in (True, False):
            yield request_blocks(texts, gate, evidence, LINK, buttons=buttons, left=9e4)[1]
        yield outcome_blocks(texts, gate)[1]
    for letter in _letters(language):
        yield letter_blocks(letter)[1]
    yield marked(ending_letter(texts, GATE.migration_id, _ending()), _ending())[1]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_largest_mail_is_taken_and_holds_its_link(language: Language) -> None:
    for letter in _letters(language):
        assert len(letter.subject) < 100, letter.subject
        assert not any(unicodedata.category(sign) == "Cc" for sign in letter.subject)
        assert len(letter.text.encode()) < MAIL_BYTES, letter.subject
    gate, evidence = _asked("blocked", language)
    assert LINK in request_mail(Texts(language), gate, evidence, LINK).text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_cut_in_a_mail_says_so(language: Language) -> None:
    texts = Texts(language)
    gate, evidence = _asked("blocked", language)
    lines = request_mail(texts, gate, evidence, LINK).text.splitlines()
    ended = ending_letter(texts, GATE.migration_id, _ending()).text.splitlines()
    long = [line for line in [*lines, *ended] if WHOLE in line and len(line) > 300]
    assert len(long) >= SHOWN
    assert all("…" in line for line in long)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_largest_slack_message_is_taken(language: Language) -> None:
    for blocks in _messages(language):
        assert len(blocks) <= SLACK["blocks"]
        for block in blocks:
            for what, text in _texts_of(block):
                assert 0 < len(text) <= SLACK[what], (what, text)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_slack_question_shows_more_than_its_name(language: Language) -> None:
    gate, evidence = _asked("blocked", language)
    _, blocks = request_blocks(Texts(language), gate, evidence, LINK, buttons=True)
    shown = json.dumps(blocks, ensure_ascii=False)
    assert Texts(language)("mail.failed", count=FINDINGS) in shown
    assert WHOLE in shown


def _texts_of(block: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text of a block, with the name of its limit."""
    if block["type"] in {"header", "section"}:
        yield block["type"], block["text"]["text"]
    elif block["type"] == "context":
        yield from (("context", one["text"]) for one in block["elements"])
    elif block["type"] == "input":
        yield "label", block["label"]["text"]
        assert block["element"]["max_length"] <= SLACK["section"]
    else:
        assert block["type"] == "actions"
        for button in block["elements"]:
            yield "button", button["text"]["text"]
            yield from ((name, button[name]) for name in ("value", "url") if name in button)
            asked = button.get("confirm")
            if asked:
                yield "confirm.title", asked["title"]["text"]
                yield "confirm.text", asked["text"]["text"]
                yield from (("confirm.answer", asked[name]["text"]) for name in ("confirm", "deny"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_channel_is_told_the_outcome_once(language: Language) -> None:
    texts = Texts(language)
    title = texts("ended.not_all_taken_back")
    letter = ending_letter(texts, GATE.migration_id, _ending())
    assert title in letter.subject
    assert letter.text.startswith(f"{title}\n")
    _, blocks = marked(letter, _ending())
    assert blocks[0]["text"]["text"].count(title) == 1
