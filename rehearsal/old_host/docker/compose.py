"""docker compose, as far as an operator's scripts use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from rehearsal.old_host.compose_file import ComposeError, Project, find_files, read_project
from rehearsal.old_host.docker.answer import Answer, failure, lines
from rehearsal.old_host.docker.listing import container_id, described, table
from rehearsal.old_host.docker.options import Options, parsed
from rehearsal.old_host.docker.running import Runner
from rehearsal.old_host.services import STOP_SECONDS, Service, Services
from rehearsal.timing import clock

_GLOBAL = {"-f", "--file", "-p", "--project-name", "--project-directory", "--env-file", "--profile",
           "--ansi", "--progress", "--parallel"}  # fmt: skip
_WITH_VALUE = {"-t", "--timeout", "--format", "--status", "--filter", "--tail", "-n", "--since",
               "--until", "-s", "--signal", "--wait-timeout", "--scale", "--pull"}  # fmt: skip

_EXEC_WITH_VALUE = {"-e", "--env", "-u", "--user", "-w", "--workdir", "--index"}


class Compose:
    """Interprets ``docker compose <arguments>`` for the services of this host."""

    def __init__(self, services: Services, runner: Runner, version: str = "2.29.7") -> None:
        self._version = version
        self._services = services
        self._runner = runner

    def run(self, arguments: Sequence[str], directory: Path) -> Answer:
        """The answer to a command line given in ``directory``."""
        before = parsed(arguments, _GLOBAL, stop_at_word=True)
        if not before.words:
            return failure("Usage:  docker compose [OPTIONS] COMMAND", 0 if not before.flags else 1)
        name, *rest = before.words
        clock().wait("docker.compose")
        if name == "version":
            long = "" if "--short" in rest else "Docker Compose version v"
            return Answer(f"{long}{self._version}\n")
        command = _COMMANDS.get(name)
        if command is None:
            return failure(f'unknown docker command: "compose {name}"')
        named = before.values.get("-f", []) + before.values.get("--file", [])
        base = Path(before.value("--project-directory") or directory)
        try:
            files = [directory / file for file in named] or find_files(base)
            project = read_project(files)
            self._demand_one_version(files)
            return command(self, project, rest)
        except ComposeError as error:
            return failure(str(error))

    def _demand_one_version(self, files: Sequence[Path]) -> None:
        """Before 1.27, files of different ``version:`` can't be put together."""
        if not self._version.startswith("1.") or int(self._version.split(".")[1]) >= 27:
            return
        found = {
            str((yaml.safe_load(file.read_text()) or {}).get("version", "1")) for file in files
        }
        if len(found) > 1:
            raise ComposeError(
                "Version mismatch: file ./docker-compose.yml specifies version 2 but extension file"
                " ./docker-compose.override.yml uses version 1"
            )

    def _config(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, {"--format", "-o", "--output", "--hash"})
        if options.has("--services"):
            return Answer(lines(project.services))
        if options.has("--images"):
            return Answer(lines(sorted({one.image for one in project.services.values()})))
        if options.has("-q", "--quiet"):
            return Answer()
        document = _resolved(project)
        if options.value("--format") == "json":
            return Answer(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return Answer(yaml.safe_dump(document, allow_unicode=True))

    def _ps(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        filters = options.values.get("--filter", [])
        wanted = {*options.values.get("--status", []), *(one.partition("=")[2] for one in filters)}
        if not wanted:
            wanted = {"running", "exited"} if options.has("-a", "--all") else {"running"}
        shown = [
            service
            for service in self._services.created()
            if service.state in wanted
            and (not options.words or service.definition.name in options.words)
        ]
        for name in options.words:
            if name not in project.services:
                raise ComposeError(f"no such service: {name}")
        if options.has("--services"):
            return Answer(lines(service.definition.name for service in shown))
        if options.has("-q", "--quiet"):
            return Answer(lines(container_id(service.definition.name) for service in shown))
        if options.value("--format") == "json":
            return Answer(lines(json.dumps(row) for row in self._described(shown)))
        return Answer(table(self._described(shown)))

    def _described(self, shown: Sequence[Service]) -> list[dict[str, Any]]:
        name = self._services.container_name
        return [described(service, name(service.definition.name)) for service in shown]

    def _up(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        if not options.has("-d", "--detach", "--wait"):
            return failure("only `up -d` works without a terminal")
        said = self._services.up(
            project,
            options.words,
            dependencies=not options.has("--no-deps"),
            recreate=options.has("--force-recreate"),
        )
        return _said(said)

    def _start(self, project: Project, arguments: Sequence[str]) -> Answer:
        clock().wait("docker.start")
        return _said(self._services.start(project, parsed(arguments, _WITH_VALUE).words))

    def _stop(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        clock().wait("docker.stop")
        return _said(self._services.stop(project, options.words, _patience(options)))

    def _restart(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        return _said(self._services.restart(project, options.words, _patience(options)))

    def _kill(self, project: Project, arguments: Sequence[str]) -> Answer:
        return _said(self._services.kill(project, parsed(arguments, _WITH_VALUE).words))

    def _down(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        if options.has("-v", "--volumes"):
            return failure("the rehearsal keeps its volumes: leave out --volumes")
        said = self._services.stop(project, [], _patience(options))
        return _said(said + self._services.remove(list(project.services)))

    def _remove(self, project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        names = options.words or list(project.services)
        if options.has("-s", "--stop"):
            self._services.stop(project, names, STOP_SECONDS)
        stopped = [name for name in names if not self._services.is_running(name)]
        return _said(self._services.remove(stopped))

    def _exec(self, _project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _EXEC_WITH_VALUE, stop_at_word=True)
        if len(options.words) < 2:
            return failure('"docker compose exec" requires at least 2 arguments.')
        name, *command = options.words
        extra = options.values.get("-e", []) + options.values.get("--env", [])
        return self._runner.execute(name, command, extra)

    def _logs(self, _project: Project, arguments: Sequence[str]) -> Answer:
        options = parsed(arguments, _WITH_VALUE)
        names = options.words or [one.definition.name for one in self._services.created()]
        tail = options.value("--tail", "-n")
        return Answer("".join(self._runner.log(name, tail) for name in names))

    def _images(self, _project: Project, _arguments: Sequence[str]) -> Answer:
        rows = [
            f"{row['Name']}  {row['Image'].replace(':', '  ')}"
            for row in self._described(self._services.created())
        ]
        return Answer(lines(["CONTAINER  REPOSITORY  TAG", *rows]))


_COMMANDS: dict[str, Callable[[Compose, Project, Sequence[str]], Answer]] = {
    "config": Compose._config,
    "convert": Compose._config,
    "ps": Compose._ps,
    "up": Compose._up,
    "start": Compose._start,
    "stop": Compose._stop,
    "restart": Compose._restart,
    "kill": Compose._kill,
    "down": Compose._down,
    "rm": Compose._remove,
    "exec": Compose._exec,
    "logs": Compose._logs,
    "images": Compose._images,
    "pull": lambda _self, _project, _arguments: Answer(),
}


def _resolved(project: Project) -> dict[str, Any]:
    services = {}
    for name, definition in project.services.items():
        written = dict(project.document["services"][name] or {})
        written.pop("env_file", None)
        services[name] = {**written, "environment": dict(definition.environment)}
    return {"name": "redash", "services": services}


def _patience(options: Options) -> float:
    return float(options.value("-t", "--timeout") or STOP_SECONDS)


def _said(said: Sequence[str]) -> Answer:
    return Answer(stderr=lines(f" {line}" for line in said))  # compose reports progress on stderr
