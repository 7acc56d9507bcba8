"""A wrong setting is told in one line, by its name, and a misspelt one too."""

from __future__ import annotations

from pathlib import Path

import pytest

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
