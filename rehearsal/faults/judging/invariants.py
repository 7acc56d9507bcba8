"""What holds after every run, whatever was broken: one side that serves, and enough was written.

That no write is lost is seen in workload/check.py.

``observe`` looks at the two homes and at AWS, ``violations`` judges what was seen, without looking
at anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import psycopg

from rehearsal.old_host.containers import PostgresContainer, RedisContainer

if TYPE_CHECKING:
    from rehearsal.world import World

LEAST_WRITES = 30
"""Fewer acknowledged writes than this prove nothing."""

Mode = Literal["writable", "read-only", "stopped", "empty"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the world stood before the execution began."""

    actions: list[Any]
    rules: int
    services: frozenset[str]
    slots: frozenset[str]

    @classmethod
    def of(cls, world: World) -> Standing:
        """Look now."""
        return cls(_actions(world), _rules(world), _running(world), _slots(world))


@dataclass(frozen=True, slots=True)
class Observed:
    """What is seen at the end."""

    serving: str
    users_served: bool
    old_database: Mode
    new_database: Mode
    old_services: frozenset[str]
    new_tasks: int
    actions: list[Any]
    rules: int
    slots: frozenset[str]
    replication_tasks: tuple[str, ...]
    leftovers: tuple[str, ...]
    lock: str
    acknowledged: int
    before: Standing = field(repr=False)


def observe(world: World, before: Standing, *, users_served: bool, acknowledged: int) -> Observed:
    """Look at everything the judgement needs."""
    tasks = world.cloud.client("dms").describe_replication_tasks()["ReplicationTasks"]
    old = _mode(world, "old")
    return Observed(
        serving=world.serving_side(),
        users_served=users_served,
        old_database=old,
        new_database=_mode(world, "new"),
        old_services=_running(world),
        new_tasks=len(world.ecs.tasks()),
        actions=_actions(world),
        rules=_rules(world),
        slots=_slots(world) if old != "stopped" else frozenset(),
        replication_tasks=tuple(task["ReplicationTaskIdentifier"] for task in tasks),
        leftovers=_leftovers(world) if old != "stopped" else (),
        lock=_lock(world),
        acknowledged=acknowledged,
        before=before,
    )


def violations(seen: Observed, *, serves: str, excused: frozenset[str] = frozenset()) -> list[str]:
    """One line for each invariant that does not hold; ``excused`` ones are left out."""
    found = _everywhere(seen, serves)
    if serves == "old":
        found |= _old_serves(seen)
    elif serves == "new":
        found |= _new_serves(seen)
    return [line for name, line in found.items() if name not in excused]


def _everywhere(seen: Observed, serves: str) -> dict[str, str]:
    found = {}
    if seen.serving != serves:
        found["serving"] = f"the listener sends users to the {seen.serving} side, not {serves}"
    if serves in {"old", "new"} and not seen.users_served:
        found["served"] = "users get no answers in the end"
    if seen.old_database == "writable" and seen.new_tasks:
        found["one-writer"] = f"both sides write: {seen.new_tasks} tasks run on the new one"
    if seen.lock:
        found["lock"] = f"{seen.lock} has not ended"
    if seen.acknowledged < LEAST_WRITES:
        found["workload"] = f"only {seen.acknowledged} writes were acknowledged"
    return found


def _old_serves(seen: Observed) -> dict[str, str]:
    found = {}
    if seen.old_database != "writable":
        found["old-database"] = f"the old database is {seen.old_database}"
    if missing := seen.before.services - seen.old_services:
        found["old-services"] = f"old services that don't run: {', '.join(sorted(missing))}"
    if seen.new_tasks:
        found["new-tasks"] = f"{seen.new_tasks} tasks run on the new side"
    if seen.new_database == "writable":
        found["new-database"] = "the new database still holds Redash's tables"
    if seen.actions != seen.before.actions or seen.rules != seen.before.rules:
        found["listener"] = "the listener's rules are not as before"
    if extra := seen.slots - seen.before.slots:
        found["slots"] = f"replication slots left on the source: {', '.join(sorted(extra))}"
    if seen.replication_tasks:
        found["tasks"] = f"replication tasks left: {', '.join(seen.replication_tasks)}"
    if seen.leftovers:
        found["leftovers"] = f"left on the source: {', '.join(seen.leftovers)}"
    return found


def _new_serves(seen: Observed) -> dict[str, str]:
    found = {}
    if seen.old_database == "writable":
        found["old-database"] = "the old database still takes writes"
    if running := {one for one in seen.old_services if not one.startswith("store ")}:
        found["old-services"] = f"old services still run: {', '.join(sorted(running))}"
    if not seen.new_tasks:
        found["new-tasks"] = "no task runs on the new side"
    if seen.new_database != "writable":
        found["new-database"] = f"the new database is {seen.new_database}"
    return found


def _mode(world: World, side: Literal["old", "new"]) -> Mode:
    """How a session of the application finds its database."""
    address = world.source_database if side == "old" else world.application_target
    try:
        with psycopg.connect(**address.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
            row = session.execute(
                "SELECT current_setting('transaction_read_only'), to_regclass('public.queries')"
            ).fetchone()
    except psycopg.OperationalError:
        return "stopped"
    if row is None or row[1] is None:
        return "empty"
    return "read-only" if row[0] == "on" else "writable"


def _actions(world: World) -> list[Any]:
    listener = world.cloud.client("elbv2").describe_listeners(
        ListenerArns=[world.old_home.listener_arn]
    )["Listeners"][0]
    return list(listener["DefaultActions"])


def _rules(world: World) -> int:
    answer = world.cloud.client("elbv2").describe_rules(ListenerArn=world.old_home.listener_arn)
    return len(answer["Rules"])


def _running(world: World) -> frozenset[str]:
    """Names of what runs; databases and queues, which stay up to the end, marked as stores."""
    return frozenset(
        f"store {one.definition.name}"
        if isinstance(one.container, PostgresContainer | RedisContainer)
        or one.definition.image.startswith("postgres:")
        else one.definition.name
        for one in world.host.services.created()
        if one.container.running
    )


def _slots(world: World) -> frozenset[str]:
    with world.source.connect() as session:
        rows = session.execute("SELECT slot_name FROM pg_replication_slots WHERE NOT temporary")
        return frozenset(str(name) for (name,) in rows)


def _leftovers(world: World) -> tuple[str, ...]:
    """Our schemas and the replication's objects on the source."""
    with world.source.connect(world.source_database.dbname) as session:
        rows = session.execute(
            "SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname LIKE 'redash\\_migration%'"
            " UNION ALL SELECT 'publication ' || pubname FROM pg_publication"
            " UNION ALL SELECT 'relation ' || relname FROM pg_class WHERE relname LIKE 'awsdms%'"
        )
        return tuple(str(name) for (name,) in rows)


def _lock(world: World) -> str:
    """The migration that has not ended, or empty."""
    table = world.deployment.ref("MigrationTable")
    item = world.cloud.client("dynamodb").get_item(
        TableName=table, Key={"pk": {"S": "OWNER"}, "sk": {"S": "OWNER"}}
    )
    owner = item.get("Item", {})
    ended = owner.get("phase", {}).get("S", "ended") == "ended"
    return "" if ended else str(owner["migration_id"]["S"])
