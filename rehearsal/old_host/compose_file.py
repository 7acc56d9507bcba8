"""A compose project as its files say it is: merged, with each service's environment."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


class ComposeError(Exception):
    """What docker compose prints before it exits with a status other than 0."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One service: what would be created if it were brought up now."""

    name: str
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)  # holds secrets
    depends_on: tuple[str, ...]
    ports: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    container_name: str = ""
    mounts: tuple[str, ...] = ()
    """Where in it something of the host lies."""
    restart: str = "no"
    labels: Mapping[str, str] = field(default_factory=dict)
    networks: tuple[str, ...] = ()
    """Named by ``docker run``; the project's own else."""
    number: int = 1
    """Of a service's several containers; ``name`` is then the container's own."""
    service: str = ""
    """Of which service it is, where the name does not say so."""

    @property
    def ends_by_itself(self) -> bool:
        """Whether it makes or upgrades Redash's tables, and is over then."""
        words = " ".join((*self.entrypoint, *self.command))
        return re.search(r"\b(create_db|database create_tables|db upgrade)$", words) is not None


@dataclass(frozen=True, slots=True)
class Project:
    """All services of a project, and the merged document itself."""

    directory: Path
    document: Mapping[str, Any]
    services: Mapping[str, Definition]

    def in_order(self, names: Sequence[str] = (), *, dependencies: bool = False) -> list[str]:
        """The services named (all if none), each after those it depends on."""
        ordered: list[str] = []

        def add(name: str, wanted: bool) -> None:
            if name not in self.services:
                raise ComposeError(f"no such service: {name}")
            for other in self.services[name].depends_on:
                add(other, wanted and dependencies)
            if wanted and name not in ordered:
                ordered.append(name)

        for name in names or self.services:
            add(name, True)
        depth = {name: place for place, name in enumerate(self._sorted())}
        return sorted(ordered, key=depth.__getitem__)

    def _sorted(self) -> list[str]:
        placed: list[str] = []

        def place(name: str) -> None:
            for other in self.services[name].depends_on:
                place(other)
            if name not in placed:
                placed.append(name)

        for name in self.services:
            place(name)
        return placed


def find_files(directory: Path) -> list[Path]:
    """The compose file here or in a directory above, and its override if there is one."""
    for place in (directory, *directory.parents):
        for name in NAMES:
            if (place / name).is_file():
                stem, _, ending = name.rpartition(".")
                beside = [place / f"{stem}.override.{end}" for end in (ending, "yml", "yaml")]
                return [place / name, *[path for path in beside if path.is_file()][:1]]
    raise ComposeError("no configuration file provided: not found")


def read_project(files: Sequence[Path]) -> Project:
    """The project of these files, later ones over earlier ones; ComposeError if one is wrong."""
    merged: dict[str, Any] = {}
    for path in files:
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except FileNotFoundError as error:
            raise ComposeError(f"open {path}: no such file or directory") from error
        except yaml.YAMLError as error:
            raise ComposeError(f"parsing {path}: {error}") from error
        merged = _merged(merged, document)
    directory = files[0].parent
    services = {
        one.name: one
        for name, service in sorted(merged.get("services", {}).items())
        if not (service or {}).get("profiles")  # up only for those who ask for one
        for one in _copies(_definition(name, service or {}, directory), service or {})
    }
    return Project(directory, merged, services)


def _merged(below: Any, above: Any, key: str = "") -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        names = [*below, *(name for name in above if name not in below)]
        return {
            name: _merged(below[name], above[name], name)
            if name in below and name in above
            else above.get(name, below.get(name))
            for name in names
        }
    if key in {"environment", "labels"}:
        return {**_pairs(below), **_pairs(above)}
    if isinstance(below, list) and isinstance(above, list) and key != "command":
        return [*below, *(item for item in above if item not in below)]
    return above


def _definition(name: str, service: Mapping[str, Any], directory: Path) -> Definition:
    environment: dict[str, str] = {}
    files = service.get("env_file") or []
    for file in [files] if isinstance(files, str) else files:
        path = file["path"] if isinstance(file, Mapping) else file
        environment |= _env_file(directory / path)
    environment |= _pairs(service.get("environment") or {})
    depends_on = tuple(service.get("depends_on") or ())
    image = str(service.get("image", f"redash-{name}"))
    ports = tuple(str(port) for port in service.get("ports") or ())
    return Definition(
        name,
        image,
        _words(service.get("command")),
        environment,
        depends_on,
        ports,
        _words(service.get("entrypoint")),
        str(service.get("container_name") or ""),
        tuple(_mounted(one) for one in service.get("volumes") or ()),
        str(service.get("restart") or "no"),
        _pairs(service.get("labels") or {}),
    )


def _copies(definition: Definition, service: Mapping[str, Any]) -> list[Definition]:
    """A definition for each container: ``scale``, or ``deploy: replicas``."""
    count = int(service.get("scale", (service.get("deploy") or {}).get("replicas", 1)))
    name = definition.name
    more = [
        replace(definition, name=f"{name}:{number}", number=number, service=name)
        for number in range(2, count + 1)
    ]
    return [definition, *more] if count else []


def _mounted(volume: str | Mapping[str, Any]) -> str:
    """Where it lies in the container: ``[source:]target[:mode]``, or the long form."""
    if isinstance(volume, Mapping):
        return str(volume["target"])
    words = volume.split(":")
    return words[1] if len(words) > 1 else words[0]


def _words(given: str | Sequence[object] | None) -> tuple[str, ...]:
    """A command as a list, whichever way it is written."""
    return tuple(shlex.split(given) if isinstance(given, str) else map(str, given or ()))


def _env_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise ComposeError(f"env file {path} not found") from error
    kept = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return {name: value.strip("\"'") for name, value in _pairs(kept).items()}


def _pairs(value: Mapping[str, Any] | Sequence[str]) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {name: "" if item is None else str(item) for name, item in value.items()}
    split = (item.partition("=") for item in value)
    return {name.removeprefix("export ").strip(): text for name, _, text in split}
