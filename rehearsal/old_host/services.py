"""The project's services: which exist, which run, and with which definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    @property
    def state(self) -> str:
        """As docker names it."""
        return "running" if self.container.running else "exited"


class Services:
    """Creates, starts and stops; ``make`` gives the container that stands for a definition."""

    def __init__(self, make: Callable[[Definition], Container]) -> None:
        self._make = make
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
                    service.container.start(definition)
                    said.append(f"Container redash-{name}-1  Started")
                else:
                    said.append(f"Container redash-{name}-1  Running")
        return said

    def start(self, project: Project, names: Sequence[str]) -> list[str]:
        """Start containers that exist, as they were created."""
        with self._lock:
            chosen = self._existing(project, names)
            for service in chosen:
                service.container.start(service.definition)
        return [_line(service, "Started") for service in chosen]

    def stop(self, project: Project, names: Sequence[str], patience: float) -> list[str]:
        """Stop containers, those that depend on others first."""
        with self._lock:
            chosen = self._existing(project, names)[::-1]
            for service in chosen:
                service.container.stop(patience)
        return [_line(service, "Stopped") for service in chosen]

    def kill(self, project: Project, names: Sequence[str]) -> list[str]:
        """End containers at once."""
        with self._lock:
            chosen = self._existing(project, names)[::-1]
            for service in chosen:
                service.container.kill()
        return [_line(service, "Killed") for service in chosen]

    def restart(self, project: Project, names: Sequence[str], patience: float) -> list[str]:
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

    def _existing(self, project: Project, names: Sequence[str]) -> list[Service]:
        ordered = project.in_order(names)
        for name in names:
            if name not in self._created:
                raise ComposeError(f'service "{name}" has no container to start')
        return [self._created[name] for name in ordered if name in self._created]


def _line(service: Service, done: str) -> str:
    return f"Container redash-{service.definition.name}-1  {done}"
