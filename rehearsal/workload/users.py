"""Users: each a thread that makes, edits, runs and archives queries of its own."""

from __future__ import annotations

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.workload.http import Client, Refused, Unanswered
from rehearsal.workload.ledger import Ledger

KEPT_QUERIES = 6
"""How many live queries a user has at a time."""


@dataclass
class Availability:
    """When Redash last answered, and the longest time it did not."""

    last_answer: float = field(default_factory=time.monotonic)
    longest_gap: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self) -> None:
        """Redash answered a write."""
        with self.lock:
            moment = time.monotonic()
            self.longest_gap = max(self.longest_gap, moment - self.last_answer)
            self.last_answer = moment


class Workload:
    """Several users writing through one address until they are stopped.

    ``pause_seconds`` lies between two writes of a user. Writes go on through the pause, where
    they are refused, and on the new side after it.
    """

    def __init__(
        self,
        base_url: str,
        ledger_path: Path,
        api_key: str,
        *,
        users: int = 3,
        pause_seconds: float = 0.05,
        seed: int = 1,
    ) -> None:
        self.ledger = Ledger(ledger_path)
        self.availability = Availability()
        self._stopping = threading.Event()
        self._pause = pause_seconds
        self._client = Client(base_url, api_key)
        self._threads = [
            threading.Thread(
                target=self._run, args=(random.Random(seed + number),), name=f"user-{number}"
            )
            for number in range(users)
        ]

    @property
    def acknowledged(self) -> int:
        """Writes acknowledged so far."""
        return self.ledger.acknowledged

    def start(self) -> Workload:
        """Let the users begin."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End after the requests that are under way; safe to call twice."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self.ledger.close()

    def _run(self, chance: random.Random) -> None:
        user = User(self._client, self.ledger, chance)
        while not self._stopping.is_set():
            try:
                user.act()
                self.availability.answered()
            except (Refused, Unanswered):
                self._stopping.wait(0.2)
            self._stopping.wait(self._pause)


class User:
    """One user's queries, and what to do with them next."""

    def __init__(self, client: Client, ledger: Ledger, chance: random.Random) -> None:
        self._client = client
        self._ledger = ledger
        self._chance = chance
        self._queries: list[int] = []
        self._sources: list[int] = []

    def act(self) -> None:
        """One write; Refused or Unanswered when it was not acknowledged."""
        if len(self._queries) < 2:
            self._create()
            return
        action = self._chance.choices(
            [self._event, self._execute, self._edit, self._create, self._archive],
            [40, 30, 15, 10, 5],
        )[0]
        action()

    def _write(
        self, kind: str, table: str, key: str, values: dict[str, Any], call: tuple[str, str, Any]
    ) -> tuple[Any, Any]:
        """Send a write between its two ledger entries; (entry, answer)."""
        entry = self._ledger.sent(kind, table, key, values)
        try:
            return entry, self._client.call(*call)
        except Refused:
            self._ledger.refused(entry)
            raise

    def _event(self) -> None:
        marker = f"workload-{uuid.uuid4()}"
        body = {"action": "view", "object_type": "query", "object_id": marker, "画面": "一覧"}
        entry, _ = self._write(
            "event", "events", marker, {"action": "view"}, ("POST", "/api/events", body)
        )
        self._ledger.acknowledged_write(entry)

    def _create(self) -> None:
        name = f"集計 {uuid.uuid4().hex[:12]}"
        text = f"SELECT '{name}' AS 名前"
        body = {"name": name, "query": text, "data_source_id": self._source(), "options": {}}
        entry, answer = self._write(
            "create", "queries", "", {"name": name, "query": text}, ("POST", "/api/queries", body)
        )
        self._ledger.acknowledged_write(entry, key=str(answer["id"]))
        self._queries.append(int(answer["id"]))

    def _edit(self) -> None:
        number = self._chance.choice(self._queries)
        name = f"編集 {uuid.uuid4().hex[:12]}"
        entry, _ = self._write(
            "edit",
            "queries",
            str(number),
            {"name": name},
            ("POST", f"/api/queries/{number}", {"name": name}),
        )
        self._ledger.acknowledged_write(entry)

    def _execute(self) -> None:
        number = self._chance.choice(self._queries)
        text = f"SELECT '{uuid.uuid4().hex}' AS 実行"
        body = {
            "data_source_id": self._source(),
            "query": text,
            "query_id": number,
            "max_age": 0,
            "parameters": {},
        }
        entry, answer = self._write(
            "execute",
            "query_results",
            "",
            {"query": text, "_query": str(number)},
            ("POST", "/api/query_results", body),
        )
        result = self._finished(answer["job"])
        self._ledger.acknowledged_write(entry, key=str(result))

    def _archive(self) -> None:
        if len(self._queries) <= KEPT_QUERIES:
            return
        number = self._queries.pop(0)
        entry, _ = self._write(
            "archive",
            "queries",
            str(number),
            {"is_archived": True},
            ("DELETE", f"/api/queries/{number}", None),
        )
        self._ledger.acknowledged_write(entry)

    def _finished(self, job: dict[str, Any]) -> int:
        """The result's id, when the job has ended well."""
        for _ in range(100):
            if job["status"] == 3:
                return int(job.get("query_result_id") or job["result_id"])
            if job["status"] == 4:
                raise Unanswered("the job failed")
            time.sleep(0.1)
            job = self._client.call("GET", f"/api/jobs/{job['id']}")["job"]
        raise Unanswered("the job did not end")

    def _source(self) -> int:
        if not self._sources:
            listed = self._client.call("GET", "/api/data_sources")
            self._sources = [int(source["id"]) for source in listed]
        return self._chance.choice(self._sources)
