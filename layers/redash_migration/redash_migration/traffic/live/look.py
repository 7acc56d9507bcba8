"""LiveCheck: with users and workers on it, is every queue served, and does the scheduler beat?

A server answers well while nothing runs: jobs wait in a queue that nobody serves. So a harmless
query is sent through each queue that data sources use, and its job waited for; what administrators
see of workers and scheduler (/api/admin/queries/rq_status, /status.json; Redash 10.1 to 26.3) is
read until it is as it should be. Messages of a job are not repeated: they may hold contents.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from redash_migration.record import Check
from redash_migration.traffic.administrator import Administrator
from redash_migration.traffic.live.asker import LiveAsker
from redash_migration.traffic.live.checks import (
    ENDED,
    OPERATIONAL,
    PATIENCE_SECONDS,
    Seen,
    Sent,
    beats,
    jobs_check,
    queues_check,
    scheduler_check,
)

STATUS_SECONDS = 10.0
"""How often /status.json is asked: it counts whole tables."""
HARMLESS = "SELECT 1"
"""No statement at all to a data source that speaks no SQL: its job then fails, but it was taken."""


def look_live(
    host: str,
    port: int,
    who: Administrator,
    answering: Iterable[int] = (),
    *,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Check]:
    """The answers of one server as checks; waits until all is well, PATIENCE_SECONDS at most.

    ``answering`` are data sources that answered from the new network before the switch.
    """
    asker = LiveAsker(host, port, who.api_key)
    if not who.api_key:
        why = "no administrator's API key: queues and scheduler were not looked at"
        return [Check("live.queues", "WARN", why, "Give RedashApiKeySecretArn.")]
    asker.find_organization(who.slugs)
    seen, began = Seen(), now()
    waiting = {
        queue: job
        for queue, sources in sorted(who.sources_of_queue.items())
        if (job := _begin(asker, sources))
    }
    wanted = OPERATIONAL | set(who.queues)
    asked_status = 0.0
    while True:
        _look_at_jobs(asker, waiting, seen)
        if wanted - (seen.served or set()):
            _look_at_workers(asker, seen)
        if not beats(seen, now()) and now() - asked_status >= STATUS_SECONDS:
            asked_status = now()
            _look_at_scheduler(asker, seen)
        late = [queue for queue in waiting if queue not in seen.jobs]
        if not late and beats(seen, now()) and not (wanted - (seen.served or set())):
            break
        if now() - began >= PATIENCE_SECONDS:
            break
        sleep(1.0)
    return [
        queues_check(seen, wanted),
        jobs_check(seen, waiting, who.sources_of_queue, set(answering) & who.sql_sources),
        scheduler_check(seen, now()),
    ]


def _begin(asker: LiveAsker, sources: Iterable[int]) -> Sent | None:
    """The first of these that takes a query; None where none does."""
    for source in sources:
        body = {"data_source_id": source, "query": HARMLESS, "max_age": 0, "parameters": {}}
        _, answer = asker.send("POST", "/api/query_results", body)
        job = answer.get("job") if isinstance(answer, dict) else None
        if isinstance(job, dict) and job.get("id"):
            return Sent(str(job["id"]), source)
    return None


def _look_at_jobs(asker: LiveAsker, waiting: Mapping[str, Sent], seen: Seen) -> None:
    for queue, sent in waiting.items():
        if queue not in seen.jobs:
            _, answer = asker.json(f"/api/jobs/{sent.job}")
            status = answer.get("job", {}).get("status") if isinstance(answer, dict) else None
            if status in ENDED:
                seen.jobs[queue] = int(status)


def _look_at_workers(asker: LiveAsker, seen: Seen) -> None:
    answer = asker.at_root("/api/admin/queries/rq_status")
    workers = answer.get("workers") if isinstance(answer, dict) else None
    if isinstance(workers, list):
        names = (str(one.get("queues") or "").replace(" ", "") for one in workers)
        seen.served = {queue for line in names for queue in line.split(",") if queue}


def _look_at_scheduler(asker: LiveAsker, seen: Seen) -> None:
    answer = asker.at_root("/status.json")
    manager = answer.get("manager") if isinstance(answer, dict) else None
    seen.manager = isinstance(manager, dict)
    try:
        seen.heartbeat = float((manager or {})["last_refresh_at"])
    except (KeyError, TypeError, ValueError):
        seen.heartbeat = None
