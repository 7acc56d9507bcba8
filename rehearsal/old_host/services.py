"""The project's services: which exist, which run, and with which definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import RLock

from rehearsal.old_host.compose_file import ComposeError, Definition, Project
from rehearsal.old_host.containers import Container

STOP_SECONDS = 10.0
"""docker compose's own patience."""


@dataclass(slots=True)
class Service:
    """A created container; ``definition`` is the one it was created with."""

    definition: Definition
    container: Container
    alone: bool = False
    """Made by ``docker run``, not by Compose."""
    removed: bool = False
    """Gone as soon as it stops: ``docker run --rm``."""
    restart: str = ""
    """When the daemon starts it by itself; as defined, until somebody updates it."""

    def __post_init__(self) -> None:
        self.restart = self.restart or self.definition.restart

    @property
    def state(self) -> str:
        """As docker names it."""
        return "running" if self.container.running else "exited"


class Services:
    """Creates, starts and stops; ``make`` gives the container that stands for a definition."""

    def __init__(
        self, make: Callable[[Definition], Container], project: str = "redash", separator: str = "-"
    ) -> None:
        self._make = make
        self.project = project
        self._separator = separator
        self._made: dict[str, Container] = {}
        self._created: dict[str, Service] = {}
        self._lock = RLock()

    def created(self) -> list[Service]:
        """All that were brought up, running or not."""
        with self._lock:
            return [self._created[name] for name in sorted(self._created)]

    def get(self, name: str) -> Service | None:
        """The created service of that name."""
        return self._created.get(name)

    def container_name(self, name: str) -> str:
        """What docker calls the container of a service; one that was only run has its own name."""
        service = self._created.get(name)
        if service is not None and (service.alone or service.definition.container_name):
            return service.definition.container_name or name
        own, number = name, 1
        if service is not None:
            own, number = service.definition.service or name, service.definition.number
        return self._separator.join((self.project, own, str(number)))

    def run(self, definition: Definition, container: Container) -> None:
        """``docker run``: a container that no compose file knows; ComposeError for a taken port."""
        with self._lock:
            if definition.name in self._created:
                raise ComposeError(f'The container name "/{definition.name}" is already in use')
            self._free(definition)
            container.start(definition)
            self._created[definition.name] = Service(definition, container, alone=True)

    def _free(self, definition: Definition) -> None:
        """Docker's refusal where a port that is to be published is taken on one address."""
        taken = {
            place
            for service in self._created.values()
            if service.container.running and service.definition.name != definition.name
            for place in map(_published, service.definition.ports)
        }
        for address, port in map(_published, definition.ports):
            for other, used in taken:
                if port == used and (address == other or "0.0.0.0" in (address, other)):  # noqa: S104
                    raise ComposeError(
                        f"Bind for {address}:{port} failed: port is already allocated"
                    )

    def is_running(self, name: str) -> bool:
        """Whether the service runs."""
        service = self._created.get(name)
        return service is not None and service.container.running

    def up(
        self,
        project: Project,
        names: Sequence[str] = (),
        *,
        dependencies: bool = True,
        recreate: bool = False,
    ) -> list[str]:
        """Create what is missing or was defined otherwise, start what is stopped."""
        said = []
        with self._lock:
            for name in project.in_order(names, dependencies=dependencies):
                definition = project.services[name]
                service = self._created.get(name)
                forced = recreate and (not names or name in names)
                if service and (service.definition != definition or forced):
                    service.container.stop(STOP_SECONDS)
                    said.append(f"Container redash-{name}-1  Recreated")
                if service is None or service.definition != definition or forced:
                    service = Service(definition, self._container(definition))
                    self._created[name] = service
                if not service.container.running:
                    self._free(definition)
                    service.container.start(definition)
                    said.append(f"Container redash-{name}-1  Started")
                else:
                    said.append(f"Container redash-{name}-1  Running")
        return said

    def start(self, project: Project | None, names: Sequence[str]) -> list[str]:
        """Start containers that exist, as they were created."""
        with self._lock:
            chosen = self._existing(project, names)
            for service in chosen:
                if not service.container.running:
                    self._free(service.definition)
                service.container.start(service.definition)
        return [_line(service, "Started") for service in chosen]

    def stop(self, project: Project | None, names: Sequence[str], patience: float) -> list[str]:
        """Stop containers, those that depend on others first."""
        with self._lock:
            chosen = self._existing(project, names)[::-1]
            for service in chosen:
                service.container.stop(patience)
        return [_line(service, "Stopped") for service in chosen]

    def stop_together(self, names: Sequence[str], patience: float) -> None:
        """Stop containers, none before another, as ``docker stop`` does with all it is given."""
        with self._lock, ThreadPoolExecutor() as side_by_side:
            chosen = self._existing(None, names)
            stopped = [side_by_side.submit(one.container.stop, patience) for one in chosen]
            for one in stopped:
                one.result()

    def kill(self, project: Project | None, names: Sequence[str]) -> list[str]:
        """End containers at once."""
        with self._lock:
            chosen = self._existing(project, names)[::-1]
            for service in chosen:
                service.container.kill()
        return [_line(service, "Killed") for service in chosen]

    def restart(self, project: Project | None, names: Sequence[str], patience: float) -> list[str]:
        """Stop and start as created: a changed compose file changes nothing here."""
        with self._lock:
            for service in self._existing(project, names)[::-1]:
                service.container.stop(patience)
            chosen = self._existing(project, names)
            for service in chosen:
                service.container.start(service.definition)
        return [_line(service, "Restarted") for service in chosen]

    def remove(self, names: Sequence[str]) -> list[str]:
        """Forget containers that are stopped."""
        with self._lock:
            chosen = [name for name in names if name in self._created]
            for name in chosen:
                del self._created[name]
        return [f"Container redash-{name}-1  Removed" for name in chosen]

    def _container(self, definition: Definition) -> Container:
        if definition.name not in self._made:
            self._made[definition.name] = self._make(definition)
        return self._made[definition.name]

    def _existing(self, project: Project | None, names: Sequence[str]) -> list[Service]:
        """In the project's order; without a project, as docker takes them: one after the other."""
        ordered = project.in_order(names) if project else list(names)
        for name in names:
            if name not in self._created:
                raise ComposeError(f'service "{name}" has no container to start')
        return [self._created[name] for name in ordered if name in self._created]


def _line(service: Service, done: str) -> str:
    return f"Container redash-{service.definition.name}-1  {done}"


def _published(port: str) -> tuple[str, str]:
    """``[address:]host port:container port`` -> (address, host port)."""
    words = port.split(":")
    return (words[0] if len(words) > 2 else "0.0.0.0", words[-2] if len(words) > 1 else "")  # noqa: S104
