"""Each AWS call that a function makes: written down, refused where its role does not allow it,
and broken where a fault says so."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rehearsal.cloud.access.guard import Guard
from rehearsal.cloud.calls.fault import Fault
from rehearsal.cloud.calls.operations import operation_of
from rehearsal.cloud.journal import now
from rehearsal.timing import clock

CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request")
SECRET = re.compile(
    r"(?i)(password|secretstring|secretbinary|token|signature|webhook|message|expressionattributevalues)"
)
"""Names of parameters whose values stay out of the log: an e-mail, for one, holds a signed link."""
LONGEST_VALUE = 300

MEASURED = frozenset({"dynamodb", "secretsmanager", "s3"})
"""Services whose calls have a time of their own; the others are control planes."""

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Call:
    """An AWS call: by which function (logical id), to which service, which action.

    ``params`` holds the call's parameters without secrets; long values are cut. ``instance`` is
    the process of the function that called.
    """

    function: str
    instance: str
    service: str
    action: str
    params: dict[str, Any]


class CallLog:
    """WSGI middleware around moto: writes calls to a file, asks for faults.

    ``callers`` says which access key ids are functions; other callers pass unseen.
    """

    def __init__(self, app: Wsgi, path: Path, kill: Callable[[str], None]) -> None:
        self.fault: Callable[[Call], Fault | None] | None = None
        self.observer: Callable[[Call], None] | None = None
        self.callers: set[str] = set()
        self.guard = Guard()
        self._app = app
        self._kill = kill
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Moto's answer, or the fault's, or that the function's policies don't allow the call."""
        found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if found is None or found[1] not in self.callers:
            return self._app(environ, start_response)
        function, _, service = found.groups()
        action, params = operation_of(service, environ)
        instance = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
        call = Call(function, instance, service, action, without_secrets(params))
        if self.observer is not None:
            self.observer(call)
        clock().wait(f"api.{service if service in MEASURED else 'other'}")
        if (denied := self.guard.refusal(function, service, action, params)) is not None:
            self._write(call, denied.status, denied.code)
            return refuse(denied, environ, service, start_response)
        fault = self.fault(call) if self.fault is not None else None
        if fault is not None:
            if fault.kind == "error":
                self._write(call, fault.status, fault.code)
                return refuse(fault, environ, service, start_response)
            if fault.kind == "kill":
                self._write(call, 0, "killed before the call")
                self._kill(instance)
                return refuse(fault, environ, service, start_response)
        status = [0]

        def note(line: str, headers: Any, exc_info: Any = None) -> Any:
            status[0] = int(line.split(maxsplit=1)[0])
            return start_response(line, headers, exc_info)

        answer = self._app(environ, note)
        if fault is not None and fault.kind == "kill_after":
            self._kill(instance)
        self._write(call, status[0], "")
        return answer

    def _write(self, call: Call, status: int, error: str) -> None:
        record = {
            "at": now(),
            "function": call.function,
            "service": call.service,
            "action": call.action,
            "params": call.params,
            "status": status,
        }
        if error:
            record["error"] = error
        line = json.dumps(record, ensure_ascii=False, default=str)
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
                self._file.flush()

    def close(self) -> None:
        """No more lines."""
        with self._lock:
            self._file.close()


def without_secrets(value: Any, name: str = "") -> Any:
    """A copy in which secret values are masked and long ones cut."""
    if SECRET.search(name) and not name.lower().endswith(("id", "arn")):
        return "***"
    if isinstance(value, dict):
        return {key: without_secrets(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner, name) for inner in value]
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[:LONGEST_VALUE]}... ({len(value)} characters)"
    return value


def refuse(fault: Fault, environ: Environ, service: str, start_response: Any) -> Iterable[bytes]:
    """The error in the form in which the service's clients expect it."""
    code, message = fault.code or "ServiceUnavailable", fault.message or "made to fail"
    reasons = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
    line = f"{fault.status} {reasons.get(fault.status, 'Error')}"
    kind = "application/xml"
    if service == "s3":
        body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    elif "HTTP_X_AMZ_TARGET" in environ or service in {"lambda", "scheduler", "apigateway"}:
        kind = "application/x-amz-json-1.1"
        body = json.dumps({"__type": code, "message": message})
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
        )
    data = body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(data)))]
    start_response(line, [*headers, ("x-amzn-errortype", code)])
    return [data]
