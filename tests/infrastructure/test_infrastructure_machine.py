"""The state machine's definition, in the one form that cfn-lint really looks into."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from deployment.machine import SUBSTITUTION, filled, lintable, substitutions

ROOT = Path(__file__).parents[2]


def complaints(definition: dict[str, Any], folder: Path) -> str:
    template = folder / "machine.json"
    template.write_text(json.dumps(lintable(definition)), encoding="utf-8")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--template", str(template)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_every_substitution_is_filled_and_used() -> None:
    text = (ROOT / "statemachine" / "migration.asl.json").read_text(encoding="utf-8")
    assert set(SUBSTITUTION.findall(text)) == set(substitutions(ROOT))
    assert "${" not in json.dumps(filled(ROOT))


def test_each_state_s_function_is_the_one_of_its_name() -> None:
    for name, value in substitutions(ROOT).items():
        if name.endswith("FunctionArn"):
            assert str(value).endswith(f":function:{name.removesuffix('Arn')}")
        else:
            assert re.fullmatch(r"\d+", str(value))


def test_cfn_lint_has_nothing_to_say_about_the_machine(tmp_path: Path) -> None:
    assert complaints(filled(ROOT), tmp_path) == ""


def test_cfn_lint_does_look_into_the_machine(tmp_path: Path) -> None:
    broken = copy.deepcopy(filled(ROOT))
    broken["States"]["Begin"]["Type"] = "Tusk"
    del broken["StartAt"]
    found = complaints(broken, tmp_path)
    assert "Tusk" in found
    assert "StartAt" in found
