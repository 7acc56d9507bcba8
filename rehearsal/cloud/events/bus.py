"""The event bus: events to the functions, queues and log groups whose rules match."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

from rehearsal.cloud.backends import ACCOUNT, backend
from rehearsal.cloud.events.pattern import matches
from rehearsal.cloud.events.target_input import target_input
from rehearsal.cloud.journal import Journal, aws_time, now
from rehearsal.timing import clock

Event = dict[str, Any]
Filter = Callable[[Event], list[Any]]


class EventBus:
    """Delivers to the rules that moto holds, so that disabled and deleted rules stay silent.

    ``filter`` is asked first: it gives the events that arrive instead, each as it is or as
    (delay in seconds, event). So an event can be lost, doubled, late or changed.
    """

    def __init__(
        self, region: str, journal: Journal, invoke: Callable[[str, Any], None], client: Any
    ) -> None:
        self.filter: Filter | None = None
        self._region = region
        self._journal = journal
        self._invoke = invoke
        self._client = client
        self._timers: set[threading.Timer] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def emit(
        self,
        source: str,
        detail_type: str,
        detail: dict[str, Any],
        resources: list[str] | None = None,
        *,
        account: str = ACCOUNT,
        time: str | None = None,
    ) -> str:
        """Put one event on the bus; gives its id. Delivery is asynchronous, as on AWS."""
        event: Event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": detail_type,
            "source": source,
            "account": account,
            "time": time or now()[:-5] + "Z",
            "region": self._region,
            "resources": list(resources or []),
            "detail": detail,
        }
        self.put(event)
        return str(event["id"])

    def put(self, event: Event) -> None:
        """Deliver a whole event envelope, through the filter."""
        arriving = [event] if self.filter is None else self.filter(event)
        self._journal.record(
            "event",
            source=event["source"],
            detail_type=event["detail-type"],
            resources=event.get("resources", []),
            detail=event["detail"],
            deliveries=len(arriving),
        )
        for item in arriving:
            seconds, found = item if isinstance(item, tuple) else (0.0, item)
            if clock().happens("eventbridge.lost"):
                continue
            seconds += clock().seconds("eventbridge.delivery")
            if clock().happens("eventbridge.held_up"):
                seconds += clock().seconds("eventbridge.hold_up")
            if seconds > 0:
                self._later(seconds, found)
            else:
                self._deliver(found)

    def fire(self, rule: Any) -> None:
        """A scheduled rule's time has come."""
        event: Event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": now()[:-5] + "Z",
            "region": self._region,
            "resources": [rule.arn],
            "detail": {},
        }
        self._send(rule, event)

    def rules(self) -> list[Any]:
        """The enabled rules of the default bus, as moto holds them."""
        bus = backend("events", self._region).event_buses["default"]
        return [rule for rule in list(bus.rules.values()) if rule.state == "ENABLED"]

    def stop(self) -> None:
        """Late events don't arrive any more."""
        with self._lock:
            self._stopped = True
            for timer in self._timers:
                timer.cancel()

    def _later(self, seconds: float, event: Event) -> None:
        timer = threading.Timer(seconds, self._deliver, (event,))
        timer.daemon = True
        with self._lock:
            if not self._stopped:
                self._timers.add(timer)
                timer.start()

    def _deliver(self, event: Event) -> None:
        for rule in self.rules():
            pattern = rule.event_pattern.get_pattern()
            if pattern and matches(pattern, event):
                self._send(rule, event)

    def _send(self, rule: Any, event: Event) -> None:
        for target in list(rule.targets):
            arn, payload = str(target["Arn"]), target_input(target, event, rule.arn)
            service = arn.split(":")[2]
            if service == "lambda":
                self._invoke(arn, payload)
            elif service == "sqs":
                queue = backend("sqs", self._region).get_queue(arn.rsplit(":", 1)[1])
                body = json.dumps(payload)
                self._client("sqs").send_message(QueueUrl=queue.url(""), MessageBody=body)
            elif service == "states":
                machine = self._client("stepfunctions")
                machine.start_execution(stateMachineArn=arn, input=json.dumps(payload))
            elif service != "logs":
                self._journal.record("target_not_rehearsed", rule=rule.name, target=arn)


__all__ = ["Event", "EventBus", "aws_time"]
