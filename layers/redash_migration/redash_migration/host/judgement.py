"""Whether this migration can move what the old host runs, and what it has to leave there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.host.answer import answers
from redash_migration.host.commands import DRAIN_SECONDS
from redash_migration.host.inspection import REDASH
from redash_migration.host.surroundings import surroundings
from redash_migration.record import Check

OF_THE_CLOCK = frozenset({"/etc/localtime", "/etc/timezone"})
"""Mounted for the time zone, which TZ says as well."""

BACKLOG = 50
"""Jobs in a queue that tell of workers which do not keep up: each takes less than a second."""

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
        _queues(host),
        *backlog(host["queues"]),
        _paused(host),
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
    return Check(
        "host.queues",
        "PASS",
        f"{len(host['queues'])} queues, {waiting} jobs; work that runs then has {DRAIN_SECONDS} s"
        " to end before users are locked out",
    )


def backlog(queues: Mapping[str, int] | None) -> Iterable[Check]:
    """With users at work a queue is never empty for long; one that grows never will be."""
    behind = [
        f"{name} ({count})"
        for name, count in sorted((queues or {}).items())
        if int(count) > BACKLOG
    ]
    if behind:
        yield Check(
            "host.backlog",
            "WARN",
            f"jobs wait in {', '.join(behind)}: its workers do not keep up. What they have not done"
            " three seconds after the servers have stopped stays in the old redis",
            "Let the queue run empty first: more workers (WORKERS_COUNT), or a quiet hour.",
        )
    elif queues is not None:
        yield Check("host.backlog", "PASS", "the workers keep up with their queues")


def cut_off(stdout: str) -> Check:
    """What DrainQueues' answer says of work that had not ended when users were locked out."""
    left = int(answers(stdout)["left"][0])
    if not left:
        return Check("host.work_ended", "PASS", "what the old workers were at had ended")
    return Check(
        "host.work_ended",
        "WARN",
        f"{left} jobs had not ended after {DRAIN_SECONDS} s: what ran then was cut off",
        "Nothing of them was stored; queries run again by their schedule or the next click.",
    )


def what_stays(stdout: str) -> Check:
    """What StopServices' answer says of jobs that no worker of the old home will ever take."""
    counts = [line.rpartition(" ") for line in answers(stdout).get("stays", [])]
    jobs = {name: int(count) for name, _, count in counts if count.isdecimal()}
    if "all" not in jobs:
        return Check(
            "host.jobs_left",
            "WARN",
            "what was left in the old queues can't be seen: redis did not answer the workers",
            "Look there by hand; a return finds them again.",
        )
    if not jobs["all"]:
        return Check("host.jobs_left", "PASS", "none: the old queues were empty in the end")
    named = ", ".join(f"{name} ({count})" for name, count in sorted(jobs.items()) if name != "all")
    return Check(
        "host.jobs_left",
        "WARN",
        f"{jobs['all']} jobs stay in the old queues: {named or 'of no name'}",
        "record_event is a line of the audit log, which the new home then lacks; an alert is looked"
        " at again when its query runs next. A return finds them all.",
    )


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
