"""The new home before anything moves in: complete, closed, and with the same secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from redash_migration.host.inspection import fingerprint
from redash_migration.record import Check
from redash_migration.traffic.actions import target_groups
from redash_migration.traffic.entrance import log_in, other_ways_home, other_ways_in
from redash_migration.traffic.health import described, healthy

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import InspectNewHomeSettings

SECRETS = ("REDASH_SECRET_KEY", "REDASH_COOKIE_SECRET")
"""What Redash encrypts and signs with, by its own names."""


def inspect_replication(dms: Dms, settings: InspectNewHomeSettings) -> list[Check]:
    """The replication instance and both endpoints, as the stack should have made them."""
    checks = []
    instance = dms.instance(settings.replication_instance_arn)
    status = "missing" if instance is None else str(instance.get("ReplicationInstanceStatus"))
    checks.append(
        Check("replication.instance", "PASS", "available")
        if status == "available"
        else Check(
            "replication.instance",
            "FAIL",
            f"the replication instance is {status}",
            "Wait until it is available, or deploy the stack again.",
        )
    )
    endpoints = {
        "source": settings.source_endpoint_arn,
        "target": settings.target_endpoint_arn,
    }
    for side, arn in endpoints.items():
        endpoint = dms.endpoint(arn)
        name = f"replication.{side}_endpoint_settings"
        given: Mapping[str, Any] = (endpoint or {}).get("PostgreSQLSettings", {})
        if endpoint is None:
            checks.append(
                Check(name, "FAIL", "the endpoint does not exist", "Deploy the stack again.")
            )
        elif given.get("MapBooleanAsBoolean") is not True:
            checks.append(
                Check(
                    name,
                    "FAIL",
                    "booleans would arrive as text",
                    "Set MapBooleanAsBoolean to true on this endpoint.",
                )
            )
        elif side == "target" and "session_replication_role" not in str(
            given.get("AfterConnectScript", "")
        ):
            checks.append(
                Check(
                    name,
                    "FAIL",
                    "triggers and foreign keys would fire while changes are applied",
                    "Set AfterConnectScript to SET session_replication_role='replica'.",
                )
            )
        else:
            checks.append(Check(name, "PASS", "as the migration needs it"))
    return checks


def old_targets(balancing: LoadBalancing, settings: InspectNewHomeSettings) -> list[dict[str, Any]]:
    """Where the old Redash answers now, ``{"host", "port"}``: an address, or an instance's id."""
    actions = balancing.actions(settings.listener_arn, settings.listener_rule_arn)
    groups = target_groups(actions)
    targets = balancing.targets(groups[0]) if len(groups) == 1 else []
    return [{"host": target.host, "port": target.port} for target in targets]


def inspect_traffic(balancing: LoadBalancing, settings: InspectNewHomeSettings) -> list[Check]:
    """The listener's present way, and the new target group that nobody may reach yet."""
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    new = settings.target_group_arn
    actions = balancing.actions(listener, rule)
    old = target_groups(actions)
    rules = balancing.rules(listener)
    ways = [*(("", one) for one in rules), *balancing.beside(listener)]
    checks = [
        other_ways_in(rules, new, switched=rule),
        other_ways_home(ways, old, switched=rule),
        log_in(actions, settings.cognito_user_pool_arn),
    ]
    if new in old:
        checks.append(
            Check(
                "traffic.closed",
                "FAIL",
                "users reach the new home already: an empty Redash lets anybody become its admin",
                "Point the listener back to the old target group.",
            )
        )
    elif len(old) != 1:
        checks.append(
            Check(
                "traffic.closed",
                "FAIL",
                f"the listener forwards to {len(old)} target groups, not to one",
                "Give ListenerRuleArn the one rule that forwards to Redash.",
            )
        )
    else:
        checks.append(Check("traffic.closed", "PASS", "nobody reaches the new home"))
        targets = balancing.targets(old[0])
        checks.append(
            Check("traffic.old_home", "PASS", described(targets))
            if healthy(targets)
            else Check(
                "traffic.old_home",
                "WARN",
                f"no healthy target serves users now: {described(targets)}",
                "Look at the old host first; this migration takes its state as it is.",
            )
        )
    group = balancing.target_group(new)
    if group is None:
        checks.append(
            Check(
                "traffic.target_group",
                "FAIL",
                "the new target group does not exist",
                "Give TargetGroupArn the ARN of the new home's target group.",
            )
        )
    elif group.get("TargetType") != "ip" or group.get("HealthCheckPath") != "/ping":
        checks.append(
            Check(
                "traffic.target_group",
                "WARN",
                f"type {group.get('TargetType')}, health check {group.get('HealthCheckPath')}",
                "Redash on Fargate needs type ip; /ping is its health check.",
            )
        )
    elif balancing.target_group_sticky(new):
        checks.append(
            Check(
                "traffic.target_group",
                "WARN",
                "stickiness is on",
                "Turn it off: Redash keeps its sessions in cookies.",
            )
        )
    else:
        checks.append(Check("traffic.target_group", "PASS", "type ip, /ping, not sticky"))
    return checks


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


def new_fingerprints(
    key: str, read: Callable[[str], str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """The new home's secrets as keyed hashes, comparable with the host's."""
    return {name: fingerprint(key, read(arn)) for name, arn in secrets.items()}


SPELLINGS: Mapping[str, Sequence[Callable[[str], str]]] = {
    "by blanks or a line break around it": (str.strip,),
    # Compose 1 keeps an env file's quotes as a part of the value, Compose 2 takes them off.
    "by the quotes around it": (
        lambda value: f'"{value}"',
        lambda value: f"'{value}'",
        lambda value: value.strip("\"'"),
    ),
}
"""How the same secret comes to be written otherwise."""


def respelt(
    key: str, read: Callable[[str], str], secrets: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Each of the new home's secrets spelt otherwise: keyed hash -> how, by name."""
    found: dict[str, dict[str, str]] = {}
    for name, arn in secrets.items():
        value = read(arn)
        found[name] = {
            fingerprint(key, spell(value)): how
            for how, spells in SPELLINGS.items()
            for spell in spells
        }
    return found


def compare_secrets(
    old: Mapping[str, Sequence[str]],
    new: Mapping[str, str],
    others: Mapping[str, Mapping[str, str]],
) -> list[Check]:
    """Whether Redash will find the same secrets; it can't read its data sources otherwise.

    Redash takes REDASH_COOKIE_SECRET where REDASH_SECRET_KEY is not set. ``others`` are the new
    ones spelt otherwise (``respelt``).
    """
    checks = []
    for name in SECRETS:
        check = "secrets." + name.removeprefix("REDASH_").lower()
        before = old.get(name) or (
            old.get("REDASH_COOKIE_SECRET") if name == "REDASH_SECRET_KEY" else None
        )
        if not before:
            checks.append(
                Check(
                    check,
                    "UNKNOWN",
                    f"{name} could not be read on the old host",
                    "Start the server there, so that its environment can be compared.",
                )
            )
        elif set(before) != {new.get(name)}:
            how = others.get(name, {}).get(before[0]) if len(set(before)) == 1 else None
            around = f", {how}" if how else ""
            checks.append(
                Check(
                    check,
                    "FAIL" if name == "REDASH_SECRET_KEY" else "WARN",
                    f"{name} differs between the old host and the new home{around}",
                    f"Store the old host's {name} in the new home's secret.",
                )
            )
        else:
            checks.append(Check(check, "PASS", f"{name} is the same on both sides"))
    return checks
