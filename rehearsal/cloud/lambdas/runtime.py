"""Lambda: all functions, their processes, synchronous and asynchronous invocation."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rehearsal.cloud.calls.fault import Fault
from rehearsal.cloud.journal import Journal
from rehearsal.cloud.lambdas.definition import FunctionDefinition
from rehearsal.cloud.lambdas.function import Answer, Function
from rehearsal.cloud.lambdas.instance import Instance
from rehearsal.cloud.lambdas.nursery import Exit, Nursery
from rehearsal.cloud.lambdas.runtime_api import RuntimeApi
from rehearsal.cloud.lambdas.surroundings import environment, order
from rehearsal.cloud.repairs.hooks import hooks

THROTTLED_SECONDS = 1.0
"""How long a throttled asynchronous invocation waits in its queue at first, in AWS's time."""

InvokeFault = Callable[[str, Any], Fault | None]


class LambdaRuntime:
    """Runs functions. Found by logical id, name or ARN."""

    def __init__(self, directory: Path, endpoint_url: str, region: str, journal: Journal) -> None:
        self.fault: InvokeFault | None = None
        self.asynchronous_retry_seconds: tuple[float, ...] = (60.0, 120.0)
        """Pauses before the retries of a failed asynchronous invocation, in AWS's time (Lambda
        guide, "Asynchronous invocation")."""
        self.plain_client = False
        """Whether new processes use the runtime client without compiled parts."""
        self.undelivered: Callable[[FunctionDefinition, bytes], None] | None = None
        self._directory = directory
        self._endpoint_url = endpoint_url
        self._region = region
        self._journal = journal
        self._functions: dict[str, Function] = {}
        self._instances: dict[str, Instance] = {}
        self._stopping = threading.Event()
        self._logs = directory / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._home = directory / "lambda-home"
        self._home.mkdir(exist_ok=True)
        self._api = RuntimeApi(self._instances.get)
        self._nursery = Nursery(self._ended)
        self._asynchronous = ThreadPoolExecutor(32, thread_name_prefix="asynchronous invocation")

    def add(self, definition: FunctionDefinition) -> Function:
        """Make a function known."""
        log = self._logs / f"{definition.logical_id}.log"
        log.touch()
        function = Function(definition, self, log)
        for key in (definition.logical_id, definition.name, definition.arn):
            self._functions[key] = function
        return function

    def __getitem__(self, key: str) -> Function:
        """By logical id, name or ARN (a version or alias behind it is ignored)."""
        if key not in self._functions and key.count(":") > 6:
            key = key.rsplit(":", 1)[0]
        try:
            return self._functions[key]
        except KeyError:
            raise KeyError(f"{key}: no such function is deployed") from None

    def __contains__(self, key: str) -> bool:
        return key in self._functions

    def functions(self) -> list[Function]:
        """Each function once."""
        return list(dict.fromkeys(self._functions.values()))

    def invoke(self, key: str, event: Any, client_context: str = "") -> Answer:
        """Invoke and wait; faults apply."""
        function = self[key]
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        fault = None
        if self.fault is not None:
            fault = self.fault(function.definition.logical_id, json.loads(payload or b"null"))
        answer = function.invoke(payload, client_context, fault)
        if answer.error:
            self._journal.record(
                "invocation_failed",
                function=function.definition.logical_id,
                error=answer.value.get("errorType", "") if answer.body[:1] == b"{" else "",
                message=answer.value.get("errorMessage", "") if answer.body[:1] == b"{" else "",
            )
        return answer

    def invoke_asynchronously(self, key: str, event: Any) -> None:
        """Invoke as EventBridge and SNS do: queued, tried again, then given up.

        A failure of the function is retried as often as the function's configuration says (AWS:
        twice); a throttled invocation goes back to the queue without counting; and an event that
        would be too old by then is given up.
        """
        function = self[key]
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        if not self._stopping.is_set():
            self._asynchronous.submit(self._deliver, function.definition, payload)

    def _deliver(self, definition: FunctionDefinition, payload: bytes) -> None:
        failures, began = 0, time.monotonic()
        while not self._stopping.is_set():
            answer = self.invoke(definition.logical_id, payload)
            if not answer.error:
                return
            pauses = self.asynchronous_retry_seconds
            failures += not answer.throttled
            pause = (
                THROTTLED_SECONDS if answer.throttled else pauses[min(failures, len(pauses)) - 1]
            )
            age = (time.monotonic() - began) * hooks.time_scale + pause
            if failures > definition.asynchronous_retries or age > definition.asynchronous_age:
                self._journal.record("event_given_up", function=definition.logical_id)
                if self.undelivered is not None:
                    self.undelivered(definition, payload)
                return
            self._stopping.wait(pause / hooks.time_scale)

    def start(self, definition: FunctionDefinition, name: str, log: Path) -> Instance:
        """Start a process for a function."""
        instance = Instance(name, self._nursery)
        self._instances[name] = instance
        addresses = (self._api.address, self._endpoint_url)
        variables = environment(definition, name, self._region, addresses, self._home)
        self._nursery.start(name, order(definition, variables, log, self.plain_client))
        return instance

    def kill(self, instance: str) -> None:
        """End one process."""
        found = self._instances.get(instance)
        if found is not None:
            found.kill()

    def stop(self) -> None:
        """End all processes and write down what each function used."""
        self._stopping.set()
        self._nursery.stop()
        self._asynchronous.shutdown(wait=True, cancel_futures=True)
        self._api.stop()
        self._write_usage()

    def _ended(self, name: str, exited: Exit) -> None:
        instance = self._instances.get(name)
        if instance is not None:
            instance.ended(exited)

    def _write_usage(self) -> None:
        report = {}
        for function in self.functions():
            usage = dataclasses.asdict(function.usage)
            for instance in function.instances():
                usage["max_rss_kb"] = max(usage["max_rss_kb"], instance.max_rss_kb)
            usage["memory_mb"] = function.definition.memory
            usage["timeout_seconds"] = function.definition.timeout
            report[function.definition.logical_id] = usage
        text = json.dumps(report, indent=1, sort_keys=True)
        (self._directory / "function-usage.json").write_text(text, encoding="utf-8")
