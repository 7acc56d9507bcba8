"""Nothing outlives a rehearsal, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.cloud import Cloud

ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys, json, threading
from pathlib import Path
from rehearsal.cloud import Cloud
cloud = Cloud(Path(sys.argv[1])).start()
deployment = cloud.deploy(Path(sys.argv[2]), stack_name="mortal")
pids = [cloud.invoke("HelloFunction", {}).value["pid"]]
cloud.warm("TokenFunction", "DatabaseFunction")
while len(cloud.lambdas._nursery.pids) < 3:
    threading.Event().wait(0.02)
pids = [*cloud.lambdas._nursery.pids.values(), cloud.lambdas._nursery._process.pid]
print(json.dumps(pids), flush=True)
threading.Thread(target=cloud.invoke, args=("HelloFunction", {"sleep": 1.9}), daemon=True).start()
if sys.argv[3] == "stop":
    cloud.stop()
    sys.exit(0)
threading.Event().wait(60)
"""


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie, whom nobody fetches in a container, counts too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


# Ctrl-C: tests/end_to_end/test_rehearsal.py, with all that a rehearsal starts.
@pytest.mark.parametrize("how", ["stop", "SIGKILL"])
def test_no_process_is_left(tmp_path: Path, how: str) -> None:
    template = Path(__file__).parent / "stack" / "template.yaml"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(template), how],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        text=True,
    ) as program:
        assert program.stdout is not None
        pids = json.loads(program.stdout.readline())
        if how != "stop":
            program.send_signal(signal.SIGKILL)
        program.wait(20)
    end = time.monotonic() + 10
    while not all(gone(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    assert [pid for pid in pids if not gone(pid)] == []


def test_stop_ends_executions_and_writes_usage(tmp_path: Path) -> None:
    template = Path(__file__).parent / "stack" / "template.yaml"
    cloud = Cloud(tmp_path).start()
    try:
        cloud.deploy(template, stack_name="one")
        arn = cloud.start_execution({"name": "x"})
        end = time.monotonic() + 10
        while "Token" not in cloud.execution(arn).states() and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        cloud.stop()
        cloud.stop()
    usage = json.loads((tmp_path / "function-usage.json").read_text())
    assert usage["HelloFunction"]["invocations"] == 1
    assert usage["HelloFunction"]["memory_mb"] == 128
    last = (tmp_path / "events.ndjson").read_text()
    assert '"status": "ABORTED"' in last


def test_one_cloud_at_a_time_and_a_new_one_is_empty(tmp_path: Path) -> None:
    with Cloud(tmp_path / "a") as first:
        first.client("sqs").create_queue(QueueName="old")
        with pytest.raises(RuntimeError, match="stop it first"):
            Cloud(tmp_path / "b").start()
    with Cloud(tmp_path / "c") as second:
        assert "QueueUrls" not in second.client("sqs").list_queues()
