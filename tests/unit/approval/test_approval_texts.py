"""Both languages say the same things, in words and in figures; colours can be read."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

import redash_migration
from docs_generator.checks import check_ids, words_of
from redash_migration.approval.evidence.parts import Finding
from redash_migration.approval.page.rendering import style
from redash_migration.approval.texts import LANGUAGES, Texts
from redash_migration.approval.texts.english_checks import ENGLISH_CHECKS
from redash_migration.approval.texts.japanese_checks import (
    JAPANESE_CHECKS,
    japanese_check,
    japanese_failure,
)
from redash_migration.approval.texts.japanese_errors import JAPANESE_ERRORS
from redash_migration.approval.texts.japanese_failures import JAPANESE_FAILURES
from redash_migration.approval.wording import meaning_and_detail, remedy_text
from redash_migration.report.texts import REPORT

ROOT = Path(__file__).parents[3]
EN, JA = LANGUAGES["en"], LANGUAGES["ja"]
LATIN_ONLY = {
    "language.other",
    "new.smoke_value",
    "mail.outcome.subject",
    "mail.decided",
    "mail.decided_expired",
    "ended.subject",
    "people.started_value",
}


TITLE = re.compile(r"ended\.(preflight\.)?([A-Z]|not_all|without|unanswered|untouched|broken)")
QUESTIONS = [name for name in EN if re.fullmatch(r"[A-Z]\w+\.title(_blocked)?", name)]
TITLES = [name for name in EN if TITLE.match(name)]
"""Headlines of an ending; they are the subject of the last message."""


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_every_text() -> None:
    assert EN.keys() == JA.keys()


@pytest.mark.parametrize("key", sorted(EN))
def test_a_text_has_the_same_places_and_is_translated(key: str) -> None:
    assert _places(EN[key]) == _places(JA[key])
    assert JA[key].count("**") == EN[key].count("**")
    if key not in LATIN_ONLY:
        assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", JA[key]), JA[key]


@pytest.mark.parametrize("key", [key for key in EN if ".subject" in key])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_subjects_fit_into_an_sns_message(key: str, language: str) -> None:
    texts = Texts(language)

    decisions = [texts(name) for name in EN if name.startswith("decided.")]
    figures = {
        "migration": "redash-20261123-013005",
        "left": "23 h",
        "count": 12,
        "time": texts.figures.time(datetime(2026, 11, 23, 16, 5, tzinfo=UTC)),
        "decision": max(decisions, key=len),
        "question": max((texts(name, count=12) for name in QUESTIONS), key=len),
        "title": max((texts(name, count=12) for name in TITLES), key=len),
    }
    assert len(texts(key, **figures)) < 100


JAPANESE = [
    *((f"texts {key}", text) for key, text in JA.items()),
    *((f"errors {name}", text) for name, said in JAPANESE_ERRORS.items() for text in said),
    *((f"failures {name}", text) for name, said in JAPANESE_FAILURES.items() for text in said),
    *((f"report {key}", text) for key, text in REPORT["ja"].items()),
    *((f"warnings {name}", text) for name, said in JAPANESE_CHECKS.items() for text in said),
]
FIGURE = (
    r"(?:[0-9]|\{(?:pause|low|high|seconds|predicted|left|count|writes|limit|given|required"
    r"|measured|all|compared|equal|bad|number|total|tables|done)\})"
)
WORDS = r"[ぁ-んァ-ヶー一-龠]"


def test_a_japanese_figure_stands_apart_from_the_word_before_it_and_close_to_its_unit() -> None:
    far = r"[0-9] (?:つ|個|件|秒|分|時間|日|行|回|名|人|台|番)"
    wrong = rf"(?!約){WORDS}{FIGURE}|約 |{far}"
    assert [(name, text) for name, text in JAPANESE if re.search(wrong, text)] == []


def test_a_japanese_text_leads_to_the_japanese_document() -> None:
    led = {
        (name, document)
        for name, text in JAPANESE
        for document in re.findall(r"docs/([a-z-]+)\.md", text)
    }
    assert [one for one in sorted(led) if (ROOT / "docs" / f"{one[1]}.ja.md").exists()] == []


def test_an_unknown_language_is_english() -> None:
    assert Texts("fr").language == "en"


def test_figures() -> None:
    en, ja = Texts("en").figures, Texts("ja").figures
    at = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
    assert (en.time(at), ja.time(at)) == ("23 Nov 2026 16:05 UTC", "2026年11月24日 01:05 JST")
    assert (en.short(48_211), ja.short(48_211)) == ("48.2k", "4.8万")
    assert (en.short(3_902_114), ja.short(123_456_789)) == ("3.9M", "1.2億")
    assert [en.bytes(size) for size in (0, 999, 1000, 412e6, 9.4e9, 2e15)] == [
        "0 B",
        "999 B",
        "1 kB",
        "412 MB",
        "9.4 GB",
        "2000 TB",
    ]
    assert [en.duration(s) for s in (0.84, 9, 38.4, 125, 1800, 9000)] == [
        "0.8 s",
        "9 s",
        "38 s",
        "2 min 5 s",
        "30 min",
        "2.5 h",
    ]
    assert (ja.duration(125), ja.hours(50)) == ("2分5秒", "2日")


def test_a_known_warning_is_told_in_japanese_with_what_was_seen() -> None:
    warning = Finding("precopy.public.queries", "WARN", "no pre-copy", "GRANT ...")
    meaning, detail = meaning_and_detail(Texts("ja"), warning)
    assert "事前コピー" in meaning
    assert detail == "no pre-copy"
    assert "session_replication_role" in remedy_text(Texts("ja"), warning)
    assert meaning_and_detail(Texts("en"), warning) == ("no pre-copy", "")


@pytest.mark.parametrize(
    ("status", "said"), [("FAIL", "不合格です"), ("UNKNOWN", "確認できませんでした")]
)
def test_a_failure_is_told_in_japanese_with_what_was_seen(status: str, said: str) -> None:
    failure = Finding("databases.encoding", status, "LATIN1 does not fit", "Make it UTF8")
    meaning, detail = meaning_and_detail(Texts("ja"), failure)
    assert meaning == f"文字コードの適合: {said}。"
    assert detail == "LATIN1 does not fit"
    assert "UTF8" in remedy_text(Texts("ja"), failure)
    assert meaning_and_detail(Texts("en"), failure) == ("LATIN1 does not fit", "")
    assert remedy_text(Texts("en"), failure) == "Make it UTF8"


def test_every_check_has_its_words_in_both_languages_and_no_other_has() -> None:
    ids = check_ids(Path(__file__).parents[3])
    for name in ids:
        assert words_of(name), name
        assert japanese_failure(name, "FAIL"), name
    assert ENGLISH_CHECKS.keys() == JAPANESE_FAILURES.keys()
    idle = {
        kind
        for kind in ENGLISH_CHECKS
        if not any(one == kind or one.startswith(f"{kind}.") for one in ids)
    }
    assert idle == set()


@pytest.mark.parametrize(
    "name", ["data.public.queries", "return.smoke.ping", "return.precopy.public.users"]
)
def test_a_computed_id_has_the_words_of_its_kind(name: str) -> None:
    assert words_of(name)
    assert japanese_failure(name, "UNKNOWN")


def test_every_warning_of_the_steps_has_japanese_words() -> None:
    """Looks for the checks' ids in the steps' own code, so that a new warning is not forgotten."""
    package = Path(redash_migration.__file__).parent
    sources = [
        path for path in package.rglob("*.py") if "approval" not in path.relative_to(package).parts
    ]
    warnings = {
        found[1]
        for source in sources
        for found in re.finditer(
            r'"([a-z_]+\.[a-z_.]+)",\s+"WARN"', source.read_text(encoding="utf-8")
        )
    }
    missing = sorted(name for name in warnings if japanese_check(name) is None)
    assert missing == [], "give them words in approval/texts/japanese_checks.py"


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "ground", 7.0),
        ("ink", "card", 7.0),
        ("ink", "accent-soft", 4.5),
        ("ink", "warn-soft", 4.5),
        ("ink", "bad-soft", 4.5),
        ("muted", "ground", 4.5),
        ("muted", "card", 4.5),
        ("muted", "accent-soft", 4.5),
        ("muted", "warn-soft", 4.5),
        ("muted", "bad-soft", 4.5),
        ("accent", "ground", 4.5),
        ("accent", "card", 4.5),
        ("accent", "accent-soft", 4.5),
        ("on-accent", "accent", 4.5),
        ("good", "card", 4.5),
        ("warn", "card", 4.5),
        ("warn", "warn-soft", 4.5),
        ("bad", "card", 4.5),
        ("bad", "bad-soft", 4.5),
        ("field", "card", 3.0),
        ("bar", "card", 3.0),
        ("bar-restore", "card", 3.0),
    ],
)
def test_colours_can_be_told_apart(text: str, ground: str, least: float, scheme: int) -> None:
    blocks = re.findall(r":root \{([^}]*)\}", style())
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    assert _contrast(colours[text], colours[ground]) >= least
