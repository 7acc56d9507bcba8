"""REDASH_COMMAND: a real Redash in the stand-in's place, for every role and on both sides."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Side = Literal["old", "new"]

LIFELINE = Path(__file__).with_name("lifeline.py")
ANSWERS_WITHIN = 120.0
"""Seconds that its python may take to import Redash: five on an idle machine."""

PYTHON = "python"
"""The role in which the command runs a program in Redash's own environment, as docker exec does."""

_OURS = ("REDASH_COMMAND", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
"""What this process's own python was told: another one would find the wrong modules."""

_FORGETTING = (
    "import os, sys; [os.environ.pop(one, 0) for one in ('REDASH_ROLE', 'REDASH_SIDE')];"
    " exec(sys.argv.pop(1))"
)
"""Runs the program that is its argument without our own variables."""

_WHICH = "import os, redash; print('redash', redash.__version__, os.path.dirname(redash.__file__))"


class RedashNotStarted(Exception):
    """The command does not do what its role asks; the text names the role and the log."""


@dataclass(frozen=True, slots=True)
class RedashCommand:
    """A shell command, run as an image's entry point is: the words of the container's command are
    its arguments ("$@"), the first one is also REDASH_ROLE; REDASH_SIDE is old or new.

    Roles: server (on PORT), scheduler, worker (serving QUEUES with WORKERS_COUNT processes), and
    python, whose further words go to the python that knows Redash's modules.
    """

    text: str
    side: Side

    def words(self, *container: str) -> list[str]:
        """The argument list of a process."""
        if container[:2] == (PYTHON, "-c"):  # what it is told about its settings is not of ours
            container = (PYTHON, "-c", _FORGETTING, *container[2:])
        return ["/bin/sh", "-c", self.text, "redash", *container]

    def environment(self, role: str, container: Mapping[str, str]) -> dict[str, str]:
        """This process's variables without those of its own python, then the container's."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            # A program asks for the container's settings: what we were called with is none of them.
            if name not in _OURS and not (role == PYTHON and name.startswith("REDASH_"))
        }
        return {**inherited, **container, "REDASH_ROLE": role, "REDASH_SIDE": self.side}

    def python(self) -> str:
        """A shell script that stands for the image's ``python``."""
        words = f'{shlex.join(self.words(PYTHON))} "$@"'
        return (
            "#!/bin/sh\n"
            'if [ "${1:-}" = -c ]; then\n'
            f'  shift; set -- -c {shlex.quote(_FORGETTING)} "$@"\n'
            "fi\n"
            f"REDASH_ROLE={PYTHON} REDASH_SIDE={self.side} exec {words}\n"
        )

    def package(self, container: Mapping[str, str], log: Path) -> tuple[str, Path]:
        """(version, folder) of the redash package that its python imports.

        Raises:
            RedashNotStarted: it imports none, or not within ANSWERS_WITHIN seconds.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        said, how = "", f"it did not within {ANSWERS_WITHIN:.0f} s"
        try:
            with log.open("ab") as errors:
                done = subprocess.run(
                    self.words(PYTHON, "-c", _WHICH),
                    env=self.environment(PYTHON, container),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    check=False,
                    timeout=ANSWERS_WITHIN,
                )
            said = done.stdout.decode("utf-8", "replace")
            how = f"it ended with {done.returncode} and named none"
        except subprocess.TimeoutExpired:
            pass
        for line in said.splitlines():
            mark, _, rest = line.partition(" ")
            version, _, folder = rest.partition(" ")
            if mark == "redash" and folder:
                return version, Path(folder)
        raise RedashNotStarted(
            "REDASH_COMMAND: with REDASH_ROLE=python it has to run the python that imports redash, "
            f'with the arguments "$@" after the first; {how}. See {log}'
        )
