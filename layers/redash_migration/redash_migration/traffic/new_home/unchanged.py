"""What people were shown is what will be served: looked at again before anybody is locked out.

Between the inspection and the write pause lie hours, and people who deploy. Health alone would let
another revision in, another image under the same tag, an address that is no task of ours, a way
past the door. So what was inspected and proven is noted, and the same is asked for once more. What
was mended meanwhile, as a check's remedy had asked for, is no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from redash_migration.errors import CheckFailed
from redash_migration.record import Check, Record
from redash_migration.traffic.new_home.same_door import as_inspected, without_strangers

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import NewHomeSettings, StartTargetSettings

HOME_FACT = "proven_home"
"""``{"services": {name: terms}, "images": {container: digest}}``, as the proof met them; sealed,
for another home would be taken for it otherwise."""

_AS_PROVEN = "services.as_proven"


def note_home(record: Record, ecs: Ecs, settings: NewHomeSettings) -> None:
    """Keep what the services' tasks are made by, as their proof begins."""
    found = ecs.services([service.name for service in settings.services])
    services = {name: dict(one.terms) for name, one in found.items()}
    record.put_sealed_fact(HOME_FACT, {"services": services, "images": {}})


def note_images(record: Record, images: Mapping[str, str]) -> None:
    """Keep which images the proof ran."""
    noted = record.sealed_fact(HOME_FACT)
    if noted is not None:  # else `as_proven` says so
        record.put_sealed_fact(HOME_FACT, {**noted, "images": dict(images)})


def as_proven(record: Record, ecs: Ecs, server: str) -> Check:
    """Whether services and running servers are still what was proven."""
    noted = record.sealed_fact(HOME_FACT)
    if noted is None:
        return Check(
            _AS_PROVEN,
            "FAIL",
            "what was proven of the new home is not in the record as its proof wrote it: its seal"
            " is wrong",
            "Find out who wrote it: docs/security.md tells who could. Then start again.",
        )
    services: Mapping[str, Mapping[str, str]] = noted["services"]
    found = ecs.services(list(services))
    said = [
        f"{name} is gone"
        if name not in found
        else f"{name}: {', '.join(_changed(terms, found[name].terms))}"
        for name, terms in services.items()
        if name not in found or _changed(terms, found[name].terms)
    ]
    for task in ecs.serving(server):
        if task.definition != (was := services.get(server, {}).get("taskDefinition")):
            said.append(f"a task of {server} runs {_short(task.definition)}, not {_short(was)}")
        for name, digest in task.images.items():
            if digest != (proven := noted["images"].get(name, digest)):
                said.append(f"{name} runs the image {digest[:19]}, the proof ran {proven[:19]}")
    if said:
        return Check(
            _AS_PROVEN,
            "FAIL",
            f"the new home is not what was proven: {'; '.join(dict.fromkeys(said))}"[:2000],
            "Start again, so that what runs now is tried before users meet it; deploy nothing to"
            " the new home meanwhile.",
        )
    return Check(_AS_PROVEN, "PASS", f"{len(services)} services, as they were proven")


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names under which two descriptions differ; of a revision, which."""
    return [
        f"{_short(before.get(name))} became {_short(now.get(name))}"
        if name == "taskDefinition"
        else f"other {name}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def _short(arn: str | None) -> str:
    return (arn or "nothing").rpartition("/")[2]


def demand_unchanged(
    record: Record,
    ecs: Ecs,
    balancing: LoadBalancing,
    settings: StartTargetSettings,
    group: Check,
) -> None:
    """CheckFailed, with what is otherwise, where the next state would lead users elsewhere than
    people have agreed to. Nothing is closed yet."""
    checks = [
        as_proven(record, ecs, settings.ecs_server_service.name),
        as_inspected(record, balancing, settings, group),
        without_strangers(ecs, balancing, settings),
    ]
    record.checks.put(*checks)
    if failed := [one for one in checks if one.status != "PASS"]:
        raise CheckFailed(" ".join(f"{one.detail}. {one.remedy}" for one in failed)[:4000])
