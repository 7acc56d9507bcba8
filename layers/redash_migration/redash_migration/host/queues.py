"""The old queues judged: what waits in them, who keeps up, and what is left in them in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.host.answer import answers
from redash_migration.host.commands import DRAIN_SECONDS
from redash_migration.record import Check

BACKLOG = 50
"""Jobs in a queue that tell of workers which do not keep up: each takes less than a second."""


def queue_checks(host: Mapping[str, Any]) -> list[Check]:
    """The answers about queues and redis that the fact ``host`` holds."""
    return [_queues(host), *backlog(host["queues"]), _paused(host)]


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
    (left, *_) = answers(stdout).get("left", [""])
    if left.isdecimal() and not int(left):
        return Check("host.work_ended", "PASS", "what the old workers were at had ended")
    return Check(
        "host.work_ended",
        "WARN",
        f"{left or 'some'} jobs had not ended after {DRAIN_SECONDS} s: what ran then was cut off",
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
