"""A wrong setting is told in one line, by its name, and a misspelt one too."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rehearsal import room
from rehearsal.options import SETTINGS, BadOption, from_environment, misspelt


@pytest.mark.parametrize(
    ("name", "meant"),
    [("CLOK", "CLOCK"), ("scale", "SCALE"), ("APROVE", "APPROVE"), ("FAULTS", "FAULT")],
)
def test_a_misspelt_setting_is_told(name: str, meant: str) -> None:
    [told] = misspelt({name: "x"})
    assert told == f"{name}=x: no setting of a rehearsal; is {meant} meant?"


def test_other_variables_are_nobody_s_business() -> None:
    assert (
        misspelt(dict.fromkeys(("PATH", "LANGUAGE", "HOME", "MAKEFLAGS", "AWS_REGION"), "x")) == []
    )
    assert misspelt(dict.fromkeys(SETTINGS, "x")) == []


def test_a_profile_that_can_not_be_read_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "times.toml"
    with pytest.raises(BadOption) as told:
        from_environment({"CLOCK_PROFILE": str(path)})
    assert str(told.value) == f"CLOCK_PROFILE={path}: it can't be read: No such file or directory"


PATHS = (
    "SOURCE_DUMP",
    "SOURCE_PG_BIN",
    "TARGET_PG_BIN",
    "REHEARSAL_DIRECTORY",
    "CLOCK_PROFILE",
)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("value", ["/" + "long" * 100, "~nobody-of-that-name/x"])
def test_a_path_that_can_not_be_looked_at_is_told(name: str, value: str) -> None:
    with pytest.raises(BadOption, match=f"^{name}={value}: it can't be looked at: ."):
        from_environment({name: value})


def test_home_is_known_in_every_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert from_environment({"REHEARSAL_DIRECTORY": "~/kept"}).directory == tmp_path / "kept"


@pytest.mark.parametrize(("gibibytes", "budget"), [(50, {}), (5, {"WalBudgetGibibytes": "2.5"})])
def test_a_small_disk_has_a_smaller_budget_of_wal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gibibytes: int, budget: dict[str, str]
) -> None:
    free = SimpleNamespace(free=gibibytes * 2**30)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    assert room.wal_budget(tmp_path) == budget


def test_a_disk_that_the_preflight_would_refuse_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = from_environment({"REHEARSAL_DIRECTORY": str(tmp_path)})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * 10**9))
    with pytest.raises(BadOption, match=r"2\.0 GB free, 3\.1 GB needed"):
        room.check_room(options)
