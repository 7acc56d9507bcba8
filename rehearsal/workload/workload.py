"""Users and schedules that go on working through the load balancer, whatever happens behind it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

from rehearsal.cloud.journal import DISK_FULL
from rehearsal.workload.availability import Availability
from rehearsal.workload.kinds import KINDS, STORED_LATER
from rehearsal.workload.ledger import Ledger
from rehearsal.workload.notebook import Notebook
from rehearsal.workload.redash_client import RedashClient
from rehearsal.workload.user import User

_PAUSE_WHILE_DOWN = 0.2  # seconds


class WorkloadNotStarted(Exception):
    """Redash did not answer the first questions; the message says which."""


class Workload:
    """``users`` threads that together make about ``rate`` requests a second.

    Every acknowledged write goes into the ledger at ``ledger_path``; a time-out or a 5xx counts as
    unacknowledged. ``kinds`` limits what users do (see kinds.KINDS).
    """

    def __init__(
        self,
        base_url: str,
        ledger_path: Path,
        api_key: str,
        *,
        users: int = 4,
        rate: float = 20.0,
        kinds: Sequence[str] = KINDS,
    ) -> None:
        self.rate = rate
        self._url = base_url
        self._api_key = api_key
        self._kinds = kinds
        self._ledger = Ledger(ledger_path)
        self.availability = Availability(self._ledger)
        self._size = users
        self._notebook = Notebook(self._ledger)
        self._threads: list[Thread] = []
        self.unable: OSError | None = None
        """Why what users wrote can't be noted any more: whoever watches ends the rehearsal."""
        self._stopped = Event()
        self._moving = Event()
        self._moving.set()

    def start(self) -> Workload:
        """Look around, then begin; WorkloadNotStarted if Redash does not answer."""
        client = RedashClient(self._url, self._api_key, self.availability)
        try:
            self._gather(client)
        finally:
            client.close()
        for thread in self._threads:
            thread.start()
        return self

    def _gather(self, client: RedashClient) -> None:
        session = self._ask(client, "/api/session")
        user_id = int(session["user"]["id"])
        real = "version" in session.get("client_config", {})
        kinds = [kind for kind in self._kinds if not (real and kind in STORED_LATER)]
        sources = [source["id"] for source in self._ask(client, "/api/data_sources")]
        listed = self._ask(client, "/api/queries?page_size=100")["results"]
        run = f"{time.time_ns():x}"
        for place in range(self._size):
            user = User(
                f"{run}-{place}",
                RedashClient(self._url, self._api_key, self.availability),
                self._notebook,
                user_id=user_id,
                sources=sources,
                shared=[query["id"] for query in listed[place :: self._size]],
                kinds=kinds,
            )
            self._threads.append(Thread(target=self._work, args=[user], daemon=True))

    def freeze(self) -> None:
        """Let nobody write; ``resume`` takes it back."""
        self._moving.clear()

    def resume(self) -> None:
        """Go on."""
        self._moving.set()

    def stop(self) -> None:
        """Let the requests that run end, and close the ledger; safe to call twice."""
        self._stopped.set()
        self._moving.set()
        for thread in self._threads:
            thread.join(30)
        self._threads.clear()
        self.availability.close()
        self._ledger.close()

    @property
    def acknowledged(self) -> int:
        """Acknowledged writes up to now."""
        return self._notebook.acknowledged

    @property
    def unavailable_seconds(self) -> float:
        """How long users have gone without answers, all together."""
        return self.availability.unavailable_seconds

    def _ask(self, client: RedashClient, path: str) -> Any:
        reply = client.call("GET", path)
        if not reply.acknowledged:
            raise WorkloadNotStarted(f"GET {path} through {self._url} answers {reply.status}")
        return reply.body

    def _work(self, user: User) -> None:
        while not self._stopped.is_set():
            self._moving.wait()
            try:
                user.act()
            except OSError as error:  # the ledger can't be written
                if error.errno not in DISK_FULL:
                    raise
                self.unable = error
                return
            pause = random.expovariate(self.rate / self._size)
            if self.availability.down:
                pause = max(pause, _PAUSE_WHILE_DOWN)
            self._stopped.wait(min(pause, 2.0))
        user.leave()
