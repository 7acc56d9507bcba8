"""The words of a message lead to what to do: whoever searches the runbook for them finds them.

English words in docs/runbook.md; in docs/runbook.ja.md the Japanese ones, and the English ones that
no language changes: names of errors, alarms.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from redash_migration.approval.texts import LANGUAGES
from redash_migration.approval.texts.english_errors import OTHERS, TO_DO
from tests.unit.approval.test_approval_texts import TITLES

ROOT = Path(__file__).parents[3]
BOOKS = {"en": "docs/runbook.md", "ja": "docs/runbook.ja.md"}
GOOD = {"ended.SUCCEEDED", "ended.preflight.SUCCEEDED"}
SYMPTOMS = sorted(
    {
        *(set(TITLES) - GOOD),
        "begin.off",
        "ended.never_told",
        "finding.approval.starter",
        "form.blocked",
        "mail.reminder",
        "mail.reminder.subject",
        "notice.expired.text",
        "notice.foreign.title",
        "notice.trouble.text",
        "notice.trouble.title",
        "notice.unknown.title",
        "problem.starter",
        "reach.lost",
        "reach.subject",
        "stale.title",
        "starter.no_address",
        "starter.refused",
    }
)
"""Texts that somebody may read and not know what to do: none that says so itself is left out."""


def book(language: str) -> str:
    return " ".join((ROOT / BOOKS[language]).read_text(encoding="utf-8").split())


def words(text: str) -> str:
    """What of a text is the same whenever it is sent: its longest part without figures."""
    parts = re.split(r"\{\w+\}", text)
    longest = max(parts, key=len).strip(" :：。、（）().,")
    return re.split(r"。|\. ", longest)[0].strip()


@pytest.mark.parametrize("language", list(BOOKS))
def test_every_message_that_asks_for_help_is_found(language: str) -> None:
    text = book(language)
    assert [key for key in SYMPTOMS if words(LANGUAGES[language][key]) not in text] == []


@pytest.mark.parametrize("language", list(BOOKS))
def test_what_a_roll_back_left_is_told_with_the_book_that_says_how(language: str) -> None:
    texts, text = LANGUAGES[language], book(language)
    left = [words for key, words in texts.items() if key.startswith("undo.")]
    assert len(left) > 8
    assert [words for words in left if words not in text] == []
    assert BOOKS[language] in texts["ended.next.not_all_taken_back"]


@pytest.mark.parametrize("language", list(BOOKS))
def test_every_error_is_found_by_its_name(language: str) -> None:
    text = book(language)
    assert [name for name in {**TO_DO, **OTHERS} if name not in text] == []


@pytest.mark.parametrize("language", list(BOOKS))
def test_every_alarm_is_found_by_its_mail(language: str) -> None:
    """The mail of an alarm holds its description and its name."""
    text = book(language)
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    alarms = re.findall(r"^      AlarmDescription: (.*?)$", template, re.MULTILINE)
    asleep = {"An execution failed", "Somebody rejected"}
    waking = [one for one in alarms if not one.startswith(tuple(asleep))]
    assert len(waking) > 8
    missing = [one for one in waking if one.rstrip(".").split(". ")[0] not in text]
    assert missing == []


@pytest.mark.parametrize("language", list(BOOKS))
def test_what_a_roll_back_left_is_found(language: str) -> None:
    text = book(language)
    left = [key for key in LANGUAGES[language] if key.startswith("undo.")]
    assert len(left) == 12
    assert [key for key in left if words(LANGUAGES[language][key]) not in text] == []
