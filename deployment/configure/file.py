"""samconfig.local.toml: samconfig.toml with the region and the parameters of this account."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

NAME = "samconfig.local.toml"
STACKS = {"default": "the migration", "target": "the new home"}
_ONE = re.compile(r'([A-Za-z0-9]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')


def read(root: Path, stack: str) -> dict[str, str]:
    """The parameters that a former run, or sam's own guide, wrote for a stack."""
    path = root / NAME
    if not path.exists():
        return {}
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    text = (
        found.get(stack, {}).get("deploy", {}).get("parameters", {}).get("parameter_overrides", "")
    )
    text = " ".join(text) if isinstance(text, list) else str(text)
    return {
        one[1]: re.sub(r"\\(.)", r"\1", one[2]) if one[2] is not None else one[3]
        for one in _ONE.finditer(text)
    }


def stack_and_region(root: Path) -> tuple[str, str]:
    """The migration's stack and its region (empty, where only the environment knows it)."""
    path = root / NAME
    path = path if path.exists() else root / "samconfig.toml"
    given = tomllib.loads(path.read_text(encoding="utf-8"))["default"]["global"]["parameters"]
    return str(given["stack_name"]), str(given.get("region", ""))


def write(root: Path, region: str, answers: Mapping[str, Mapping[str, str]]) -> Path:
    """Write the file whole; ``answers``: stack -> parameter -> value. One that is empty stays out.

    The form is that of sam's own guide: one text, each value in quotation marks.
    """
    head = "# Written by make configure; samconfig.toml with this account's values.\n"
    lines: list[str] = []
    section = ""
    for line in (root / "samconfig.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        lines.append(line)
        if not line.startswith("["):
            continue
        section = line.strip("[]")
        stack, _, rest = section.partition(".")
        if rest == "global.parameters":
            lines.append(f"region = {_quoted(region)}")
        if rest == "deploy.parameters" and answers.get(stack):
            pairs = (f"{name}={_quoted(value)}" for name, value in answers[stack].items() if value)
            lines.append(f"parameter_overrides = {_quoted(' '.join(pairs))}")
    text = head + "\n".join(lines).strip() + "\n"
    tomllib.loads(text)
    path = root / NAME
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
