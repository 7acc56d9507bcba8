"""A real redis for a real Redash: a server of one's own, ended with the process."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from rehearsal.old_host.redis import paused_by
from rehearsal.ports import free_port
from rehearsal.redash.command import LIFELINE, RedashNotStarted

PROGRAMS = ("redis-server", "valkey-server")
ANSWERS_WITHIN = 30.0
"""Seconds that it may take until it listens."""


def find_program() -> str:
    """The path of a redis server's program, "" where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), "")


class RedisServer:
    """The program ``program`` on a port of its own, its data in ``directory``.

    As a container does, it keeps its data when it is stopped and started again.
    """

    def __init__(self, program: str, directory: Path, password: str = "", number: int = 0) -> None:
        self.port = free_port()
        self._program = program
        self._directory = directory
        self._password = password
        self._number = number
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it listens; nothing while it runs."""
        if self.running:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        # By a file, as compose files do: arguments are shown to everybody.
        settings = self._directory / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\ndir {self._directory}\nsave 3600 1\n"
            + (f'requirepass "{self._password}"\n' if self._password else ""),
            encoding="utf-8",
        )
        log = self._directory / "redis.log"
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(LIFELINE), self._program, str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
        if not self._comes_up():
            raise RedashNotStarted(f"{self._program} does not start. See {log}")

    def stop(self) -> None:
        """End it in order; its data is kept."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def pause(self, data_source: int, reason: str = "") -> None:
        """Pause a data source, as an administrator does; it must run."""
        self._ask("SET", f"ds:{data_source}:pause", reason)

    def resume(self, data_source: int) -> None:
        """Resume one; it must run."""
        self._ask("DEL", f"ds:{data_source}:pause")

    def paused(self) -> set[int]:
        """Ids of the data sources that are paused; it must run."""
        return paused_by(self._ask("KEYS", "ds:*:pause").split("\r\n"))

    def _ask(self, *words: str) -> str:
        """The answer as the server writes it."""
        said = b""
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            commands = [["AUTH", self._password]] if self._password else []
            commands += [["SELECT", str(self._number)], [*words]]
            for one in commands:
                connection.sendall(_command(one))
                said = connection.recv(1 << 16)
                if said.startswith(b"-"):
                    raise RedashNotStarted(f"{self._program}: {one[0]} is refused")
        return said.decode()

    def _comes_up(self) -> bool:
        deadline = time.monotonic() + ANSWERS_WITHIN
        while self.running and time.monotonic() < deadline:
            if self._listens():
                return True
            time.sleep(0.05)
        return False

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


def _command(words: list[str]) -> bytes:
    raw = [word.encode() for word in words]
    return b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in raw)
