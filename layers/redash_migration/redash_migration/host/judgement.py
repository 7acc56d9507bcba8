"""Whether this migration can move what the old host runs, and what it has to leave there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.record import Check

FIRST_WITH_RQ = 9
"""Redash queues with RQ from here on; what queued with Celery before is another program."""


def host_checks(host: Mapping[str, Any]) -> list[Check]:
    """The answers that the fact ``host`` holds."""
    return [
        *_containers(host),
        _version(host),
        _database(host),
        _queues(host),
        _paused(host),
        _left_running(host),
    ]


def _containers(host: Mapping[str, Any]) -> Iterable[Check]:
    running = {str(one["role"]) for one in host["containers"] if one["running"]}
    missing = [role for role in ("server", "scheduler", "worker") if role not in running]
    names = ", ".join(f"{one['name']} ({one['role']})" for one in host["containers"])
    if missing:
        yield Check(
            "host.containers",
            "FAIL" if "server" in missing else "WARN",
            f"no {' and no '.join(missing)} runs on the old host; it has {names}",
            "Start them, unless Redash does without: what runs now is what a roll-back starts.",
        )
    else:
        yield Check("host.containers", "PASS", names)


def _version(host: Mapping[str, Any]) -> Check:
    versions = [str(version) for version in host["versions"]]
    majors = {int(version.split(".")[0]) for version in versions if version[:1].isdecimal()}
    if not majors:
        return Check(
            "host.redash_version",
            "UNKNOWN",
            "the server's container does not tell Redash's version",
            "See that redash/__init__.py is in the working directory of its image.",
        )
    if min(majors) < FIRST_WITH_RQ:
        return Check(
            "host.redash_version",
            "FAIL",
            f"Redash {', '.join(versions)} queues with Celery, which this migration can't see",
            "Upgrade the old Redash to 10.1 where it is, then migrate.",
        )
    return Check("host.redash_version", "PASS", ", ".join(versions))


def _database(host: Mapping[str, Any]) -> Check:
    name = "host.database"
    fixed = [one for one in host["fixed"] if one == "wal_level"]
    if host["same_database"] is False:
        return Check(
            name,
            "FAIL",
            "REDASH_DATABASE_URL of the old server names another database than the source's secret",
            "Correct dbname in the source database's secret.",
        )
    if host["same_database"] is None:
        return Check(
            name,
            "UNKNOWN",
            "the old server's environment could not be read",
            "See that its container runs and has python, as every Redash image has.",
        )
    if fixed and host["postgres"].get("wal_level") != "logical":
        return Check(
            name,
            "FAIL",
            "wal_level stands in PostgreSQL's command, which outweighs ALTER SYSTEM",
            "Put -c wal_level=logical there, and bring that container up again.",
        )
    return Check(name, "PASS", "the server uses the database that the secret names")


def _queues(host: Mapping[str, Any]) -> Check:
    if host["queues"] is None:
        return Check(
            "host.queues",
            "WARN",
            "redis does not answer by the old server's own address: queues and paused data sources"
            " can't be seen",
            "Correct REDASH_REDIS_URL there; as it is, nobody waits for running queries.",
        )
    waiting = sum(int(count) for count in host["queues"].values())
    return Check("host.queues", "PASS", f"{len(host['queues'])} queues, {waiting} jobs")


def _paused(host: Mapping[str, Any]) -> Check:
    """Paused data sources live in redis, which starts empty: SmokeTest pauses them there."""
    name = "host.paused_data_sources"
    if host["queues"] is None:
        return Check(
            name,
            "WARN",
            "which data sources are paused can't be seen",
            "Look in Redash; pause them again in the new home.",
        )
    paused = ", ".join(str(number) for number in host["paused"])
    if not paused:
        return Check(name, "PASS", "none")
    return Check(name, "PASS", f"data sources {paused}: the new home pauses them before it works")


def _left_running(host: Mapping[str, Any]) -> Check:
    """What is no part of Redash stays up: it may be one of its data sources."""
    names = [str(one["name"]) for one in host["containers"] if one["role"] == "other"]
    if not names:
        return Check("host.other_containers", "PASS", "none beside Redash's own")
    return Check(
        "host.other_containers",
        "PASS",
        f"left as they are: {', '.join(names)}; where Redash queries one, its port has to be"
        " reachable from the new home",
    )
