"""How a command on the old host answers: ``@key value``, a line each, among text for people.

Run Command keeps 24,000 characters of standard output (AWS Systems Manager User Guide,
"Understanding command outputs"), so an answer stays below that. The scripts flatten what they
say: no value can begin a line.
"""

from __future__ import annotations

import re

OUTPUT_LIMIT = 24_000
_LINE = re.compile(r"@([a-z_]{1,40})(?: (.*))?")


def answers(stdout: str) -> dict[str, list[str]]:
    """Key -> values, in their order."""
    found: dict[str, list[str]] = {}
    for line in stdout.split("\n"):
        said = _LINE.fullmatch(line.rstrip("\r"))
        if said:
            found.setdefault(said[1], []).append((said[2] or "").strip())
    return found
