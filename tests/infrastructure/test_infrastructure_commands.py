"""What make and the documents run by ``python -m`` finds its modules by itself.

A test finds them anyway (pyproject.toml's ``pythonpath``), a person's shell does not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAID_IN = ("Makefile", "deploy.mk", "*.md", "docs/*.md", "rehearsal/README.md")
RUN = re.compile(r"(?:python|PYTHON\)) -m ([a-z_.]+[a-z_])")


def _file(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


COMMANDS = sorted(
    module
    for module in {
        module
        for pattern in SAID_IN
        for path in ROOT.glob(pattern)
        for module in RUN.findall(path.read_text(encoding="utf-8"))
    }
    if (ROOT / module.partition(".")[0]).is_dir()
)


def test_there_are_commands() -> None:
    assert {"rehearsal", "deployment.status", "tests.net"} <= set(COMMANDS)


@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_finds_its_modules(module: str) -> None:
    name = ".".join(_file(module).relative_to(ROOT).with_suffix("").parts)
    bare = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", f"import {name}"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
