"""Programs inside a container: run on this machine with the container's environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from rehearsal.old_host.docker.answer import Answer, failure
from rehearsal.old_host.services import Services


class Runner:
    """``log_of`` names the file that a service logs to."""

    def __init__(self, services: Services, log_of: Callable[[str], Path]) -> None:
        self._services = services
        self._log_of = log_of

    def execute(self, name: str, command: Sequence[str], extra: Sequence[str]) -> Answer:
        """``exec``: the client becomes the command; a stopped service refuses."""
        service = self._services.get(name)
        if service is None or not service.container.running:
            return failure(f'service "{name}" is not running')
        inside = [str(directory) for directory in service.container.programs()]
        path = os.pathsep.join([*inside, os.environ.get("PATH", os.defpath)])
        environment = {
            **{key: os.environ[key] for key in ("LANG", "TMPDIR") if key in os.environ},
            "HOME": "/",
            **service.definition.environment,
            **service.container.environment(),
            "PATH": path,
            "HOSTNAME": name,
        }
        for pair in extra:
            key, _, value = pair.partition("=")
            environment[key] = value
        directory = environment.get("PWD", "/")
        return Answer(command=list(command), environment=environment, directory=directory)

    def log(self, name: str, tail: str) -> str:
        """The last lines that a service wrote."""
        file = self._log_of(name)
        written = file.read_text(errors="replace").splitlines() if file.exists() else []
        kept = written[-int(tail) :] if tail.isdecimal() else written
        return "".join(f"{name}-1  | {line}\n" for line in kept)
