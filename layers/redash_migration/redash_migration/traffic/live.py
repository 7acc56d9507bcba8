"""LiveCheck: with users and workers on it, is every queue served, and does the scheduler beat?

A server answers well while nothing runs: jobs wait in a queue that nobody serves. So a harmless
query is sent through each queue that data sources use, and its job waited for; what administrators
see of workers and scheduler (/api/admin/queries/rq_status, /status.json; Redash 10.1 to 26.3) is
read until it is as it should be. Messages of a job are not repeated: they may hold contents.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from redash_migration.record import Check
from redash_migration.traffic.administrator import Administrator
from redash_migration.traffic.proof.in_redash.questions import SECONDS, Asker

PATIENCE_SECONDS = 60
"""How long jobs and heartbeat may take: the scheduler's own round has half a minute."""
STATUS_SECONDS = 10.0
"""How often /status.json is asked: it counts whole tables."""
HEARTBEAT_SECONDS = 120.0
HARMLESS = "SELECT 1"
"""No statement at all to a data source that speaks no SQL: its job then fails, but it was taken."""

FINISHED, FAILED, CANCELED = 3, 4, 5
"""A job's status (redash/serializers: serialize_job)."""

OPERATIONAL = frozenset({"periodic", "emails", "default", "schemas"})
"""Queues of Redash's own, whatever data sources there are (redash/worker.py)."""


class LiveAsker(Asker):
    """An asker that may also change things, and that asks what belongs to no organization."""

    def find_organization(self, slugs: Iterable[str]) -> None:
        """Take the path under which the key is known."""
        for prefix in ["", *("/" + urllib.parse.quote(slug) for slug in slugs)]:
            self.prefix = prefix
            if self.get("/api/session")[0] == http.client.OK:
                return
        self.prefix = ""

    def at_root(self, path: str) -> Any:
        """The answer as JSON, or None: these paths have no organization's before them."""
        prefix, self.prefix = self.prefix, ""
        try:
            return self.json(path)[1]
        finally:
            self.prefix = prefix

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """POST or DELETE: (status, the answer as JSON or None)."""
        connection = http.client.HTTPConnection(self._place[0], self._place[1], timeout=SECONDS)
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            connection.request(method, self.prefix + path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text.strip() else None
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()


@dataclass(slots=True)
class Seen:
    """What was found out up to now. None: not to be seen by this key."""

    jobs: dict[str, int] = field(default_factory=dict)
    served: set[str] | None = None
    heartbeat: float | None = None
    manager: bool = True


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
        if not _beats(seen, now()) and now() - asked_status >= STATUS_SECONDS:
            asked_status = now()
            _look_at_scheduler(asker, seen)
        late = [queue for queue in waiting if queue not in seen.jobs]
        if not late and _beats(seen, now()) and not (wanted - (seen.served or set())):
            break
        if now() - began >= PATIENCE_SECONDS:
            break
        sleep(1.0)
    return [
        _queues(seen, wanted),
        _jobs(seen, waiting, who.sources_of_queue, set(answering) & who.sql_sources),
        _scheduler(seen, now()),
    ]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A query that Redash took: its job, and the data source."""

    job: str
    source: int


def _begin(asker: LiveAsker, sources: Iterable[int]) -> _Sent | None:
    """The first of these that takes a query; None where none does."""
    for source in sources:
        body = {"data_source_id": source, "query": HARMLESS, "max_age": 0, "parameters": {}}
        _, answer = asker.send("POST", "/api/query_results", body)
        job = answer.get("job") if isinstance(answer, dict) else None
        if isinstance(job, dict) and job.get("id"):
            return _Sent(str(job["id"]), source)
    return None


def _look_at_jobs(asker: LiveAsker, waiting: Mapping[str, _Sent], seen: Seen) -> None:
    for queue, sent in waiting.items():
        if queue not in seen.jobs:
            _, answer = asker.json(f"/api/jobs/{sent.job}")
            status = answer.get("job", {}).get("status") if isinstance(answer, dict) else None
            if status in {FINISHED, FAILED, CANCELED}:
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


def _beats(seen: Seen, now: float) -> bool:
    return seen.heartbeat is not None and now - seen.heartbeat < HEARTBEAT_SECONDS


def _queues(seen: Seen, wanted: set[str] | frozenset[str]) -> Check:
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


def _jobs(
    seen: Seen,
    sent: Mapping[str, _Sent],
    sources: Mapping[str, tuple[int, ...]],
    answering: set[int],
) -> Check:
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


def _scheduler(seen: Seen, now: float) -> Check:
    if not seen.manager:
        return Check(
            "live.scheduler",
            "WARN",
            "the scheduler's heartbeat can't be seen with this API key",
            "Give the key of a user of the admin group in RedashApiKeySecretArn.",
        )
    if not _beats(seen, now):
        said = "none" if seen.heartbeat is None else f"{now - seen.heartbeat:.0f} s old"
        return Check(
            "live.scheduler",
            "FAIL",
            f"the scheduler's heartbeat is {said}: scheduled queries and alerts don't run",
            "See the logs of the scheduler and of the worker that serves periodic.",
        )
    return Check("live.scheduler", "PASS", "queries were looked for by schedule just now")
