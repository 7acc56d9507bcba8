"""One running piece of Redash: the stand-in in some role, or a command in its place."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rehearsal.redash.command import LIFELINE, RedashCommand
from rehearsal.redash.forking import Forked
from rehearsal.redash.lifeline import VARIABLE


class RedashProcess:
    """``role`` is server, scheduler or worker; ``command`` runs in the stand-in's place if given.

    The process gets ``environment`` beside this process's own variables, writes to ``log``, and
    ends when this process does, however that ends.
    """

    def __init__(
        self,
        role: str,
        environment: Mapping[str, str],
        log: Path,
        command: RedashCommand | None = None,
    ) -> None:
        self.role = role
        self.port = int(environment.get("PORT", "0"))
        self._environment = dict(environment)
        self._log = log
        self._command = command
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._lifeline = -1

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, unless it runs; it may take a moment until it answers."""
        if self.running:
            return
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._command is None:
            modules = os.pathsep.join(filter(None, sys.path))
            environment = {**os.environ, "PYTHONPATH": modules, **self._environment}
            self._process = Forked(self.role, environment, self._log)
        else:
            self._process = self._called(self._command)

    def wait_until_ready(self, seconds: float = 30) -> bool:
        """Whether /ping answers 200 within the time; False at once if the process has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running:
            if self._answers():
                return True
            time.sleep(0.03)
        return False

    def stop(self, patience: float = 10) -> None:
        """Ask it to end, which lets running requests finish; kill it after ``patience`` seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def kill(self) -> None:
        """End it at once, as a crash would; running requests are lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _called(self, command: RedashCommand) -> subprocess.Popen[bytes]:
        watched, self._lifeline = os.pipe()
        try:
            with self._log.open("ab") as log:
                return subprocess.Popen(
                    # Isolated: another python is to be started, with modules of its own.
                    [sys.executable, "-I", str(LIFELINE), *command.words(self.role)],
                    env={
                        **command.environment(self.role, self._environment),
                        VARIABLE: str(watched),
                    },
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[watched],
                    start_new_session=True,  # a Ctrl-C is for the one who started us
                )
        finally:
            os.close(watched)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()
