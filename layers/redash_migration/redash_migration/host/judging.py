"""What the old host runs, judged: can this migration move it, and what has to stay there?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.host.inspection import REDASH
from redash_migration.host.queues import queue_checks
from redash_migration.host.surroundings import surroundings
from redash_migration.record import Check

OF_THE_CLOCK = frozenset({"/etc/localtime", "/etc/timezone"})
"""Mounted for the time zone, which TZ says as well."""

SEVERAL = "several"
"""What host/common.sh calls a container in which a server runs beside a scheduler or workers."""

FIRST_WITH_RQ = 9
"""Redash queues with RQ from here on; what queued with Celery before is another program."""


def host_checks(host: Mapping[str, Any]) -> list[Check]:
    """The answers that the fact ``host`` holds."""
    return [
        *_containers(host),
        _version(host),
        _database(host),
        *queue_checks(host),
        _left_running(host),
        _mounts(host),
        *surroundings(host),
    ]


def _containers(host: Mapping[str, Any]) -> Iterable[Check]:
    running = {str(one["role"]) for one in host["containers"] if one["running"]}
    missing = [role for role in ("server", "scheduler", "worker") if role not in running]
    names = ", ".join(f"{one['name']} ({one['role']})" for one in host["containers"])
    several = [str(one["name"]) for one in host["containers"] if one["role"] == SEVERAL]
    if several:
        yield Check(
            "host.containers",
            "FAIL",
            f"server and scheduler or workers share a container: {', '.join(several)}",
            "Give each role a container of its own: what schedules stops before users are locked"
            " out, and starts after they are back.",
        )
    elif missing:
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
    majors = {int(found[0]) for version in versions if (found := re.match("[0-9]{1,9}", version))}
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
    addresses = {
        one
        for role in REDASH
        for one in host["settings_of"].get(role, {}).get("REDASH_DATABASE_URL", [])
    }
    if len(addresses) > 1:
        return Check(
            name,
            "WARN",
            "the Redash containers of this project have several REDASH_DATABASE_URL: all of them"
            " are stopped, and one database moves",
            "Give each Redash a Compose project of its own; one Redash, one address.",
        )
    return Check(name, "PASS", "the server uses the database that the secret names")


def _mounts(host: Mapping[str, Any]) -> Check:
    """A certificate, a runner of one's own, a module of settings: Fargate has no such directory."""
    found = sorted({str(one) for one in host["mounts"]} - OF_THE_CLOCK)
    if not found:
        return Check("host.mounts", "PASS", "Redash's containers read nothing of the host's disk")
    return Check(
        "host.mounts",
        "WARN",
        f"of the host's own disk, Redash's containers have {', '.join(found)}",
        "Put what Redash needs of it into the new home's image; the migration moves no files.",
    )


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
