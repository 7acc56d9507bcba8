"""The old host: one instance with Redash under docker compose, reached by Run Command."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rehearsal.old_host.compose_file import Definition, find_files, read_project
from rehearsal.old_host.containers import (
    Container,
    PlainContainer,
    PostgresContainer,
    RedashContainer,
    RedisContainer,
)
from rehearsal.old_host.directory import Installation
from rehearsal.old_host.docker.answer import Answer
from rehearsal.old_host.docker.daemon import Daemon, write_client
from rehearsal.old_host.docker.engine import Engine
from rehearsal.old_host.docker.running import Runner
from rehearsal.old_host.kinds import HOST_KINDS, HostKind
from rehearsal.old_host.redis import QueueStore, Redis
from rehearsal.old_host.services import Services
from rehearsal.old_host.short_place import ShortPlace
from rehearsal.old_host.ssm.run_command import EventBus, RunCommand
from rehearsal.ports import free_port
from rehearsal.postgres import Cluster
from rehearsal.redash.command import RedashCommand, RedashNotStarted

IMAGE = Path(__file__).parents[1] / "redash" / "image"
"""Modules that stand for those of a Redash image."""
NGINX = """\
upstream redash {
  server redash:5000;
}
server {
  listen 80 default;  # as redash/nginx has it
  gzip on;
  gzip_types *;
  location / {
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    proxy_pass http://redash;
%s  }
}
"""
STARTS_WITHIN = 300.0
"""Seconds that a server may take to answer after its start; a real one needs twenty, on a machine
with nothing else to do."""


class OldHost:
    """The instance ``instance_id`` under ``directory``/old_host.

    ``cluster`` is its PostgreSQL, ``dbname`` Redash's database in it. ``kind`` says how this host
    differs from the official installation; ``redash_command`` replaces the stand-in of Redash, in
    every role, and has the queues in ``redis``, a real one; ``paused`` are ids of data sources that
    somebody paused.
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
        redis: QueueStore | None = None,
        kind: HostKind = HOST_KINDS["official-2025"],
        paused: Sequence[int] = (),
    ) -> None:
        self.instance_id = instance_id
        self.root = (directory / "old_host").resolve()
        self._place = ShortPlace(self.root / "opt" / "redash")
        self.compose_directory = self._place.path
        self.redash_port = redash_port or free_port()
        self.kind = kind
        self.redis = redis or Redis(kind.redis_password, kind.redis_number)
        self.version = kind.redash
        """Redash's, as its package tells it."""
        self._paused = paused
        self._cluster = cluster
        self._command = RedashCommand(redash_command, "old") if redash_command else None
        address = cluster.address(dbname)
        self._installation = Installation(
            secret_key=secret_key,
            cookie_secret=cookie_secret,
            username=address.username,
            password=address.password,
            dbname=dbname,
            postgres_version=cluster.version,
            kind=kind,
        )
        self.services = Services(self._container, kind.project, kind.separator)
        self._engine = Engine(
            self.services,
            Runner(self.services, self._log_of),
            plugin=kind.plugin,
            compose=kind.compose,
            directory=str(self.compose_directory) if kind.labels_directory else "",
            podman=kind.podman,
            image_environment=kind.image_environment,
        )
        self._programs = self.root / "bin"
        self._daemon = Daemon(self._interpret, self._programs)
        self._inside = self.root / "containers"
        self.run_command = RunCommand(cloud, instance_id, self.root, self._environment())

    def install(self) -> None:
        """Lay out the directory, put ``docker`` in place and answer Run Command."""
        self._installation.write(self.compose_directory, self._cluster.data_dir)
        self._lay_out_image()
        write_client(self._programs, "ip", self._daemon.place)
        self._daemon.start()
        self.run_command.install()

    def configure_nginx(self, more: str) -> None:
        """What nginx says that it does, ``more`` of it where it leads to Redash; with what it was
        called stands in the file ``asked`` beside it.
        """
        program = self._inside / "nginx" / "nginx"
        program.parent.mkdir(parents=True, exist_ok=True)
        asked = self._inside / "nginx" / "asked"
        said = f"cat << 'END'\n{NGINX % more}END\n"
        program.write_text(f"#!/bin/sh\necho \"$*\" >> '{asked}'\n{said}")
        program.chmod(0o755)

    def start_services(self) -> None:
        """``docker compose up -d``; returns when the server answers.

        Raises:
            RedashNotStarted: it does not; the text names its log.
        """
        self.redis.start()
        for number in self._paused:
            self.redis.pause(number)
        self.services.up(read_project(find_files(self.compose_directory)))
        name = self.kind.service("server")
        server = self.services.get(name)
        if server is None or not isinstance(server.container, RedashContainer):
            return
        if not server.container.wait_until_ready(STARTS_WITHIN):
            raise RedashNotStarted(
                "the old Redash's server does not answer /ping: it ended, or takes longer than "
                f"{STARTS_WITHIN:.0f} s. See {self._log_of(name)}"
            )

    def stop(self) -> None:
        """End the commands and the containers, the database aside, whose owner ends it."""
        self.run_command.stop()
        for service in self.services.created():
            if not isinstance(service.container, PostgresContainer):
                service.container.stop(5)
        self._daemon.stop()
        self._place.remove()

    def resolve(self, instance_id: str, port: int) -> tuple[str, int] | None:
        """Where a port of the instance is on this machine; None while nobody listens there.

        nginx and the server's published port lead to the server, as long as both are up.
        """
        if instance_id != self.instance_id or not self._runs("server"):
            return None
        through_nginx = port in {80, self.redash_port}
        if through_nginx and not self._runs("nginx"):
            return None
        return ("127.0.0.1", self.redash_port)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join([str(self._programs), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
        }

    def _runs(self, service: str) -> bool:
        return self.services.is_running(self.kind.service(service))

    def _lay_out_image(self) -> None:
        """What a Redash image holds: its own modules, and the python that knows them; and nginx,
        as far as it tells its configuration.
        """
        self.configure_nginx(self.kind.nginx)
        inside = self._inside / "redash"
        python = inside / "python"
        if self._command is None:
            shutil.copytree(IMAGE, inside, dirs_exist_ok=True)
            version = inside / "redash" / "__init__.py"
            text = version.read_text().replace('"25.8.0"', f'"{self.kind.redash}"')
            version.write_text(text)
            python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        else:
            inside.mkdir(parents=True)
            own = {"REDASH_COOKIE_SECRET": "for the import alone"}
            self.version, package = self._command.package(own, self._log_of("python"))
            (inside / "redash").symlink_to(package)
            python.write_text(self._command.python())
        python.chmod(0o755)

    def _interpret(self, program: str, arguments: list[str], directory: Path) -> Answer:
        if program == "ip":
            return Answer("192.0.2.1 via 10.0.0.1 dev ens5 src 10.0.0.10 uid 0\n")
        return self._engine.run(program, arguments, directory)

    def _container(self, definition: Definition) -> Container:
        if definition.name == self.kind.service("postgres"):
            return PostgresContainer(self._cluster)
        if definition.name == self.kind.service("redis"):
            return RedisContainer(self.redis)
        if "REDASH_REDIS_URL" in definition.environment and not definition.ends_by_itself:
            return RedashContainer(
                self._cluster,
                self.redis,
                log=self._log_of(definition.name),
                programs=self._inside / "redash",
                port=self.redash_port,
                command=self._command,
            )
        inside = self._inside / "nginx"
        return PlainContainer(*[inside] * (definition.name == self.kind.service("nginx")))

    def _log_of(self, name: str) -> Path:
        postgres = self.kind.service("postgres")
        return self._cluster.log_file if name == postgres else self.root / "logs" / f"{name}.log"
