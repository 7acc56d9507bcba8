"""What stands for a container: a local process, the source server, or a state alone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from rehearsal.old_host.compose_file import Definition
from rehearsal.old_host.redis import QueueStore
from rehearsal.postgres import Cluster, ClusterError
from rehearsal.redash.command import RedashCommand
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
    """Server, scheduler or worker; the network's host names of database and redis are made real.

    Like Docker, ``start`` returns when the process runs, long before it answers.
    """

    def __init__(
        self,
        cluster: Cluster,
        redis: QueueStore,
        *,
        log: Path,
        programs: Path,
        port: int,
        command: RedashCommand | None,
    ) -> None:
        self._cluster = cluster
        self._redis = redis
        self._variables: dict[str, str] = {}
        self._log = log
        self._programs = programs
        self._port = port
        self._command = command
        self._process: RedashProcess | None = None

    @property
    def running(self) -> bool:
        """Whether its process is alive, answering or not."""
        return self._process is not None and self._process.running

    def start(self, definition: Definition) -> None:
        """The process, with the variables of the definition; does nothing while it runs."""
        if self.running:
            return
        role = definition.command[0] if definition.command else "server"
        role = role if role in {"server", "scheduler"} else "worker"
        self._variables = variables = dict(definition.environment)
        for name in ("REDASH_DATABASE_URL", "DATABASE_URL"):
            if name in variables:
                place = f"{self._cluster.host}:{self._cluster.port}"
                variables["REDASH_DATABASE_URL"] = _at(variables[name], place)
        if "REDASH_REDIS_URL" in variables:
            place = f"127.0.0.1:{self._redis.port}"
            variables["REDASH_REDIS_URL"] = _at(variables["REDASH_REDIS_URL"], place)
        if role == "server":
            variables["PORT"] = str(self._port)
            variables["REDASH_GUNICORN_BIND"] = f"127.0.0.1:{self._port}"
        self._process = RedashProcess(role, variables, self._log, self._command)
        self._process.start()

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether the server answers within the time."""
        return self._process is not None and self._process.wait_until_ready(seconds)

    def stop(self, patience: float) -> None:
        """In order, then by force; does nothing where it never started."""
        if self._process is not None:
            self._process.stop(patience)

    def kill(self) -> None:
        """At once."""
        if self._process is not None:
            self._process.kill()

    def programs(self) -> list[Path]:
        """Where the image's Python and its Redash lie."""
        return [self._programs]

    def environment(self) -> Mapping[str, str]:
        """The container's own variables, and where its modules are found."""
        inside = {**self._variables, "PWD": str(self._programs)}
        if self._command is None:
            modules = [str(self._programs), *filter(None, sys.path)]
            inside["PYTHONPATH"] = os.pathsep.join(modules)
        return inside


def _at(url: str, place: str) -> str:
    parts = urlsplit(url)
    user, separator, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{separator}{place}"))


class PostgresContainer:
    """The source server itself; ``command`` of the compose file sets its settings.

    Like Docker, ``start`` returns before the server takes connections.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._starting: Thread | None = None

    @property
    def running(self) -> bool:
        """Whether the server runs, or is on its way up."""
        return self._cluster.running or self._is_starting()

    def start(self, definition: Definition) -> None:
        """In the background; a server that does not come up is a container that has exited."""
        if self.running:
            return
        arguments = [server_settings(definition.command)]
        self._starting = Thread(target=self._start, args=arguments, daemon=True)
        self._starting.start()

    def stop(self, patience: float) -> None:  # noqa: ARG002 - "fast" needs no patience
        """The way docker stop ends it: sessions are cut, nothing is lost."""
        self._wait()
        self._cluster.stop("fast")

    def kill(self) -> None:
        """At once: the next start recovers from WAL."""
        self._wait()
        self._cluster.stop("immediate")

    def _start(self, settings: dict[str, str]) -> None:
        # A server that does not come up is a container that has exited, with the reason in its log.
        with contextlib.suppress(ClusterError):
            self._cluster.start(settings)

    def _is_starting(self) -> bool:
        return self._starting is not None and self._starting.is_alive()

    def _wait(self) -> None:
        if self._starting is not None:
            self._starting.join()

    def programs(self) -> list[Path]:
        """Where the server's own programs lie."""
        return [self._cluster.bin_dir]

    def environment(self) -> Mapping[str, str]:
        """What psql and pg_dump need to reach the server, as within its container."""
        return {
            "PGHOST": str(self._cluster.socket_directory),
            "PGPORT": str(self._cluster.port),
            "PGUSER": self._cluster.superuser,
            "PGPASSWORD": self._cluster.password,
            "PGDATA": str(self._cluster.data_dir.resolve()),
        }


class RedisContainer:
    """The queues' store."""

    def __init__(self, redis: QueueStore) -> None:
        self._redis = redis

    @property
    def running(self) -> bool:
        """Whether the store answers."""
        return self._redis.running

    def start(self, definition: Definition) -> None:  # noqa: ARG002 - nothing to be set
        """As it is; a definition changes nothing about it."""
        self._redis.start()

    def stop(self, patience: float) -> None:  # noqa: ARG002 - nothing to wait for
        """At once: it has nothing to end."""
        self._redis.stop()

    def kill(self) -> None:
        """The same."""
        self._redis.stop()

    def programs(self) -> list[Path]:
        """None: redis-cli is not asked for."""
        return []

    def environment(self) -> Mapping[str, str]:
        """None."""
        return {}


class PlainContainer:
    """Up or down, which those who ask for it look at: nginx, a published port.

    ``programs`` are directories of what is found inside it.
    """

    def __init__(self, *programs: Path) -> None:
        self._running = False
        self._programs = list(programs)

    @property
    def running(self) -> bool:
        """Whether it counts as up."""
        return self._running

    def start(self, definition: Definition) -> None:
        """Up from here on, unless its command ends by itself."""
        self._running = not definition.ends_by_itself

    def stop(self, patience: float) -> None:  # noqa: ARG002 - nothing to wait for
        """Down from here on."""
        self._running = False

    def kill(self) -> None:
        """The same."""
        self._running = False

    def programs(self) -> list[Path]:
        """As given."""
        return self._programs

    def environment(self) -> Mapping[str, str]:
        """None."""
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
