"""docker itself: ps, inspect, exec and the like on the containers that compose created."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rehearsal.old_host.docker.answer import Answer, failure, lines
from rehearsal.old_host.docker.compose import Compose
from rehearsal.old_host.docker.listing import container_id, described
from rehearsal.old_host.docker.options import parsed
from rehearsal.old_host.docker.running import Runner
from rehearsal.old_host.services import Service, Services

VERSION = "27.3.1"


class Engine:
    """Interprets ``docker <arguments>`` and ``docker-compose <arguments>``.

    ``plugin`` says whether this host has ``docker compose``, or only the older program.
    """

    def __init__(self, services: Services, runner: Runner, *, plugin: bool = True) -> None:
        self._services = services
        self._runner = runner
        self._compose = Compose(services, runner)
        self._plugin = plugin

    def run(self, program: str, arguments: Sequence[str], directory: Path) -> Answer:
        """The answer to a command line given in ``directory``."""
        if program == "docker-compose":
            return self._compose.run(arguments, directory)
        name, *rest = arguments or [""]
        if name == "container" and rest:
            name, *rest = rest
        if name == "compose" and self._plugin:
            return self._compose.run(rest, directory)
        if name in _ACTIONS:
            return self._act(name, rest, directory)
        answer = _COMMANDS.get(name)
        if answer is None:
            return failure(f"docker: '{name}' is not a docker command.\nSee 'docker --help'")
        return answer(self, rest)

    def _version(self, _arguments: Sequence[str]) -> Answer:
        return Answer(f"Docker version {VERSION}, build ce12230\n")

    def _ps(self, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, {"--format", "-f", "--filter", "-n"})
        conditions = options.values.get("-f", []) + options.values.get("--filter", [])
        shown = [
            service
            for service in self._services.created()
            if (options.has("-a", "--all") or service.state == "running")
            and all(_holds(service, condition) for condition in conditions)
        ]
        if options.has("-q", "--quiet"):
            return Answer(lines(container_id(one.definition.name)[:12] for one in shown))
        template = options.value("--format")
        if template:
            return Answer(lines(_filled(template, described(service)) for service in shown))
        rows = [f"{one['ID']}  {one['Image']}  {one['Status']}  {one['Names']}" for one in
                map(described, shown)]  # fmt: skip
        return Answer(lines(["CONTAINER ID  IMAGE  STATUS  NAMES", *rows]))

    def _inspect(self, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, {"-f", "--format", "--type"})
        found = [self._find(word) for word in options.words]
        for word, service in zip(options.words, found, strict=True):
            if service is None:
                return failure(f"Error: No such object: {word}")
        documents = [_inspected(service) for service in found if service]
        template = options.value("-f", "--format")
        if template:
            return Answer(lines(_filled(template, document) for document in documents))
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

    def _act(self, name: str, arguments: Sequence[str], directory: Path) -> Answer:
        options = parsed(arguments, {"-t", "--time", "--tail", "-n", "-s", "--signal"})
        services = [self._find(word) for word in options.words]
        if None in services:
            return failure(f"Error response from daemon: No such container: {options.words}")
        names = [service.definition.name for service in services if service]
        if name == "logs":
            tail = options.value("--tail", "-n")
            return Answer("".join(self._runner.log(one, tail) for one in names))
        patience = options.value("-t", "--time") or "10"
        flags = ["-t", patience] if name in {"stop", "restart"} else []
        answer = self._compose.run([name, *flags, *names], directory)
        return answer if answer.code else Answer(lines(options.words))

    def _find(self, word: str) -> Service | None:
        for service in self._services.created():
            name = service.definition.name
            if word in {f"redash-{name}-1", f"redash_{name}_1"} or (
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
}


def _holds(service: Service, condition: str) -> bool:
    key, _, value = condition.partition("=")
    if key == "status":
        return service.state == value
    if key == "name":
        return value in f"redash-{service.definition.name}-1"
    if key == "label" and value.startswith("com.docker.compose.service="):
        return service.definition.name == value.rpartition("=")[2]
    return True


def _inspected(service: Service) -> dict[str, Any]:
    definition = service.definition
    running = service.state == "running"
    return {
        "Id": container_id(definition.name),
        "Name": f"/redash-{definition.name}-1",
        "Image": definition.image,
        "State": {"Status": service.state, "Running": running, "ExitCode": 0},
        "Config": {
            "Image": definition.image,
            "Env": [f"{name}={value}" for name, value in definition.environment.items()],
            "Cmd": list(definition.command),
            "Labels": {"com.docker.compose.service": definition.name},
        },
    }


def _filled(template: str, document: dict[str, Any]) -> str:
    """A Go template with plain fields, such as {{.State.Status}} or {{json .}}."""

    def value(found: re.Match[str]) -> str:
        current: Any = document
        for name in filter(None, found[2].split(".")):
            current = current.get(name, "") if isinstance(current, dict) else ""
        if found[1] or isinstance(current, bool | dict | list):
            return json.dumps(current)
        return str(current)

    if template == "json":
        return json.dumps(document)
    return re.sub(r"\{\{\s*(json\s+)?\.([\w.]*)\s*\}\}", value, template)
