"""One command on the instance: a shell script that really runs, and what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from rehearsal.timing import clock

STDOUT_LIMIT = 24_000
STDERR_LIMIT = 8_000
"""Characters that GetCommandInvocation returns (AWS Systems Manager User Guide, "Understanding
command statuses")."""

TERMINAL = frozenset({"Success", "Failed", "TimedOut", "Cancelled"})

# Beside the script waits a reader of our pipe: when we die the pipe ends, and the group with it.
_DIES_WITH_OWNER = """\
exec 3<&0
( ( read -r _ <&3 || kill -TERM -$$ ) >/dev/null 2>&1 & )
exec /bin/sh "$1" </dev/null 3<&-
"""


@dataclass(frozen=True, slots=True)
class Script:
    """Lines of a shell script, and how many seconds it may run."""

    lines: list[str]
    seconds: float


@dataclass(slots=True)
class Invocation:
    """A script, and how far it has come; ``changed`` is called at each new status."""

    instance_id: str
    document: str
    parameters: Mapping[str, list[str]]
    comment: str
    changed: Callable[[Invocation], None]
    script: Script
    command_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    requested_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "Pending"
    response_code: int = -1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stdout: str = ""
    stderr: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _cancelled: bool = False
    _lock: Lock = field(default_factory=Lock)

    def start(self, directory: Path, environment: Mapping[str, str]) -> None:
        """Run in a thread; the script is a file in ``directory``."""
        script = directory / f"{self.command_id}.sh"
        script.write_text("\n".join(self.script.lines) + "\n", encoding="utf-8")
        wanted = self.parameters.get("workingDirectory", [""])[0]
        arguments = [script, Path(wanted or directory), environment]
        Thread(target=self._run, args=arguments, daemon=True).start()

    def cancel(self) -> None:
        """End the script; an ended one stays as it is."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                _end_group(self._process)
        if self.status == "Pending":
            self._end("Cancelled", -1)

    def undelivered(self) -> None:
        """The agent has not fetched it in time: ``DeliveryTimedOut``."""
        if self.status == "Pending":
            self._end("TimedOut", -1)

    def _run(self, script: Path, directory: Path, environment: Mapping[str, str]) -> None:
        with self._lock:
            if self._cancelled:
                script.unlink()
                return
            self.started_at = datetime.now(UTC)
            try:
                process = self._process = subprocess.Popen(
                    ["/bin/sh", "-c", _DIES_WITH_OWNER, "sh", str(script)],
                    cwd=directory,
                    env=dict(environment),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                self.stderr = f"failed to run commands: {error}"
                self._end("Failed", 1)
                return
        self._set("InProgress")
        timed_out = self._wait(process)
        script.unlink(missing_ok=True)
        if self._was_cancelled():
            self._end("Cancelled", -1)
        elif timed_out:
            self._end("TimedOut", 137)
        else:
            code = process.returncode
            self._end("Success" if code == 0 else "Failed", code if code >= 0 else 128 - code)

    def _wait(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the time ran out before the script's end."""
        timed_out = False
        watcher = process.stdin
        process.stdin = None  # communicate() would close it, which means: we died
        try:
            out, err = process.communicate(timeout=self.script.seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
            _end_group(process)
            out, err = process.communicate()
        if watcher is not None:
            with contextlib.suppress(BrokenPipeError), watcher:
                watcher.write(b"ended\n")
        self.stdout = out.decode(errors="replace")[:STDOUT_LIMIT]
        self.stderr = err.decode(errors="replace")[:STDERR_LIMIT]
        return timed_out

    def _was_cancelled(self) -> bool:
        return self._cancelled

    def _end(self, status: str, code: int) -> None:
        self.response_code = code
        self.ended_at = datetime.now(UTC)
        clock().wait("run_command.report")
        self._set(status)

    def _set(self, status: str) -> None:
        self.status = status
        self.changed(self)

    def described(self) -> dict[str, Any]:
        """The answer of GetCommandInvocation."""
        started, ended = self.started_at, self.ended_at
        elapsed = (ended - started).total_seconds() if started and ended else None
        late = "ExecutionTimedOut" if started else "DeliveryTimedOut"
        details = {"TimedOut": late, "InProgress": "InProgress"}
        return {
            "CommandId": self.command_id,
            "InstanceId": self.instance_id,
            "Comment": self.comment,
            "DocumentName": self.document,
            "DocumentVersion": "$DEFAULT",
            "PluginName": "aws:runShellScript",
            "ResponseCode": self.response_code,
            "ExecutionStartDateTime": _timestamp(started),
            "ExecutionElapsedTime": f"PT{elapsed:.3f}S" if elapsed is not None else "",
            "ExecutionEndDateTime": _timestamp(ended),
            "Status": self.status,
            "StatusDetails": details.get(self.status, self.status),
            "StandardOutputContent": self.stdout,
            "StandardOutputUrl": "",
            "StandardErrorContent": self.stderr,
            "StandardErrorUrl": "",
        }


def _timestamp(time: datetime | None) -> str:
    return "" if time is None else time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
