"""How docker shows a container: its id, its line in a list."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from rehearsal.old_host.docker.answer import lines
from rehearsal.old_host.services import Service


def container_id(name: str) -> str:
    """A container's id: made of its name, always the same."""
    return hashlib.sha256(name.encode()).hexdigest()


def described(service: Service, name: str) -> dict[str, Any]:
    """One line of ``ps --format json``; ``name`` is the container's."""
    definition = service.definition
    return {
        "ID": container_id(definition.name)[:12],
        "Name": name,
        "Names": name,
        "Service": definition.service or definition.name,
        "Project": "redash",
        "Image": definition.image,
        "Command": " ".join(definition.command),
        "State": service.state,
        "Status": "Up 3 days" if service.state == "running" else "Exited (0) 1 second ago",
        "Health": "",
        "ExitCode": 0,
        "Publishers": [],
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """``docker compose ps`` for people."""
    head = f"{'NAME':28}{'IMAGE':28}{'SERVICE':20}STATUS"
    return lines(
        [head, *(f"{r['Name']:28}{r['Image']:28}{r['Service']:20}{r['Status']}" for r in rows)]
    )
