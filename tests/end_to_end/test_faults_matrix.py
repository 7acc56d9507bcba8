"""Some faults of the matrix, whole: each ends as it says, and no acknowledged write is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rehearsal.faults.__main__ import choose, table
from rehearsal.faults.matrix import Matrix
from rehearsal.faults.table import FAULTS

CHOSEN = [name for name, case in FAULTS.items() if case.in_tests]


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path leaves room for the compose directory in its parameter (100 letters)."""
    with TemporaryDirectory(prefix="f-", dir="/tmp") as made:
        yield Path(made)


@pytest.mark.parametrize("name", CHOSEN)
@pytest.mark.timeout(600)
def test_a_fault_ends_as_stated_and_loses_nothing(name: str, short: Path) -> None:
    [row] = Matrix({name: FAULTS[name]}, directory=short).run()

    assert row.problems == (), (short / f"{name}.txt").read_text(encoding="utf-8")
    assert row.writes_lost == 0
    assert row.writes_acknowledged > 100
    report = json.loads((short / name / "report.json").read_text(encoding="utf-8"))
    if report["status"] == "ROLLED_BACK":
        assert {entry["state"] for entry in report["undo"]} == {"DONE"}
    assert table([row]).row_count == 1


def test_names_choose_cases() -> None:
    assert set(choose(["events-*"])) == {name for name in FAULTS if name.startswith("events-")}
    assert list(choose(["no-such-fault"])) == []
    assert not any(case.by_name_only for case in choose([]).values())
    assert len(choose([], everything=True)) == len(FAULTS)
