"""The old host: one instance with Redash under docker compose, reached by Run Command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rehearsal.old_host.compose_file import Definition, find_files, read_project
from rehearsal.old_host.containers import (
    Container,
    PlainContainer,
    PostgresContainer,
    RedashContainer,
)
from rehearsal.old_host.directory import Installation
from rehearsal.old_host.docker.answer import Answer
from rehearsal.old_host.docker.daemon import Daemon, write_client
from rehearsal.old_host.docker.engine import Engine
from rehearsal.old_host.docker.running import Runner
from rehearsal.old_host.redis import Redis
from rehearsal.old_host.run_command import EventBus, RunCommand
from rehearsal.old_host.services import Services
from rehearsal.postgres import Cluster
from rehearsal.redash.process import free_port


class OldHost:
    """The instance ``instance_id`` under ``directory``/old_host.

    ``cluster`` is its PostgreSQL, ``dbname`` Redash's database in it. ``redash_command`` replaces
    the stand-in's server; ``compose_plugin`` False makes it a host that has only docker-compose;
    ``paused`` are ids of data sources that somebody paused.
    """

    def __init__(
        self,
        cloud: EventBus,
        directory: Path,
        *,
        instance_id: str,
        cluster: Cluster,
        dbname: str,
        secret_key: str,
        cookie_secret: str,
        redash_command: str = "",
        redash_port: int = 0,
        compose_plugin: bool = True,
        paused: Sequence[int] = (),
    ) -> None:
        self.instance_id = instance_id
        self.root = (directory / "old_host").resolve()
        self.compose_directory = self.root / "opt" / "redash"
        self.redash_port = redash_port or free_port()
        self.redis = Redis()
        for number in paused:
            self.redis.pause(number)
        self._cluster = cluster
        self._command = redash_command
        address = cluster.address(dbname)
        self._installation = Installation(
            secret_key=secret_key,
            cookie_secret=cookie_secret,
            username=address.username,
            password=address.password,
            dbname=dbname,
            postgres_version=cluster.version,
        )
        self.services = Services(self._container)
        engine = Engine(self.services, Runner(self.services, self._log_of), plugin=compose_plugin)
        self._engine = engine
        self._programs = self.root / "bin"
        self._daemon = Daemon(self._interpret, self._programs)
        self._inside = self.root / "containers"
        self.run_command = RunCommand(cloud, instance_id, self.root, self._environment())

    def install(self) -> None:
        """Lay out the directory, put ``docker`` in place and answer Run Command."""
        self._installation.write(self.compose_directory, self._cluster.data_dir)
        write_client(self._inside / "redis", "redis-cli", self._daemon.place)
        for name in ("manage", "manage.py"):
            write_client(self._inside / "redash", name, self._daemon.place)
        self._daemon.start()
        self.run_command.install()

    def start_services(self) -> None:
        """``docker compose up -d``; returns when the server answers."""
        self.services.up(read_project(find_files(self.compose_directory)))

    def stop(self) -> None:
        """End the commands and the containers, the database aside, whose owner ends it."""
        self.run_command.stop()
        for service in self.services.created():
            if not isinstance(service.container, PostgresContainer):
                service.container.stop(5)
        self._daemon.stop()

    def resolve(self, instance_id: str, port: int) -> tuple[str, int] | None:
        """Where a port of the instance is on this machine; None while nobody listens there.

        nginx and the server's published port lead to the server, as long as both are up.
        """
        if instance_id != self.instance_id or not self.services.is_running("server"):
            return None
        through_nginx = port == 80
        if through_nginx and not self.services.is_running("nginx"):
            return None
        return ("127.0.0.1", self.redash_port)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join([str(self._programs), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
        }

    def _interpret(self, program: str, arguments: list[str], directory: Path) -> Answer:
        if program == "redis-cli":
            return Answer(self.redis.command_line(arguments))
        if program.startswith("manage"):
            known = arguments[:1] == ["version"]
            return Answer(f"{self._installation.redash_version}\n" if known else "")
        return self._engine.run(program, arguments, directory)

    def _container(self, definition: Definition) -> Container:
        if definition.image.startswith(("postgres", "pgautoupgrade")):
            return PostgresContainer(self._cluster)
        if definition.image.startswith("redash/redash"):
            return RedashContainer(
                self._cluster,
                log=self._log_of(definition.name),
                programs=self._inside / "redash",
                port=self.redash_port,
                command=self._command,
            )
        return PlainContainer(self._inside / definition.name)

    def _log_of(self, name: str) -> Path:
        return self._cluster.log_file if name == "postgres" else self.root / "logs" / f"{name}.log"
