"""One run of a task, from a start to a stop or a failure, in a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
import time
from datetime import UTC, datetime

import psycopg

from rehearsal.dms import events
from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.run.beginning import begin, forget
from rehearsal.dms.run.disturbance import Disturbance
from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.run.follower import Follower
from rehearsal.dms.run.mending import Mending
from rehearsal.dms.run.outage import Outage
from rehearsal.dms.run.validation import Validator
from rehearsal.dms.surroundings import Surroundings
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.task import ReplicationTask
from rehearsal.timing import clock

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
_HALT_SECONDS = 60.0

_FLAGS = {
    "start-replication": "fresh start",
    "resume-processing": "resume",
    "reload-target": "reload target",
}


class Run:
    """Loads and follows until it is asked to stop, stops by itself, or fails."""

    def __init__(
        self,
        task: ReplicationTask,
        kind: str,
        surroundings: Surroundings,
        disturbance: Disturbance,
    ) -> None:
        self._task = task
        self._kind = kind
        self._surroundings = surroundings
        self._disturbance = disturbance
        self._asked = threading.Event()
        self._abandoned = False
        self._abandoning = threading.Event()
        self._reloads: queue.SimpleQueue[tuple[list[TableName], str]] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._run, name=f"dms-{task.identifier}", daemon=True)

    def ask_to_stop(self) -> None:
        """Stop at the next look."""
        self._asked.set()

    def ask_to_reload(self, names: list[TableName], option: str) -> None:
        """Load these tables again, or only validate them again, at the next look."""
        self._reloads.put((names, option))

    def abandon(self) -> None:
        """End without touching anything more: the rehearsal is over."""
        self._abandoned = True
        self._abandoning.set()
        self._asked.set()

    def _run(self) -> None:
        try:
            reason = self._load_and_follow()
        except TaskFailure as failure:
            self._failed(failure)
        except psycopg.Error as error:
            text = " ".join(str(error).split())
            recoverable = isinstance(error, psycopg.OperationalError)
            self._failed(TaskFailure(f"{text}.", recoverable=recoverable))
        except Exception as error:
            log.exception("replication task %s", self._task.identifier)
            self._failed(TaskFailure(f"{type(error).__name__}: {error}."))
        else:
            if not self._abandoned:
                self._stopped(reason)

    def _load_and_follow(self) -> str:
        starting = self._disturbance.start_delay_seconds + clock().seconds("dms.start")
        if self._asked.wait(starting):
            return "NORMAL"
        surroundings, task = self._surroundings, self._task
        source, target = surroundings.databases(task)
        engine = begin(task, self._kind, source, target, surroundings.after_connect_script(task))
        with task.lock:
            task.status = "running"
        self._announce(
            events.STARTED, f"Replication task started, with flag = {_FLAGS[self._kind]}"
        )
        outage = Outage(self._task.settings, self._surroundings.retry_interval_seconds)
        follower = self._follower(engine)
        validator = Validator(self._task, engine)
        if self._task.settings.validation:
            validator.start()
        try:
            reason = self._follow(follower, outage)
            validator.stop()
            if not self._abandoned:
                follower.hurry()
                self._halt(engine)
                self._last_look(follower)
                if reason == "FULL_LOAD_ONLY_FINISHED":
                    forget(task, source, target)
        finally:
            validator.stop()
            follower.close()
        return reason

    def _follower(self, engine: Engine) -> Follower:
        surroundings = self._surroundings
        return Follower(
            self._task,
            engine,
            self._disturbance,
            mending=Mending(self._task, engine, surroundings.server_log(engine.target)),
            metrics=surroundings.metrics(self._task),
            heartbeat_seconds=surroundings.heartbeat_seconds(self._task),
        )

    def _follow(self, follower: Follower, outage: Outage) -> str:
        while not self._asked.wait(POLL_SECONDS):
            try:
                while not self._reloads.empty():
                    follower.reload(*self._reloads.get())
                reason = follower.look()
            except psycopg.OperationalError as error:
                outage.failed(error)
                continue
            outage.over()
            if reason:
                return reason
        return "NORMAL"

    def _halt(self, engine: Engine) -> None:
        """Disable the subscription and wait for its workers; the slot stays."""
        with self._task.lock:
            self._task.status = "stopping"
        time.sleep(self._disturbance.stop_delay_seconds)
        # Stopping takes its time whoever asked for it; until its end changes are still applied.
        clock().wait_long("dms.stop", self._abandoning)
        deadline = time.monotonic() + _HALT_SECONDS
        while True:
            try:
                engine.disable()
                if self._disturbance.apply_paused.is_set():
                    engine.end_workers()
                while engine.workers() and time.monotonic() < deadline:
                    time.sleep(0.05)
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._abandoned:
                    raise
                time.sleep(0.5)

    def _last_look(self, follower: Follower) -> None:
        try:
            follower.count()
        except psycopg.OperationalError as error:
            log.info("replication task %s: %s", self._task.identifier, error)

    def _stopped(self, reason: str) -> None:
        task = self._task
        with task.lock:
            task.stop_reason = f"Stop Reason {reason}"
            task.last_failure = ""
            task.dates.stop = datetime.now(UTC)
            task.status = "stopped"
        by_hand = reason == "NORMAL"
        self._announce(events.STOPPED, "Replication task stopped" if by_hand else task.stop_reason)

    def _failed(self, failure: TaskFailure) -> None:
        if self._abandoned:
            return
        task = self._task
        still = self._hold_still()
        with task.lock:
            task.stop_reason = failure.stop_reason
            task.last_failure = failure.last_failure_message
            task.dates.stop = datetime.now(UTC)
            task.status = "failed"
        self._announce(events.FAILED, task.last_failure)
        while not still and task.status == "failed" and not self._asked.wait(0.5):
            still = self._hold_still()

    def _hold_still(self) -> bool:
        """A failed task applies nothing more, not even when its databases come back."""
        if self._task.names is None:
            return True
        try:
            source, target = self._surroundings.databases(self._task)
            Engine(source, target, self._task.names).disable()
        except psycopg.errors.UndefinedObject:
            return True
        except Exception as error:  # the target may be the very thing that failed
            log.info("replication task %s: %s", self._task.identifier, error)
            return False
        return True

    def _announce(self, kind: str, message: str) -> None:
        self._surroundings.announce(self._task, kind, message)
