"""One PostgreSQL server of one's own: made, started, stopped, and gone with its owner."""

from __future__ import annotations

import atexit
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from rehearsal.ports import free_port
from rehearsal.postgres.access import Access
from rehearsal.postgres.identity import Identity, server_identity, short_directory
from rehearsal.postgres.making import ClusterError, clean_environment, initialise
from rehearsal.postgres.plugins import plugin_settings
from rehearsal.postgres.programs import server_version
from rehearsal.postgres.settings import DEFAULTS

StopMode = Literal["smart", "fast", "immediate"]
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}

# The server becomes this shell's successor (same pid). Beside it waits a reader of our pipe: when
# we die without a word the pipe ends, the server is ended too and its directory removed; a line
# means: all is well.
_DIES_WITH_OWNER = """\
directory=$1
shift
exec 3<&0
( ( read -r _ <&3 || { kill -QUIT $$; sleep 1; rm -rf "$directory"; } ) >/dev/null 2>&1 & )
exec "$@" </dev/null 3<&-
"""


class Cluster(Access):
    """A server on 127.0.0.1 with the superuser `postgres`, whose password is in `.password`.

    `settings` are those of postgresql.conf and outrank the defaults. As root, the server runs as
    an unprivileged user, and if that user can't reach `data_dir` or the programs, both live in a
    short-lived directory instead (with a link from `data_dir`).
    """

    def __init__(
        self,
        bin_dir: Path,
        data_dir: Path,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        name: str = "postgres",
    ) -> None:
        self.bin_dir = bin_dir
        self.data_dir = data_dir
        self.name = name
        self.settings = {**DEFAULTS, **(settings or {})}
        self.password = secrets.token_urlsafe(18)
        self.version = server_version(bin_dir)
        self.copies_files = self.settings["fsync"] == "off" and self.version >= 15
        self._wanted_port = port
        self._port = port or 0
        self._identity: Identity = server_identity()
        self._directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # -- life ---------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The TCP port; ClusterError before the first start."""
        if not self._port:
            raise ClusterError(f"{self.name} was never started: call start() first")
        return self._port

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The postmaster's; ClusterError when it does not run."""
        if self._process is None:
            raise ClusterError(f"{self.name} is not running: call start() first")
        return self._process.pid

    @property
    def log_file(self) -> Path:
        """What the server says, beside its data."""
        return self.data_dir.with_name(self.data_dir.name + ".log")

    @property
    def socket_directory(self) -> Path:
        """Private to the server's user; sessions from here need no password."""
        if self._directory is None:
            self._directory = short_directory(self._identity)
        return self._directory

    def start(self, settings: Mapping[str, str] | None = None) -> Cluster:
        """Makes the cluster if there is none, starts it, and returns when it takes connections.

        `settings` hold for this start only, as on the command line of `postgres`.
        """
        if self.running:
            return self
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        attempts = 1 if self._wanted_port else 5
        for attempt in range(1, attempts + 1):
            if not self._wanted_port and (attempt > 1 or not self._port):
                self._port = free_port()
            if self._launch(settings or {}):
                return self
        raise ClusterError(f"{self.name} did not start on port {self._port}: {self._log_end()}")

    def stop(self, mode: StopMode = "fast") -> None:
        """End it and wait, after 60 s as ``pg_ctl stop -m immediate``; nothing when it is down."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(_SIGNALS[mode])
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(30)
        if process.stdin is not None:
            try:
                process.stdin.write(b"stopped\n")
                process.stdin.close()
            except BrokenPipeError:
                pass
        atexit.unregister(self.stop)

    def restart(
        self, settings: Mapping[str, str] | None = None, mode: StopMode = "fast"
    ) -> Cluster:
        """stop() and start()."""
        self.stop(mode)
        return self.start(settings)

    def reload(self) -> None:
        """Read the configuration files again."""
        os.kill(self.pid, signal.SIGHUP)

    def __enter__(self) -> Cluster:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop("immediate")

    # -- inside -------------------------------------------------------------------------------

    def _initialise(self) -> None:
        self.bin_dir = initialise(
            self.bin_dir,
            self.data_dir,
            identity=self._identity,
            room=self.socket_directory,
            superuser=self.superuser,
            password=self.password,
            settings=self.settings,
        )

    def _launch(self, settings: Mapping[str, str]) -> bool:
        """True when up; False when the port was taken; raises when it fails otherwise."""
        plugins = self.socket_directory / "plugins"
        plugins.mkdir(exist_ok=True)
        self._identity.give(plugins)
        options = {
            "port": str(self._port),
            "listen_addresses": self.host,
            "unix_socket_directories": str(self.socket_directory),
            **plugin_settings(self.bin_dir, plugins),
            **settings,
        }
        command = [str(self.bin_dir / "postgres"), "-D", str(self.data_dir.resolve())]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        with self.log_file.open("ab") as log:
            began = log.tell()
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _DIES_WITH_OWNER, "sh", str(self.socket_directory), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=clean_environment(),
                start_new_session=True,  # a Ctrl-C in the terminal is ours to handle, not its
                **self._identity.popen_arguments(),
            )
        atexit.register(self.stop, "immediate")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self.stop()
                said = self.log_file.read_bytes()[began:]
                if b"Address already in use" in said:
                    return False
                raise ClusterError(f"{self.name} did not start: {self._log_end()}")
            if self._ready():
                return True
            time.sleep(0.02)
        self.stop("immediate")
        raise ClusterError(f"{self.name} was not ready within 60 s: {self._log_end()}")

    def _ready(self) -> bool:
        """What pg_ctl looks at: the eighth line of postmaster.pid."""
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready" and int(lines[0]) == self.pid

    def _log_end(self) -> str:
        try:
            lines = self.log_file.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return "no log"
        return " | ".join(lines[-5:])
