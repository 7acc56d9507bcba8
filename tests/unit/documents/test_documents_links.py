"""What the documents point to is there: links between them, and the places that they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "layers/redash_migration/redash_migration"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "rehearsal").rglob("*.md")]
)
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [link[1] for link in _LINK.finditer(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if "://" not in target and "mailto:" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_part_of_a_page_that_is_linked_to_is_there(page: Path) -> None:
    missing = []
    for link in _LINK.finditer(page.read_text(encoding="utf-8")):
        target = page.parent / link[1]
        if link[2] and target.suffix == ".md":
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if link[2] not in {"#" + _anchor(title) for title in titles}:
                missing.append(f"{link[1]}{link[2]}")
    assert missing == []


def _anchor(title: str) -> str:
    """As the usual renderers make it: small letters, no punctuation, hyphens for blanks."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", ["docs/glossary.md", "CONTRIBUTING.md"])
def test_every_place_that_is_named_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    places = re.findall(r"`([\w./-]+(?:\.\w+|/))`", text)
    if page == "CONTRIBUTING.md":  # a bare name there is a file of the folder named before it
        places = [place for place in places if "/" in place]
    assert len(places) > 20
    assert [p for p in places if not ((PACKAGE / p).exists() or (ROOT / p).exists())] == []


_FILE = re.compile(r"`([\w./-]+\.(?:py|sh|sql|yaml|j2|mk|css|asl\.json|md)|[\w./-]+/)`")
_MADE = {"decide.py", "left-behind.sql", "psycopg.sql", "samconfig.local.toml"}
_MADE_FOLDERS = (".rehearsal/", "old_host/logs/")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_folder_that_a_page_names_is_there(page: Path) -> None:
    """By the end of its path: a page about one room leaves out what leads to it."""
    named = {place.removeprefix("./") for place in _FILE.findall(page.read_text(encoding="utf-8"))}
    named = {place for place in named - _MADE if not place.startswith(_MADE_FOLDERS)}
    assert sorted(named - _ends()) == []


@cache
def _ends() -> frozenset[str]:
    ours = [
        path
        for place in ROOT.iterdir()
        if place.name not in {".git", ".venv", ".rehearsal", ".aws-sam"}
        for path in (place, *place.rglob("*"))
    ]
    names = [f"{path.relative_to(ROOT)}{'/' * path.is_dir()}" for path in ours]
    return frozenset(
        name[at:] for name in names for at in range(len(name)) if at == 0 or name[at - 1] == "/"
    )


def test_the_glossary_is_in_order_and_says_each_term_once() -> None:
    rows = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    terms = [row.split("|")[1].strip().casefold() for row in rows if row.startswith("| ")][1:]
    assert terms == sorted(set(terms))


def test_the_place_that_the_glossary_names_speaks_of_the_term() -> None:
    """By its name or in its words: else one of the two has been renamed alone."""
    rows = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    silent = []
    for row in [row for row in rows if row.startswith("| ")][1:]:
        terms, _, where = (cell.strip() for cell in row.strip("|").split("|"))
        words = [re.split("[ -]", term.casefold().removesuffix("s")) for term in terms.split(", ")]
        for name in re.findall(r"`([\w./-]+)`", where):
            said = _said(next(place / name for place in (PACKAGE, ROOT) if (place / name).exists()))
            if not any(all(part in said for part in term) for term in words):
                silent.append(f"{terms}: {name}")
    assert silent == []


OF_THE_OWNER = {"CHANGELOG.md", "docs/design.md", "docs/glossary.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_phase_is_the_owners_and_what_people_are_shown_a_stage(page: Path) -> None:
    if str(page.relative_to(ROOT)) not in OF_THE_OWNER:
        assert re.findall(r"(?i)\bphases?\b", page.read_text(encoding="utf-8")) == []


def _said(place: Path) -> str:
    files = [place] if place.is_file() else place.rglob("*.py")
    return " ".join([place.stem, *(path.read_text(encoding="utf-8") for path in files)]).casefold()


def test_every_test_that_a_page_names_is_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    there = {name for source in sources for name in re.findall(r"def (test_\w+)", source)}
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"\b(test_\w+)", (ROOT / "docs/security.md").read_text(encoding="utf-8"))
    assert len(named) > 30
    assert [name for name in named if name not in there | files] == []


def test_what_the_runbook_finds_by_its_words_is_said_by_the_code() -> None:
    """The first column of its tables: who searches it for a message's words finds them."""
    night = (ROOT / "docs/runbook.md").read_text(encoding="utf-8").partition("## At night")[2]
    rows = [line.split(" | ")[0] for line in night.splitlines() if line.startswith("| ")]
    words = [text for row in rows for text in re.findall(r"`([^`]+)`", row)]
    assert len(words) > 60
    rooms = ("layers", "functions", "host", "rehearsal/old_host", "statemachine")
    places = (*rooms, "template.yaml")
    files = [file for place in places for file in ((ROOT / place), *(ROOT / place).rglob("*"))]
    said = "\n".join(
        file.read_text(encoding="utf-8")
        for file in files
        if file.suffix in {".py", ".sh", ".yaml", ".j2", ".json"}
    )
    assert [text for text in words if text not in said] == []


def test_every_state_that_works_stands_in_a_stage_of_going_back() -> None:
    """Whoever sees a state fail finds there what comes of it."""
    guide = (ROOT / "docs/rollback.md").read_text(encoding="utf-8")
    stages = guide.partition("## Stage by stage")[2].partition("\n## ")[0]
    machine = json.loads((ROOT / "statemachine/migration.asl.json").read_text(encoding="utf-8"))
    assert {name for name in _tasks(machine) if not re.search(rf"\b{name}\b", stages)} == set()


def _tasks(machine: dict[str, Any]) -> Iterator[str]:
    for name, state in machine["States"].items():
        if state["Type"] == "Task":
            yield name
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _tasks(inner)
