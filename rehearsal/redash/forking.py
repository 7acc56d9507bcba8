"""Pieces of the stand-in, forked from one process that has imported what all of them need.

Importing takes a third of a second, forking some milliseconds, and an old host alone runs five
pieces. The process they come from is multiprocessing's fork server, one for each process that
starts any; it ends with its owner, and so does every piece.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing import forkserver
from pathlib import Path
from threading import Lock, Thread

_CONTEXT = multiprocessing.get_context("forkserver")
_LOCK = Lock()


class Forked:
    """One piece at work; asked and ended as a ``subprocess.Popen`` is."""

    def __init__(self, role: str, environment: Mapping[str, str], log: Path) -> None:
        self._process = _CONTEXT.Process(
            target=_become, args=[role, dict(environment), str(log)], daemon=True
        )
        self._asked = Lock()
        with _LOCK:
            _make_ready()
            self._process.start()

    @property
    def pid(self) -> int:
        """The piece's own."""
        return self._process.pid or 0

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        with self._asked:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """How it ended; subprocess.TimeoutExpired when it runs on."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("redash", timeout or 0)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


def _make_ready() -> None:
    """The server finds its modules where we have ours (before Python 3.13 it is not told)."""
    _CONTEXT.set_forkserver_preload(["rehearsal.redash.__main__"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _become(role: str, environment: Mapping[str, str], log: str) -> None:
    """What the forked process is from here on."""
    os.setsid()  # a Ctrl-C is for the one who started us
    with Path(log).open("ab") as said:
        for descriptor in (1, 2):
            os.dup2(said.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    Thread(target=_end_with_owner, daemon=True).start()
    from rehearsal.redash.__main__ import main

    sys.exit(main([role]))


def _end_with_owner() -> None:
    owner = multiprocessing.parent_process()
    if owner is not None:
        owner.join()
        os._exit(1)
