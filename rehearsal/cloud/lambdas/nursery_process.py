"""The process that all function instances are forked from, started once per rehearsal.

It imports what every handler needs (the runtime interface client's surroundings, boto3) and then
forks one child per instance: a cold start costs a few milliseconds instead of a second of
imports. The child is then what Lambda starts: its own environment, working directory and module
path, and awslambdaric's own loop.

Run as a script. Commands come as JSON lines on stdin, ``{"start": id, ...}`` and ``{"kill": id}``;
answers go out as JSON lines on stdout, ``{"started": id, "pid": n}`` and ``{"ended": id,
"status": wait status, "max_rss_kb": n}``. When stdin ends, every child is killed: nothing outlives
the rehearsal, however it ends.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
from typing import Any

# The scripts' folder is on the path for these lines only: handlers must not see what lies in it.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
from instance_process import become_instance  # type: ignore[import-not-found]
from shared_models import share_models  # type: ignore[import-not-found]

del sys.path[0]

SERVICES = (
    "s3",
    "dynamodb",
    "secretsmanager",
    "stepfunctions",
    "dms",
    "ssm",
    "ecs",
    "elbv2",
    "sns",
)
"""Services whose API models are read once for all functions: the costliest part of a client."""


LIBRARIES = ("aws_lambda_powertools.logging", "psycopg")
"""What layers often bring. An instance whose layers don't forgets it again."""


def preload() -> None:
    """Import what the handlers will ask for anyway, without leaving any state behind."""
    import boto3.session

    share_models()
    session = boto3.session.Session("none", "none", region_name="us-east-1")
    for service in SERVICES:
        session.client(service, endpoint_url="http://127.0.0.1:9").close()
    for library in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve orders until stdin ends."""
    preload()
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    os.set_blocking(wake_reader, False)
    signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[str, int] = {}
    pending = b""
    answer({"ready": True})
    while True:
        readable, _, _ = select.select([0, wake_reader], [], [])
        if wake_reader in readable:
            os.read(wake_reader, 4096)
            bury(running)
        if 0 in readable:
            data = os.read(0, 1 << 16)
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                obey(json.loads(line), running)
    for pid in running.values():
        end(pid)


def obey(order: dict[str, Any], running: dict[str, int]) -> None:
    """Carry one order out."""
    if "kill" in order:
        if order["kill"] in running:
            end(running[order["kill"]])
        return
    name = order["start"]
    pid = os.fork()
    if pid == 0:
        become_instance(order)
    running[name] = pid
    answer({"started": name, "pid": pid})


def bury(running: dict[str, int]) -> None:
    """Report the children that ended."""
    while running:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        for name in [name for name, found in running.items() if found == pid]:
            del running[name]
            unit = 1 if sys.platform == "linux" else 1024
            answer({"ended": name, "status": status, "max_rss_kb": usage.ru_maxrss // unit})


def end(pid: int) -> None:
    """Kill an instance and what it started."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        except PermissionError:
            continue


def answer(message: dict[str, Any]) -> None:
    """One line to the rehearsal; a rehearsal that is gone is no error."""
    try:
        os.write(1, json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
