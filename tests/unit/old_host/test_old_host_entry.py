"""What `docker exec` does not see: the environment that a container's own entry point has made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs_generator.host_document import programs_in_redash

ENTRY = programs_in_redash(Path(__file__).parents[3])["entry"]
SHOWS = """
from __future__ import annotations
import os, sys
if __name__ == "__main__":
    print(sys.argv[1:], os.environ.get("REDASH_COOKIE_SECRET"), os.environ.get("OTHER"))
"""


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("PATH=/bin\0REDASH_COOKIE_SECRET=of=file\0OTHER=x\0", "of=file x"),
        ("PATH=/bin\0OTHER=x\0", "None None"),  # no entry point of one's own: nothing is taken over
        ("REDASH_HOST=another\0OTHER=x\0", "None None"),  # what exec has is not replaced
        (None, "None None"),
    ],
)
def test_a_program_has_what_the_first_process_has(
    first: str | None, expected: str, tmp_path: Path
) -> None:
    environ = tmp_path / "environ"
    if first is not None:
        environ.write_text(first)
    program = ENTRY.replace("/proc/1/environ", str(environ))
    assert str(environ) in program
    done = subprocess.run(
        [sys.executable, "-c", program, SHOWS, "look", "9"],
        env={"PATH": os.environ["PATH"], "REDASH_HOST": "here"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"['look', '9'] {expected}\n"
