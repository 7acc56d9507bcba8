"""What stands for a container: a local process, the source server, or a state alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from rehearsal.old_host.compose_file import Definition
from rehearsal.postgres import Cluster
from rehearsal.redash.process import RedashProcess


class Container(Protocol):
    """One service's container, made by ``start`` with the definition of that moment."""

    @property
    def running(self) -> bool:
        """Whether its process runs."""

    def start(self, definition: Definition) -> None:
        """Start it as defined; does nothing while it runs."""

    def stop(self, patience: float) -> None:
        """Stop it in order, within ``patience`` seconds, then by force."""

    def kill(self) -> None:
        """End it at once."""

    def programs(self) -> list[Path]:
        """Directories of the programs that are only found inside it."""

    def environment(self) -> Mapping[str, str]:
        """Variables that the image adds for programs run inside."""


class RedashContainer:
    """Server, scheduler or worker; the network's host name of the database is made real."""

    def __init__(
        self, cluster: Cluster, *, log: Path, programs: Path, port: int, command: str
    ) -> None:
        self._cluster = cluster
        self._log = log
        self._programs = programs
        self._port = port
        self._command = command
        self._process: RedashProcess | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self, definition: Definition) -> None:
        if self.running:
            return
        role = definition.command[0] if definition.command else "server"
        role = role if role in {"server", "scheduler"} else "worker"
        variables = dict(definition.environment)
        for name in ("REDASH_DATABASE_URL", "DATABASE_URL"):
            if name in variables:
                variables["REDASH_DATABASE_URL"] = self._reachable(variables[name])
        if role == "server":
            variables["PORT"] = str(self._port)
        command = self._command if role == "server" else ""
        self._process = RedashProcess(role, variables, self._log, command)
        self._process.start()
        if role == "server":
            self._process.wait_until_ready()

    def stop(self, patience: float) -> None:
        if self._process is not None:
            self._process.stop(patience)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def programs(self) -> list[Path]:
        return [self._programs]

    def environment(self) -> Mapping[str, str]:
        return {"PWD": str(self._programs)}

    def _reachable(self, url: str) -> str:
        parts = urlsplit(url)
        user = parts.netloc.rpartition("@")[0]
        place = f"{user}@{self._cluster.host}:{self._cluster.port}"
        return urlunsplit(parts._replace(netloc=place))


class PostgresContainer:
    """The source server itself; ``command`` of the compose file sets its settings."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def running(self) -> bool:
        return self._cluster.running

    def start(self, definition: Definition) -> None:
        self._cluster.start(server_settings(definition.command))

    def stop(self, patience: float) -> None:  # noqa: ARG002 - "fast" needs no patience
        self._cluster.stop("fast")

    def kill(self) -> None:
        self._cluster.stop("immediate")

    def programs(self) -> list[Path]:
        return [self._cluster.bin_dir]

    def environment(self) -> Mapping[str, str]:
        return {
            "PGHOST": str(self._cluster.socket_directory),
            "PGPORT": str(self._cluster.port),
            "PGUSER": self._cluster.superuser,
            "PGPASSWORD": self._cluster.password,
            "PGDATA": str(self._cluster.data_dir.resolve()),
        }


class PlainContainer:
    """nginx and redis: up or down, which those who ask for them look at."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._running = False

    @property
    def running(self) -> bool:
        return self._running

    def start(self, definition: Definition) -> None:  # noqa: ARG002 - nothing to be set
        self._running = True

    def stop(self, patience: float) -> None:  # noqa: ARG002 - nothing to wait for
        self._running = False

    def kill(self) -> None:
        self._running = False

    def programs(self) -> list[Path]:
        return [self._programs]

    def environment(self) -> Mapping[str, str]:
        return {}


def server_settings(command: tuple[str, ...]) -> dict[str, str]:
    """The settings in ``postgres -c name=value --name=value ...``."""
    settings: dict[str, str] = {}
    words = list(command)
    while words:
        word = words.pop(0)
        text = ""
        if word == "-c" and words:
            text = words.pop(0)
        elif word.startswith("-c") or word.startswith("--"):
            text = word[2:]
        name, separator, value = text.partition("=")
        if separator:
            settings[name.replace("-", "_")] = value
    return settings
