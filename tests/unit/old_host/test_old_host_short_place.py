"""Wherever the clone lies, the old host's directory has a name that the template takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deployment.stack import Stack
from rehearsal.old_host.short_place import LONGEST, PLAIN, ShortPlace

PARAMETER = Stack(Path(__file__).parents[3] / "template.yaml").document["Parameters"][
    "ComposeDirectory"
]


def test_the_rule_is_the_template_s() -> None:
    assert PARAMETER["MaxLength"] == LONGEST
    assert PARAMETER["AllowedPattern"] == f"^{PLAIN.pattern}$"


@pytest.mark.parametrize("name", ["d" * 120, "移行 の 練習", "a+b~c"])
def test_an_odd_place_is_reached_by_a_plain_name(tmp_path: Path, name: str) -> None:
    directory = tmp_path / name / "opt" / "redash"
    place = ShortPlace(directory)
    try:
        assert len(str(place.path)) <= LONGEST
        assert re.fullmatch(PARAMETER["AllowedPattern"], str(place.path))
        (place.path / "docker-compose.yml").write_text("services: {}")
        assert (directory / "docker-compose.yml").exists()
        link = place.path
    finally:
        place.remove()
    assert not link.parent.exists()
    assert directory.is_dir()
