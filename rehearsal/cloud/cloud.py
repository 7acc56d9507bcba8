"""The local AWS: one object that starts, deploys, emits, invokes and stops."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rehearsal.cloud import executions
from rehearsal.cloud.backends import ACCOUNT, DEFAULT_REGION, backend
from rehearsal.cloud.chat.slack import SlackCatcher
from rehearsal.cloud.door import ACCESS_KEY, SECRET_KEY
from rehearsal.cloud.events.bus import EventBus
from rehearsal.cloud.events.clock import Clock
from rehearsal.cloud.executions import Execution
from rehearsal.cloud.journal import STOPPED, Journal
from rehearsal.cloud.lambdas.function import Answer
from rehearsal.cloud.lambdas.runtime import LambdaRuntime
from rehearsal.cloud.mailbox import Mailbox
from rehearsal.cloud.observation import Observation
from rehearsal.cloud.repairs import hooks
from rehearsal.cloud.reports import Reports
from rehearsal.cloud.server import AwsServer
from rehearsal.cloud.template.deployer import Deployer
from rehearsal.cloud.template.deployment import Deployment
from rehearsal.cloud.template.resources import CREATORS
from rehearsal.cloud.web.http_api import HttpApi


class Cloud(Observation):
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
        self._ending = ExitStack()
        self.deployment: Deployment | None = None
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.journal = Journal(self.directory / "events.ndjson")

    # --- life -------------------------------------------------------------------------------

    def start(self) -> Cloud:
        """Start the server, the function runtime, mailbox, Slack catcher and clock."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End everything, the last first: clock, executions, processes, ports. Safe twice."""
        self._ending.close()

    def _start(self) -> None:
        self._ending.callback(self.journal.close)
        self.server = AwsServer(self.directory, self._kill)
        self._ending.callback(self.server.stop)
        self._ending.callback(self._close_clients)
        self.endpoint_url = self.server.url
        self.mailbox = Mailbox(self.directory / "mailbox")
        self.slack = SlackCatcher(self.directory / "slack")
        self._ending.callback(self.slack.stop)
        self.lambdas = LambdaRuntime(self.directory, self.endpoint_url, self.region, self.journal)
        self._ending.callback(self.lambdas.stop)
        self.bus = EventBus(
            self.region, self.journal, self.lambdas.invoke_asynchronously, self.client
        )
        self._ending.callback(self.bus.stop)
        reports = Reports(self.journal, self.bus, self.mailbox, self.lambdas, self.client)
        self._ending.callback(reports.disconnect)
        self._ending.callback(self._stop_executions)
        hooks.time_scale = self._time_scale
        self._ending.callback(setattr, hooks, "time_scale", 1.0)
        self.clock = Clock(self.bus, self._time_scale)
        self._ending.callback(self.clock.stop)
        self.clock.start()

    def _close_clients(self) -> None:
        with self._clients_lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

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
        return shared_session(self.region)

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
        deployer = Deployer(self, CREATORS, Path(template).resolve(), parameters or {}, stack_name)
        self.deployment = deployer.deploy()
        self.server.calls.callers |= set(self.deployment.functions)
        self.deployment.write_roles(self.directory / "roles.json")
        roles = {name: self.deployment.statements(name) for name in self.deployment.functions}
        self.server.calls.guard.learn(
            roles, next(iter(self.deployment.state_machines.values()), "")
        )
        return self.deployment

    def add_api(self, api: HttpApi) -> None:
        """An HTTP API that ends with the cloud."""
        self._ending.callback(api.stop)

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

    @property
    def slack_url(self) -> str:
        """The Slack webhook's address."""
        return self.slack.url

    def _deployed(self) -> Deployment:
        if self.deployment is None:
            raise RuntimeError("nothing is deployed; call deploy first")
        return self.deployment

    def _kill(self, instance: str) -> None:
        self.lambdas.kill(instance)

    def _stop_executions(self) -> None:
        from moto.core.utils import utcnow

        for machine in self.backend("stepfunctions").state_machines:
            for execution in machine.executions:
                execution.stop(utcnow(), STOPPED, "the rehearsal ended")


@functools.cache
def shared_session(region: str) -> Any:
    """One session for all clouds of a process: reading the API models is what costs."""
    import boto3.session

    return boto3.session.Session(ACCESS_KEY, SECRET_KEY, region_name=region)
