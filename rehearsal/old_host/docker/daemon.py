"""The daemon: answers the ``docker`` in PATH, by HTTP on a port of this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from rehearsal.old_host.docker import client
from rehearsal.old_host.docker.answer import Answer

Interpreter = Callable[[str, list[str], Path], Answer]
"""(program, arguments, directory) -> answer."""


class Daemon:
    """``programs`` is filled with the clients; ``place`` is where they find it."""

    def __init__(self, interpret: Interpreter, programs: Path) -> None:
        self._server = _Server(interpret)
        self.place = f"tcp://127.0.0.1:{self._server.server_address[1]}"
        self._programs = programs

    def start(self) -> None:
        """Put the clients in their directory and answer them from here on."""
        for program in ("docker", "docker-compose"):
            write_client(self._programs, program, self.place)
        Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def write_client(directory: Path, program: str, place: str) -> None:
    """A program of this name that asks the daemon at ``place``."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / program
    start = f"'{sys.executable}' -IS '{client.__file__}' {program}"
    file.write_text(f'#!/bin/sh\nDOCKER_HOST={place} exec {start} "$@"\n')
    file.chmod(0o755)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, interpret: Interpreter) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.interpret = interpret


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            answer = self.server.interpret(
                call["program"], call["arguments"], Path(call["directory"])
            )
        except Exception as error:
            answer = Answer(stderr=f"Error response from daemon: {error}\n", code=1)
        body = json.dumps(asdict(answer)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
