"""The local AWS: one object that starts, deploys, emits, invokes and stops."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rehearsal.cloud import executions
from rehearsal.cloud.backends import ACCOUNT, DEFAULT_REGION, backend
from rehearsal.cloud.calls import Call
from rehearsal.cloud.events.bus import EventBus, Filter
from rehearsal.cloud.events.clock import Clock
from rehearsal.cloud.executions import Execution
from rehearsal.cloud.fault import Fault
from rehearsal.cloud.http_api import HttpApi
from rehearsal.cloud.journal import Journal, Listener, Record, aws_time
from rehearsal.cloud.lambdas.definition import FunctionDefinition
from rehearsal.cloud.lambdas.function import Answer
from rehearsal.cloud.lambdas.runtime import LambdaRuntime
from rehearsal.cloud.mailbox import Mailbox
from rehearsal.cloud.server import AwsServer
from rehearsal.cloud.slack import SlackCatcher
from rehearsal.cloud.template.deployment import Deployer, Deployment


class Cloud:
    """AWS on this machine; see the package's docstring for the whole interface."""

    def __init__(
        self, directory: Path, region: str = DEFAULT_REGION, time_scale: float = 1.0
    ) -> None:
        self.directory = directory.resolve()
        self.region = region
        self.account = ACCOUNT
        self._time_scale = time_scale
        self._clients: dict[str, Any] = {}
        self._clients_lock = threading.Lock()
        self._apis: list[HttpApi] = []
        self._started = False
        self.deployment: Deployment | None = None
        self.directory.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(self.directory / "events.ndjson")

    # --- life -------------------------------------------------------------------------------

    def start(self) -> Cloud:
        """Start the server, the function runtime, mailbox, Slack catcher and clock."""
        from rehearsal.cloud.repairs import hooks

        self.server = AwsServer(self.directory, self._kill)
        self.endpoint_url = self.server.url
        self.lambdas = LambdaRuntime(self.directory, self.endpoint_url, self.region, self.journal)
        self.lambdas.undelivered = self._undelivered
        self.mailbox = Mailbox(self.directory / "mailbox")
        self.slack = SlackCatcher(self.directory / "slack")
        self.bus = EventBus(
            self.region, self.journal, self.lambdas.invoke_asynchronously, self.client
        )
        self.clock = Clock(self.bus, self._time_scale)
        hooks.invoke = self.lambdas.invoke
        hooks.invoke_asynchronously = self.lambdas.invoke_asynchronously
        hooks.history = self._history
        hooks.execution_changed = self._execution_changed
        hooks.put_event = self._put_event
        hooks.mail = self._mail
        self.clock.start()
        self._started = True
        return self

    def stop(self) -> None:
        """End everything: executions, processes, ports. Safe to call twice."""
        from rehearsal.cloud.repairs import hooks

        if not self._started:
            return
        self._started = False
        self.clock.stop()
        self.bus.stop()
        self._stop_executions()
        self.lambdas.stop()
        for api in self._apis:
            api.stop()
        self.slack.stop()
        for name in hooks.__slots__:
            setattr(hooks, name, None)
        with self._clients_lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
        self.server.stop()
        self.journal.close()

    def __enter__(self) -> Cloud:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- AWS --------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS, one per service, safe in threads."""
        with self._clients_lock:
            if service not in self._clients:
                self._clients[service] = self.session().client(
                    service, endpoint_url=self.endpoint_url, region_name=self.region
                )
            return self._clients[service]

    def session(self) -> Any:
        """A boto3 session with the rehearsal's credentials; no profile of the user is read."""
        import boto3.session

        return boto3.session.Session("rehearsal", "rehearsal", region_name=self.region)

    def backend(self, service: str) -> Any:
        """moto's in-process backend of a service."""
        return backend(service, self.region)

    def deploy(
        self,
        template: Path,
        parameters: Mapping[str, Any] | None = None,
        stack_name: str = "redash-migration",
    ) -> Deployment:
        """Deploy a template; TemplateError names what can't be deployed."""
        deployer = Deployer(self, Path(template).resolve(), parameters or {}, stack_name)
        self.deployment = deployer.deploy()
        self.server.calls.callers |= set(self.deployment.functions)
        self.deployment.write_roles(self.directory / "roles.json")
        return self.deployment

    def add_api(self, api: HttpApi) -> None:
        """An HTTP API that ends with the cloud."""
        self._apis.append(api)

    # --- functions ----------------------------------------------------------------------------

    def invoke(self, function: str, event: Any) -> Answer:
        """Invoke by logical id, name or ARN, and wait. ``.value`` is the answer, ``.error`` its
        kind of failure ("" or "Unhandled").
        """
        return self.lambdas.invoke(function, event)

    def warm(self, *functions: str) -> None:
        """Start a process for each function (all, if none is named) before it is needed."""
        for function in functions or tuple(self._deployed().functions):
            self.lambdas[function].warm()

    # --- events -------------------------------------------------------------------------------

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
        """Put an EventBridge event on the default bus; gives its id."""
        return self.bus.emit(source, detail_type, detail, resources, account=account, time=time)

    # --- executions ---------------------------------------------------------------------------

    def start_execution(
        self, input: Mapping[str, Any] | None = None, name: str | None = None
    ) -> str:
        """Start the deployed state machine; gives the execution's ARN."""
        arguments = {"name": name} if name else {}
        answer = self.client("stepfunctions").start_execution(
            stateMachineArn=self._deployed().state_machine_arn,
            input=json.dumps(dict(input or {}), ensure_ascii=False),
            **arguments,
        )
        return str(answer["executionArn"])

    def execution(self, arn: str) -> Execution:
        """An execution as it is now: status, history, output."""
        return executions.look(self.client("stepfunctions"), arn)

    def wait_for_execution(self, arn: str, timeout: float = 120.0) -> Execution:
        """An execution at its end; TimeoutError where it does not end in time."""
        return executions.wait(self.client("stepfunctions"), arn, timeout)

    # --- watching and breaking ------------------------------------------------------------------

    @property
    def listeners(self) -> list[Listener]:
        """Called with every record of events.ndjson."""
        return self.journal.listeners

    def record_event(self, kind: str, **fields: Any) -> Record:
        """Write a record into events.ndjson and tell the listeners."""
        return self.journal.record(kind, **fields)

    @property
    def event_filter(self) -> Filter | None:
        """event -> the events that arrive instead, each plain or as (delay in seconds, event)."""
        return self.bus.filter

    @event_filter.setter
    def event_filter(self, found: Filter | None) -> None:
        self.bus.filter = found

    @property
    def call_observer(self) -> Callable[[Call], None] | None:
        """Sees each AWS call of a function before it is carried out."""
        return self.server.calls.observer

    @call_observer.setter
    def call_observer(self, found: Callable[[Call], None] | None) -> None:
        self.server.calls.observer = found

    @property
    def call_fault(self) -> Callable[[Call], Fault | None] | None:
        """Says what to do to an AWS call of a function."""
        return self.server.calls.fault

    @call_fault.setter
    def call_fault(self, found: Callable[[Call], Fault | None] | None) -> None:
        self.server.calls.fault = found

    @property
    def invoke_fault(self) -> Callable[[str, Any], Fault | None] | None:
        """Says what to do to an invocation: (function's logical id, event) -> Fault."""
        return self.lambdas.fault

    @invoke_fault.setter
    def invoke_fault(self, found: Callable[[str, Any], Fault | None] | None) -> None:
        self.lambdas.fault = found

    @property
    def slack_url(self) -> str:
        """The Slack webhook's address."""
        return self.slack.url

    # --- what moto reports --------------------------------------------------------------------

    def _deployed(self) -> Deployment:
        if self.deployment is None:
            raise RuntimeError("nothing is deployed; call deploy first")
        return self.deployment

    def _kill(self, instance: str) -> None:
        self.lambdas.kill(instance)

    def _history(self, execution: str, event: dict[str, Any], state: str) -> None:
        kind = str(getattr(event["type"], "value", event["type"]))
        fields: dict[str, Any] = {"execution": execution, "state": state, "type": kind}
        for details in event.values():
            if isinstance(details, dict):
                for name in ("error", "cause"):
                    if details.get(name):
                        fields[name] = details[name]
        if kind.endswith("StateEntered"):
            self.journal.record("state_entered", **fields)
        elif kind.endswith("StateExited"):
            self.journal.record("state_exited", **fields)
        elif "error" in fields:
            self.journal.record("state_failed", **fields)

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
        self.journal.record(
            "execution",
            execution=execution.execution_arn,
            status=status,
            **({"error": detail["error"]} if "error" in detail else {}),
        )
        self.emit(
            "aws.states",
            "Step Functions Execution Status Change",
            detail,
            [execution.execution_arn],
        )

    def _put_event(self, event: dict[str, Any]) -> str:
        return self.emit(event["source"], event["detail-type"], event["detail"], event["resources"])

    def _mail(
        self, topic: str, to: str, subject: str, text: str, attributes: dict[str, Any]
    ) -> None:
        self.mailbox.deliver(topic, to, subject, text, attributes)
        self.journal.record("mail", to=to, subject=subject)

    def _undelivered(self, definition: FunctionDefinition, payload: bytes) -> None:
        """An asynchronous invocation that failed for good goes to the dead-letter queue."""
        if not definition.dead_letter_arn:
            return
        queue = self.client("sqs").get_queue_url(
            QueueName=definition.dead_letter_arn.rsplit(":", 1)[1]
        )
        self.client("sqs").send_message(
            QueueUrl=queue["QueueUrl"], MessageBody=payload.decode(errors="replace")
        )

    def _stop_executions(self) -> None:
        from moto.core.utils import utcnow

        for machine in self.backend("stepfunctions").state_machines:
            for execution in machine.executions:
                execution.stop(utcnow(), "Rehearsal.Stopped", "the rehearsal ended")


__all__ = ["Cloud", "aws_time"]
