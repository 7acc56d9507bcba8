"""A document and its translation keep step.

Compared is what is the same in both languages: headings and their levels, tables with their rows,
code blocks without their comments, names in code style, where links lead. Prose is not: whoever
changes a sentence changes its translation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAIRS = sorted(
    str(path.relative_to(ROOT)).removesuffix(".ja.md") + ".md"
    for path in [*ROOT.glob("*.ja.md"), *ROOT.glob("docs/*.ja.md")]
)
_HEADING = re.compile(r"(#+) ")
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_COMMENT = re.compile(r"(?:^|\s)(?:#|--)\s.*$")
_LABEL = re.compile(r'"[^"]*"|-\. .*? \.->')
"""What a Mermaid picture says, in boxes and at arrows."""


@dataclass
class Section:
    """What stands under one heading, as far as every language says it alike."""

    level: int
    title: str = field(default="", compare=False)
    tables: list[list[tuple[int, tuple[str, ...]]]] = field(default_factory=list)
    """Of each table each row: how many cells, and the names in it."""
    code: list[list[str]] = field(default_factory=list)
    """Each block: its language, then its lines."""
    names: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """The document, part by part; what stands before the first heading is of level 0."""
    found, fenced, before = [Section(level=0)], False, ""
    for line in text.splitlines():
        here = found[-1]
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                here.code.append([line.removeprefix("```")])
        elif fenced:
            here.code[-1].append(_code(line, here.code[-1][0]))
        elif heading := _HEADING.match(line):
            found.append(Section(level=len(heading[1]), title=line))
            found[-1].names |= set(_SPAN.findall(line))
        elif line.startswith("|"):
            if not before.startswith("|"):
                here.tables.append([])
            here.tables[-1].append((_cells(line), tuple(sorted({*_SPAN.findall(line)}))))
            here.links += _targets(line)
        else:
            here.names |= set(_SPAN.findall(line))
            here.links += _targets(line)
        before = line
    for section in found:
        section.links.sort()
    return found


def _code(line: str, language: str) -> str:
    return _LABEL.sub("", line) if language == "mermaid" else _COMMENT.sub("", line).rstrip()


def _cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row)) - 1


def _targets(line: str) -> list[str]:
    return [link.replace(".ja.md", ".md") for link in _LINK.findall(line)]


def translation(page: str) -> str:
    return page.removesuffix(".md") + ".ja.md"


@pytest.mark.parametrize("page", PAIRS)
def test_a_translation_has_what_the_original_has(page: str) -> None:
    original = sections((ROOT / page).read_text(encoding="utf-8"))
    translated = sections((ROOT / translation(page)).read_text(encoding="utf-8"))
    assert [part.level for part in translated] == [part.level for part in original]
    for there, here in zip(translated, original, strict=True):
        assert there == here, f"{translation(page)} differs from {page} under {here.title}"


@pytest.mark.parametrize("page", PAIRS)
def test_a_document_and_its_translation_lead_to_each_other(page: str) -> None:
    other = translation(page)
    assert f"]({Path(other).name})" in (ROOT / page).read_text(encoding="utf-8")
    assert f"]({Path(page).name})" in (ROOT / other).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAIRS)
def test_a_translation_leads_to_translations(page: str) -> None:
    """Whoever reads Japanese is led on in Japanese, as far as there is some."""
    here = (ROOT / translation(page)).parent
    text = (ROOT / translation(page)).read_text(encoding="utf-8")
    others = {link for link in _LINK.findall(text) if link != Path(page).name}
    assert [one for one in sorted(others) if (here / translation(one)).exists()] == []


def test_what_people_read_first_and_at_night_is_translated() -> None:
    names = ("deploy", "runbook", "approval", "errors", "checks")
    assert {"README.md", *(f"docs/{name}.md" for name in names)} <= set(PAIRS)


DOCUMENT = """# Title

Prose with `name`, see [there](docs/there.md).

| setting | meaning |
|---|---|
| `A=1` | one |

```sh
make it        # a comment
```
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Title", "## Title"),
        ("Prose", "# More\n\nProse"),
        ("`name`", "name"),
        ("there.md", "elsewhere.md"),
        ("| `A=1` | one |", "| `A=1` | one |\n| `B=1` | two |"),
        ("`A=1`", "`A=2`"),
        ("| one |", "| one | more |"),
        ("make it ", "make that "),
        ("```sh", "```"),
        ("a comment\n", "a comment\nmake more\n"),
    ],
)
def test_a_change_of_one_alone_is_noticed(old: str, new: str) -> None:
    assert sections(DOCUMENT.replace(old, new)) != sections(DOCUMENT)


def test_words_may_differ() -> None:
    words = {"Title": "題", "Prose with": "文", "meaning": "意味", "a comment": "注", "one": "一"}
    translated = DOCUMENT
    for word, other in words.items():
        translated = translated.replace(word, other)
    assert sections(translated) == sections(DOCUMENT)


LONG = (
    "パラメータ|スケジューラ|サーバ|ユーザ|ブラウザ|フォルダ"
    "|ロードバランサ|リスナ|ワーカ|ハンドラ|ドライバ|ヘッダ"
)
"""Words that end in a long vowel here, as in AWS's newer and most other Japanese documents."""


@pytest.mark.parametrize(
    "path",
    [
        *ROOT.glob("*.ja.md"),
        *ROOT.glob("docs/*.ja.md"),
        *ROOT.glob("layers/redash_migration/redash_migration/approval/texts/*.py"),
        *ROOT.glob("layers/redash_migration/redash_migration/report/texts.py"),
    ],
    ids=lambda path: path.name,
)
def test_a_japanese_word_is_spelt_one_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(rf"(?:{LONG})(?!ー)|[0-9] ?つめ", text) == []
