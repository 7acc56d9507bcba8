"""The way in, as it was inspected: listener, rule, groups, and who stands in the target group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from redash_migration.clock import looks
from redash_migration.record import Check, Record
from redash_migration.traffic.actions import target_groups
from redash_migration.traffic.entrance import ways_home

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import StartTargetSettings
    from redash_migration.settings import Settings

DOOR_FACT = "inspected_door"
"""``{"rule", "target_group", "ways"}``, as they were inspected."""

_VOLATILE = frozenset({"LoadBalancerArns"})
"""Of a target group: which balancers use it; the health rule alone makes one."""

_MENDED = frozenset({"HealthCheckPath", "stickiness.enabled"})
"""What the check of the target group has a word on: judged anew, not compared."""

_RULE = ("Conditions", "Transforms", "Actions")

_AS_INSPECTED = "traffic.as_inspected"

_ALONE = "traffic.targets"

_SETTLING_SECONDS = 4.0


def note_door(record: Record, balancing: LoadBalancing, settings: Settings) -> None:
    """Keep how users come in, and how the new target group is made."""
    record.put_fact(DOOR_FACT, _door(balancing, settings))


def _door(balancing: LoadBalancing, settings: Settings) -> dict[str, Any]:
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    group = settings.target_group_arn
    rules = balancing.rules(listener)
    switched = next(
        (one for one in rules if one["RuleArn"] == rule or (one["IsDefault"] and not rule)), {}
    )
    made = {**(balancing.target_group(group) or {}), **balancing.target_group_attributes(group)}
    old = target_groups(switched.get("Actions", []))
    every = [*(("", one) for one in rules), *balancing.beside(listener)]
    return {
        "rule": {key: in_one_form(switched.get(key, "")) for key in _RULE},
        "target_group": {
            key: in_one_form(value) for key, value in made.items() if key not in _VOLATILE
        },
        "ways": ways_home(every, old, switched=rule),
    }


def as_inspected(
    record: Record, balancing: LoadBalancing, settings: Settings, group: Check
) -> Check:
    """Whether users come in, and the new target group takes them, as it was inspected. ``group`` is
    the present answer of the target group's own check."""
    before, now = record.require_fact(DOOR_FACT), _door(balancing, settings)
    mended = _MENDED if group.status == "PASS" else frozenset()
    said = [f"{name} of the rule" for name in before["rule"] if _other("rule", name, before, now)]
    said += [
        f"{name} of the new target group"
        for name in sorted({*before["target_group"], *now["target_group"]} - mended)
        if _other("target_group", name, before, now)
    ]
    said += [f"a way to the old home, {one}" for one in now["ways"] if one not in before["ways"]]
    if said:
        return Check(
            _AS_INSPECTED,
            "FAIL",
            f"the load balancer is not as it was inspected: {', '.join(said)}"[:2000],
            "Give it back what it had, or start again, so that it is inspected as it is now.",
        )
    return Check(_AS_INSPECTED, "PASS", "rule, ways and target group, as they were inspected")


def _other(part: str, name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return bool(before[part].get(name) != now[part].get(name))


def without_strangers(ecs: Ecs, balancing: LoadBalancing, settings: StartTargetSettings) -> Check:
    """Whether every target to which users would be sent is a task of the server's service.

    A task that comes or goes between two descriptions is no stranger: who is one is so twice.
    """
    server = settings.ecs_server_service.name
    strangers: set[str] = set()
    for number, _ in enumerate(looks(_SETTLING_SECONDS, every=_SETTLING_SECONDS / 2)):
        targets = balancing.targets(settings.target_group_arn)
        ours = {address for task in ecs.serving(server) for address in task.addresses}
        there = {one.host for one in targets if one.state != "draining"} - ours
        strangers = there if number == 0 else strangers & there
        if not strangers:
            return Check(_ALONE, "PASS", f"all targets are tasks of {server}")
    return Check(
        _ALONE,
        "FAIL",
        f"users would be sent to what is no task of {server}: {', '.join(sorted(strangers))}",
        "Take these targets out of the new target group, and find out who put them there.",
    )


def in_one_form(value: Any) -> str:
    """A value of a description as text, however the service orders its lists."""
    return value if isinstance(value, str) else json.dumps(_ordered(value), sort_keys=True)


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _ordered(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return sorted((_ordered(one) for one in value), key=json.dumps)
    return value
