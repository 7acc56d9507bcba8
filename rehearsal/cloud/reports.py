"""What moto's repaired parts report while a cloud runs, and what becomes of it."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.events.bus import EventBus
from rehearsal.cloud.journal import Journal
from rehearsal.cloud.lambdas.definition import FunctionDefinition
from rehearsal.cloud.lambdas.runtime import LambdaRuntime
from rehearsal.cloud.mailbox import Mailbox
from rehearsal.cloud.repairs import hooks


class Reports:
    """Takes history, status changes, events and e-mails; connected until ``disconnect``."""

    def __init__(
        self, journal: Journal, bus: EventBus, mailbox: Mailbox, lambdas: LambdaRuntime, client: Any
    ) -> None:
        self._journal = journal
        self._bus = bus
        self._mailbox = mailbox
        self._client = client
        self._failing: set[tuple[str, str]] = set()
        lambdas.undelivered = self._undelivered
        hooks.invoke = lambdas.invoke
        hooks.invoke_asynchronously = lambdas.invoke_asynchronously
        hooks.history = self._history
        hooks.execution_changed = self._execution_changed
        hooks.put_event = self._put_event
        hooks.mail = self._mail

    def disconnect(self) -> None:
        """Nothing is reported any more."""
        for name in hooks.__slots__:
            setattr(hooks, name, None)

    def _history(self, execution: str, event: dict[str, Any], state: str) -> None:
        kind = str(getattr(event["type"], "value", event["type"]))
        fields: dict[str, Any] = {"execution": execution, "state": state, "type": kind}
        for details in event.values():
            if isinstance(details, dict):
                for name in ("error", "cause"):
                    if details.get(name):
                        fields[name] = details[name]
        visit = (execution, state)
        if kind == "TaskScheduled":  # another try
            self._failing.discard(visit)
        if kind.endswith("StateEntered"):
            self._journal.record("state_entered", **fields)
        elif kind.endswith("StateExited"):
            # A failure that the definition catches leaves the state as well.
            caught = {"caught": True} if visit in self._failing else {}
            self._failing.discard(visit)
            self._journal.record("state_exited", **fields, **caught)
        elif "error" in fields:
            self._failing.add(visit)
            self._journal.record("state_failed", **fields)

    def _execution_changed(self, execution: Any) -> None:
        status = str(execution.status)
        detail: dict[str, Any] = {
            "executionArn": execution.execution_arn,
            "stateMachineArn": execution.state_machine_arn,
            "name": execution.name,
            "status": status,
            "startDate": int(execution.start_date.timestamp() * 1000),
            "stopDate": None,
            "input": execution.execution_input,
            "output": None,
        }
        if execution.stop_date is not None:
            detail["stopDate"] = int(execution.stop_date.timestamp() * 1000)
        if status == "SUCCEEDED":
            detail["output"] = json.dumps(execution.output)
        for name in ("error", "cause"):
            if getattr(execution, name):
                detail[name] = getattr(execution, name)
        self._journal.record(
            "execution",
            execution=execution.execution_arn,
            status=status,
            **({"error": detail["error"]} if "error" in detail else {}),
        )
        self._bus.emit(
            "aws.states",
            "Step Functions Execution Status Change",
            detail,
            [execution.execution_arn],
        )

    def _put_event(self, event: dict[str, Any]) -> str:
        return self._bus.emit(
            event["source"], event["detail-type"], event["detail"], event["resources"]
        )

    def _mail(
        self, topic: str, to: str, subject: str, text: str, attributes: dict[str, Any]
    ) -> None:
        self._mailbox.deliver(topic, to, subject, text, attributes)
        self._journal.record("mail", to=to, subject=subject)

    def _undelivered(self, definition: FunctionDefinition, payload: bytes) -> None:
        """An asynchronous invocation that failed for good goes to the dead-letter queue."""
        if not definition.dead_letter_arn:
            return
        queue = self._client("sqs").get_queue_url(
            QueueName=definition.dead_letter_arn.rsplit(":", 1)[1]
        )
        self._client("sqs").send_message(
            QueueUrl=queue["QueueUrl"], MessageBody=payload.decode(errors="replace")
        )
