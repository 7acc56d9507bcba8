"""The daemon: answers the ``docker`` in PATH, a call for a call.

On a socket in a directory of this user alone: a port would answer every user of the machine, and
what is asked here stops Redash.
"""

from __future__ import annotations

import marshal
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Thread

from rehearsal.cloud.web.leaving import ClientsMayLeave
from rehearsal.old_host.docker import client
from rehearsal.old_host.docker.answer import Answer

Interpreter = Callable[[str, list[str], Path], Answer]
"""(program, arguments, directory) -> answer."""


class Daemon:
    """``programs`` is filled with the clients; ``place`` is where they find it."""

    def __init__(self, interpret: Interpreter, programs: Path) -> None:
        # Of its own and short: the name of a socket has room for some hundred characters.
        self._directory = Path(tempfile.mkdtemp(prefix="rehearsal-"))
        self._server = _Server(interpret, self._directory / "docker.sock")
        self.place = f"unix://{self._directory / 'docker.sock'}"
        self._programs = programs
        self._started = False

    def start(self) -> None:
        """Put the clients in their directory and answer them from here on."""
        for program in ("docker", "docker-compose"):
            write_client(self._programs, program, self.place)
        self._started = True
        Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self._started:  # a server that never ran would be waited for in vain
            self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self._directory, ignore_errors=True)


def write_client(directory: Path, program: str, place: str) -> None:
    """A program of this name that asks the daemon at ``place``."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / program
    start = f"'{sys.executable}' -IS '{client.__file__}' {program}"
    file.write_text(f'#!/bin/sh\nDOCKER_HOST={place} exec {start} "$@"\n')
    file.chmod(0o755)


class _Server(ClientsMayLeave, ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, interpret: Interpreter, place: Path) -> None:
        super().__init__(str(place), _Handler)
        self.interpret = interpret


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        call = marshal.loads(self.rfile.read())  # noqa: S302 - see client.py
        try:
            answer = self.server.interpret(
                call["program"], call["arguments"], Path(call["directory"])
            )
        except Exception as error:
            answer = Answer(stderr=f"Error response from daemon: {error}\n", code=1)
        self.wfile.write(marshal.dumps(asdict(answer)))
