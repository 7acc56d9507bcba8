"""What was seen of the new home at work, as checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redash_migration.record import Check

PATIENCE_SECONDS = 60
"""How long jobs and heartbeat may take: the scheduler's own round has half a minute."""

HEARTBEAT_SECONDS = 120.0

FINISHED = 3

ENDED = frozenset({FINISHED, 4, 5})
"""A job's status (redash/serializers: serialize_job)."""

OPERATIONAL = frozenset({"periodic", "emails", "default", "schemas"})
"""Queues of Redash's own, whatever data sources there are (redash/worker.py)."""


@dataclass(slots=True)
class Seen:
    """What was found out up to now. None: not to be seen by this key."""

    jobs: dict[str, int] = field(default_factory=dict)
    served: set[str] | None = None
    heartbeat: float | None = None
    manager: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """A query that Redash took: its job, and the data source."""

    job: str
    source: int


def beats(seen: Seen, now: float) -> bool:
    """Whether the scheduler was seen at work within the last two minutes."""
    return seen.heartbeat is not None and now - seen.heartbeat < HEARTBEAT_SECONDS


def queues_check(seen: Seen, wanted: set[str] | frozenset[str]) -> Check:
    """``live.queues``: each of the wanted queues has a worker."""
    if seen.served is None:
        return Check(
            "live.queues",
            "WARN",
            "which queues have a worker can't be seen with this API key",
            "Give the key of a user of the admin group in RedashApiKeySecretArn.",
        )
    if missing := sorted(wanted - seen.served):
        return Check(
            "live.queues",
            "FAIL",
            f"no worker serves {', '.join(missing)}",
            "See the log of that worker's service; what waits there runs as soon as it does.",
        )
    return Check("live.queues", "PASS", f"{len(wanted)} queues, each with a worker")


def jobs_check(
    seen: Seen,
    sent: Mapping[str, Sent],
    sources: Mapping[str, tuple[int, ...]],
    answering: set[int],
) -> Check:
    """``live.jobs``: what was sent through each queue was taken, and ended as it should."""
    late = [queue for queue in sorted(sent) if queue not in seen.jobs]
    if late:
        return Check(
            "live.jobs",
            "FAIL",
            f"a query through {', '.join(late)} has not run within {PATIENCE_SECONDS} s",
            "See the log of the workers that serve it.",
        )
    worse = [
        f"data source {sent[queue].source} through {queue}"
        for queue, status in sorted(seen.jobs.items())
        if status != FINISHED and sent[queue].source in answering
    ]
    if worse:
        return Check(
            "live.jobs",
            "WARN",
            f"a query failed that should not: {', '.join(worse)}",
            "Run one there yourself, and read its message.",
        )
    if not sources:
        return Check("live.jobs", "WARN", "there is no data source to send a query to", "None.")
    if silent := sorted(set(sources) - set(sent)):
        return Check(
            "live.jobs",
            "WARN",
            f"no data source of {', '.join(silent)} takes a query: those queues were not tried",
            "Run a query there yourself; a driver may be missing in the image.",
        )
    ran = sum(status == FINISHED for status in seen.jobs.values())
    return Check(
        "live.jobs",
        "PASS",
        f"workers took a query through each of {len(sent)} queues; {ran} answered",
    )


def scheduler_check(seen: Seen, now: float) -> Check:
    """``live.scheduler``: its heart beats."""
    if not seen.manager:
        return Check(
            "live.scheduler",
            "WARN",
            "the scheduler's heartbeat can't be seen with this API key",
            "Give the key of a user of the admin group in RedashApiKeySecretArn.",
        )
    if not beats(seen, now):
        said = "none" if seen.heartbeat is None else f"{now - seen.heartbeat:.0f} s old"
        return Check(
            "live.scheduler",
            "FAIL",
            f"the scheduler's heartbeat is {said}: scheduled queries and alerts don't run",
            "See the logs of the scheduler and of the worker that serves periodic.",
        )
    return Check("live.scheduler", "PASS", "queries were looked for by schedule just now")
