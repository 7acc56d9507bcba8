"""The services of the new home: all there, asleep, and of the old version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from redash_migration.record import Check

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.function_settings import InspectNewHomeSettings


def inspect_services(ecs: Ecs, settings: InspectNewHomeSettings) -> list[Check]:
    """Every service exists and runs nothing: two schedulers would run every query twice."""
    wanted = settings.services
    found = ecs.services([service.name for service in wanted])
    missing = [service.name for service in wanted if service.name not in found]
    awake = [name for name, service in found.items() if service.desired or service.running]
    checks = []
    if missing:
        checks.append(
            Check(
                "services.exist",
                "FAIL",
                f"not in the cluster: {', '.join(missing)}",
                "Deploy the new home, or correct EcsServerService and EcsWorkerServices.",
            )
        )
    if awake:
        checks.append(
            Check(
                "services.asleep",
                "FAIL",
                f"already running: {', '.join(awake)}",
                "Set the desired count of these services to 0; the migration raises it.",
            )
        )
    if not checks:
        checks.append(Check("services.asleep", "PASS", f"{len(wanted)} services at 0 tasks"))
    return checks


def inspect_versions(old: Sequence[str], new: Sequence[str]) -> list[Check]:
    """Redash moves with its version; an upgrade comes afterwards.

    ``old`` are versions as Redash itself tells them, ``new`` images. What can't be told of an image
    (a digest, a tag of one's own) is asked of the running task by ProveNewHome.
    """
    tags = {image.rpartition(":")[2] for image in new if "@" not in image}
    numbers = {tag for tag in tags if re.match(r"v?\d+\.\d+", tag)}
    told = {re.sub(r"^v|(\.b\d+)$", "", tag) for tag in numbers}
    if told and old and told != set(old):
        return [
            Check(
                "services.version",
                "WARN",
                f"Redash {', '.join(sorted(old))} moves to {', '.join(sorted(told))}",
                "Move with the same version first and upgrade afterwards.",
            )
        ]
    if not told or not old:
        return [
            Check(
                "services.version",
                "WARN",
                f"can't be compared: {', '.join(old) or 'unknown'} with {', '.join(sorted(new))}",
                "See that the new home's image holds the old host's version.",
            )
        ]
    return [Check("services.version", "PASS", ", ".join(sorted(old)))]
