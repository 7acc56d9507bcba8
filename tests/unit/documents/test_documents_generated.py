"""The generated parts of the documents are as the code says."""

from __future__ import annotations

import re
from pathlib import Path

from docs_generator.__main__ import PARTS, generated, stale
from docs_generator.checks import check_ids
from docs_generator.early_checks import EARLY, failures_of_the_pause
from docs_generator.errors import error_classes
from docs_generator.japanese_words import EARLY_WORDS
from redash_migration.approval.texts.english_errors import OTHERS, TO_DO
from redash_migration.approval.texts.japanese_errors import JAPANESE_ERRORS
from redash_migration.course import STATES

ROOT = Path(__file__).parents[3]


def test_no_document_is_stale() -> None:
    assert stale(ROOT) == [], "run: python -m docs_generator"


def test_a_stale_part_is_noticed() -> None:
    text = "before\n<!-- generated: errors -->\nOUTDATED\n<!-- end -->\nafter\n"
    renewed = generated(text, ROOT)
    assert "OUTDATED" not in renewed
    assert "TransientFailure" in renewed
    assert renewed.startswith("before\n")
    assert renewed.endswith("<!-- end -->\nafter\n")


def test_every_part_is_in_some_document() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [name for name in PARTS if f" generated: {name}" not in text] == []


def test_every_error_that_a_report_can_hold_says_what_to_do() -> None:
    """The classes, and the names that the definition and people give."""
    assert TO_DO.keys() == error_classes().keys()
    definition = (ROOT / "statemachine" / "migration.asl.json").read_text(encoding="utf-8")
    given = set(re.findall(r'"Error": "(\w+)"', definition))
    given |= set(re.findall(r"'(Approval\w+)'", definition))
    assert given <= TO_DO.keys() | OTHERS.keys()


def test_the_errors_are_translated_in_the_same_order() -> None:
    assert list(JAPANESE_ERRORS) == [*error_classes(), *OTHERS]


def test_what_is_left_to_the_pause_is_translated() -> None:
    """A list of names alone is the same in every language."""
    said = {text for early in EARLY.values() for text in early}
    assert EARLY_WORDS.keys() <= said
    assert {text for text in said if re.sub(r"`.*?`|[, ]", "", text)} == EARLY_WORDS.keys()


def test_every_failure_of_the_pause_says_who_judges_it_before() -> None:
    assert EARLY.keys() == failures_of_the_pause(ROOT)
    known = check_ids(ROOT) | set(STATES)
    named = {name for early in EARLY.values() for name in re.findall("`(.+?)`", early.judged)}
    assert named <= known
    assert [name for name, early in EARLY.items() if not early.left] == []
