"""docker itself: ps, inspect, exec and the like on the containers that compose created."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rehearsal.old_host.compose_file import ComposeError, Definition
from rehearsal.old_host.containers import PlainContainer
from rehearsal.old_host.docker.answer import Answer, failure, lines
from rehearsal.old_host.docker.compose import Compose
from rehearsal.old_host.docker.inspecting import IMAGE_ENVIRONMENT, inspected
from rehearsal.old_host.docker.listing import container_id, described
from rehearsal.old_host.docker.options import parsed
from rehearsal.old_host.docker.running import Runner
from rehearsal.old_host.docker.templates import filled
from rehearsal.old_host.services import STOP_SECONDS, Service, Services
from rehearsal.timing import clock

VERSION = "27.3.1"


class Engine:
    """Interprets ``docker <arguments>`` and ``docker-compose <arguments>``.

    ``plugin`` says whether this host has ``docker compose``, or only the older program;
    ``directory`` is the project's, as labels name it, "" where Compose is too old to. ``podman``:
    what stands behind the name is Podman (package podman-docker), whose answers differ here.
    ``image_environment`` is what Redash's image sets by itself, and every container of it has.
    """

    def __init__(
        self,
        services: Services,
        runner: Runner,
        *,
        plugin: bool = True,
        compose: str = "2.29.7",
        directory: str = "",
        podman: bool = False,
        image_environment: Mapping[str, str] | None = None,
    ) -> None:
        baked = (f"{name}={value}" for name, value in (image_environment or {}).items())
        self._baked = [*IMAGE_ENVIRONMENT, *baked]
        self._podman = podman
        self._services = services
        self._runner = runner
        self._compose = Compose(services, runner, compose)
        self._plugin = plugin
        self._directory = directory

    def run(self, program: str, arguments: Sequence[str], directory: Path) -> Answer:
        """The answer to a command line given in ``directory``."""
        if program == "docker-compose":
            return self._compose.run(arguments, directory)
        name, *rest = arguments or [""]
        if name == "container" and rest:
            name, *rest = rest
        if name == "compose" and self._plugin:
            return self._compose.run(rest, directory)
        clock().wait("docker.command")
        if name in _ACTIONS:
            return self._act(name, rest)
        command = _COMMANDS.get(name)
        if command is None:
            return failure(f"docker: '{name}' is not a docker command.\nSee 'docker --help'")
        answer = command(self, rest)
        return replace(answer, stderr=EMULATED + answer.stderr) if self._podman else answer

    def _version(self, arguments: Sequence[str]) -> Answer:
        if self._podman and "--format" in arguments:
            return failure("Error: template: version: nil pointer evaluating .Server.Version", 125)
        if "--format" in arguments:
            return Answer(f"{VERSION}\n")
        if self._podman:
            return Answer("podman version 4.9.4\n")
        return Answer(f"Docker version {VERSION}, build ce12230\n")

    def _ps(self, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, {"--format", "-f", "--filter", "-n"})
        conditions = options.values.get("-f", []) + options.values.get("--filter", [])
        shown = [
            service
            for service in self._services.created()
            if (options.has("-a", "--all") or service.state == "running")
            and all(self._holds(service, condition) for condition in conditions)
        ]
        if options.has("-q", "--quiet"):
            length = 64 if options.has("--no-trunc") else 12
            return Answer(lines(container_id(one.definition.name)[:length] for one in shown))
        template = options.value("--format")
        described_ = [described(one, self._named(one)) for one in shown]
        if template:
            return Answer(lines(filled(template, one) for one in described_))
        rows = [f"{one['ID']}  {one['Image']}  {one['Status']}  {one['Names']}" for one in
                described_]  # fmt: skip
        return Answer(lines(["CONTAINER ID  IMAGE  STATUS  NAMES", *rows]))

    def _inspect(self, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, {"-f", "--format", "--type"})
        documents = []
        for word in options.words:
            service = self._find(word)
            if service is not None:
                documents.append(self._inspected(service))
            elif word.startswith("sha256:") != self._podman and len(word) >= 64:
                documents.append({"Id": word, "Config": {"Env": self._baked}})
            else:
                return failure(f"Error: No such object: {word}")
        template = options.value("-f", "--format")
        if template:
            return Answer(lines(filled(template, document) for document in documents))
        return Answer(json.dumps(documents, indent=4) + "\n")

    def _exec(self, arguments: Sequence[str]) -> Answer:
        options = parsed(
            arguments, {"-e", "--env", "-u", "--user", "-w", "--workdir"}, stop_at_word=True
        )
        if len(options.words) < 2:
            return failure('"docker exec" requires at least 2 arguments.')
        service = self._find(options.words[0])
        if service is None:
            return failure(f"Error response from daemon: No such container: {options.words[0]}")
        extra = options.values.get("-e", []) + options.values.get("--env", [])
        return self._runner.execute(service.definition.name, options.words[1:], extra)

    def _act(self, name: str, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, {"-t", "--time", "--tail", "-n", "-s", "--signal"})
        services = [self._find(word) for word in options.words]
        if None in services:
            return failure(f"Error response from daemon: No such container: {options.words}")
        names = [service.definition.name for service in services if service]
        if name == "logs":
            tail = options.value("--tail", "-n")
            return Answer("".join(self._runner.log(one, tail) for one in names))
        patience = float(options.value("-t", "--time") or STOP_SECONDS)
        try:
            match name:
                case "stop":
                    clock().wait("docker.stop")
                    self._services.stop_together(names, patience)
                case "restart":
                    self._services.restart(None, names, patience)
                case "kill":
                    self._services.kill(None, names)
                case _:
                    clock().wait("docker.start")
                    self._services.start(None, names)
        except ComposeError as error:
            return failure(f"Error response from daemon: {error}")
        return Answer(lines(options.words))

    def _run(self, arguments: Sequence[str]) -> Answer:
        """Only ``run -d --name ...``: a published port that leads to another container."""
        options = parsed(
            arguments,
            {"--name", "--label", "--restart", "--network", "-p", "--publish", "--entrypoint"},
            stop_at_word=True,
        )
        if not options.has("-d", "--detach") or not options.words:
            return failure("docker run: only detached containers, from an image")
        image, *command = options.words
        name = options.value("--name")
        definition = Definition(
            name,
            image,
            (options.value("--entrypoint"), *command),
            {},
            (),
            tuple(options.values.get("-p", [])),
            networks=tuple(options.values.get("--network", [])),
        )
        try:
            self._services.run(definition, PlainContainer())
        except ComposeError as error:
            return failure(f"docker: Error response from daemon: {error}", 125)
        return Answer(f"{container_id(name)}\n")

    def _rm(self, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, set())
        for word in options.words:
            service = self._find(word)
            if service is None:
                return failure(f"Error response from daemon: No such container: {word}")
            if service.container.running and not options.has("-f", "--force"):
                return failure("You cannot remove a running container: stop it, or force it")
            service.container.kill()
            self._services.remove([service.definition.name])
        return Answer(lines(options.words))

    def _update(self, arguments: Sequence[str]) -> Answer:
        """Only the restart policy."""
        if self._podman:  # it learnt that with 5.1
            return failure("Error: unknown flag: --restart", 125)
        options = parsed(arguments, {"--restart"})
        for word in options.words:
            service = self._find(word)
            if service is None:
                return failure(f"Error response from daemon: No such container: {word}")
            service.restart = options.value("--restart") or service.restart
        return Answer(lines(options.words))

    def _holds(self, service: Service, condition: str) -> bool:
        key, _, value = condition.partition("=")
        if key == "status":
            return service.state == value
        if key == "name":
            return value in self._named(service)
        if key == "label" and value.startswith("com.docker.compose.service="):
            own = service.definition.service or service.definition.name
            return own == value.rpartition("=")[2]
        return True

    def _inspected(self, service: Service) -> dict[str, Any]:
        return inspected(
            service,
            self._named(service),
            project=self._services.project,
            directory=self._directory,
            podman=self._podman,
        )

    def _named(self, service: Service) -> str:
        return self._services.container_name(service.definition.name)

    def _find(self, word: str) -> Service | None:
        for service in self._services.created():
            name = service.definition.name
            if word.removeprefix("/") == self._named(service) or (
                len(word) >= 4 and container_id(name).startswith(word)
            ):
                return service
        return None


_ACTIONS = frozenset({"logs", "stop", "start", "restart", "kill"})
_COMMANDS: dict[str, Callable[[Engine, Sequence[str]], Answer]] = {
    "version": Engine._version,
    "--version": Engine._version,
    "-v": Engine._version,
    "ps": Engine._ps,
    "ls": Engine._ps,
    "inspect": Engine._inspect,
    "exec": Engine._exec,
    "run": Engine._run,
    "rm": Engine._rm,
    "update": Engine._update,
}


EMULATED = "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\n"
