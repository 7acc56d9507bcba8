"""What docker inspect tells of a container, as docker has it and as Podman does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rehearsal.old_host.docker.images import runs
from rehearsal.old_host.docker.listing import container_id
from rehearsal.old_host.services import Service

IMAGE_ENVIRONMENT = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]
"""What every image sets by itself."""


def inspected(
    service: Service, name: str, *, project: str, directory: str, podman: bool
) -> dict[str, Any]:
    """The document of one container; ``name`` is the one that docker lists it under."""
    definition = service.definition
    own = [f"{name}={value}" for name, value in definition.environment.items()]
    entrypoint, command = runs(definition)
    labels = {
        "com.docker.compose.project": project,
        "com.docker.compose.service": definition.service or definition.name,
        "com.docker.compose.project.working_dir": directory,
        "PODMAN_SYSTEMD_UNIT": "podman-compose@redash.service" if podman else "",
    }
    network = (*definition.networks, f"{project}_default")[0]
    return {
        "Id": container_id(definition.name),
        "Name": f"{'' if podman else '/'}{name}",
        "Image": f"{'' if podman else 'sha256:'}{container_id(definition.image)}",
        "State": {"Status": service.state, "Running": service.state == "running"},
        "Config": {
            "Image": definition.image,
            "Env": [*own, *IMAGE_ENVIRONMENT],
            "Entrypoint": " ".join(entrypoint) if podman else entrypoint or None,
            "Cmd": command or None,
            # What a label says by itself stands: so is a container another project's.
            "Labels": {**{k: v for k, v in labels.items() if v}, **definition.labels}
            if not service.alone
            else {"com.docker.compose.project": "redash-migration"},
        },
        "Mounts": [{"Type": "bind", "Destination": path} for path in definition.mounts],
        "HostConfig": {
            "RestartPolicy": {"Name": service.restart, "MaximumRetryCount": 0},
            "AutoRemove": service.removed,
            "NetworkMode": "bridge" if podman else network,
            "PortBindings": _bindings(definition.ports),
        },
        "NetworkSettings": {"Networks": {network: {"IPAddress": "172.18.0.5"}}},
    }


def _bindings(ports: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        words = port.split(":")
        binding = {"HostIp": words[0] if len(words) > 2 else "", "HostPort": words[-2]}
        found.setdefault(f"{words[-1]}/tcp", []).append(binding)
    return found
