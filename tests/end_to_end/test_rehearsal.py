"""Whole rehearsals, as a person would start them: approved, and ended by Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from docs_generator.checks import words_of
from rehearsal.__main__ import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What a rehearsal left behind."""

    exit_code: int
    output: str
    directory: Path
    started: set[psutil.Process]

    def json(self, name: str) -> Any:
        return json.loads((self.directory / name).read_text(encoding="utf-8"))

    @property
    def left_running(self) -> list[psutil.Process]:
        """Processes that it started and that still live, after 5 s at the most.

        Not by psutil.wait_procs: it waits for the number alone, which may be a thread's by now.
        """
        ends = time.monotonic() + 5
        while alive := [one for one in self.started if _lives(one)]:
            if time.monotonic() > ends:
                break
            time.sleep(0.05)
        return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def rehearse(directory: Path, *, interrupt_at: str = "", **settings: str) -> Run:
    """Run a rehearsal to its end, or interrupt it when it says so; note what it starts."""
    environment = {**os.environ, "SCALE": "small", "REHEARSAL_DIRECTORY": str(directory)}
    started: set[psutil.Process] = set()
    lines = []
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "rehearsal"],
        cwd=ROOT,
        env={**environment, "APPROVE": "auto", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            with contextlib.suppress(psutil.NoSuchProcess):
                started.update(psutil.Process(process.pid).children(recursive=True))
            if interrupt_at and interrupt_at in line:
                process.send_signal(signal.SIGINT)
    return Run(process.returncode, "".join(lines), directory, started)


def threads(run: Run) -> int:
    """In how many threads of Slack it was told."""
    told = [json.loads(one.read_text(encoding="utf-8")) for one in run.directory.glob("slack/*")]
    posted = [one["message"] for one in told if one["path"] == "/api/chat.postMessage"]
    assert len(posted) >= 5  # two questions, two answers, the end
    return sum("thread_ts" not in message for message in posted)


@pytest.mark.timeout(600)
def test_a_migration_that_is_approved_succeeds_and_loses_nothing(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run")
    assert run.exit_code == 0, run.output
    report = run.json("report.json")
    assert (report["status"], report["error"]) == ("SUCCEEDED", None)
    tables = {table["name"]: table for table in report["tables"]}
    assert len(tables) == 20
    assert all(table["match"] is True for table in tables.values())
    assert all(
        table["source_checksum"] == table["target_checksum"] is not None
        for table in tables.values()
    )
    assert {name for name, table in tables.items() if table["method"] == "restore"} == {
        "public.queries"
    }
    [why] = tables["public.queries"]["excluded_because"]
    assert (why["column"], why["type"]) == ("search_vector", "tsvector")
    assert report["sequences"]
    assert all(sequence["ok"] for sequence in report["sequences"])
    assert [(each["purpose"], each["decision"]) for each in report["approvals"]] == [
        ("RequestApproval", "approve"),
        ("ConfirmCutover", "keep"),
    ]
    assert 0 < report["write_pause_seconds"] < report["unavailable_seconds"] + 0.001
    assert not [check for check in report["checks"] if check["status"] in {"FAIL", "UNKNOWN"}]
    assert all(words_of(check["id"]) for check in report["checks"])
    rehearsal = run.json("rehearsal.json")
    assert rehearsal["acknowledged"] > 50
    assert (rehearsal["missing"], rehearsal["problems"]) == ([], [])
    assert rehearsal["serving"] == "new"
    assert "<html" in (run.directory / "report.html").read_text(encoding="utf-8")
    assert threads(run) == 1
    assert run.left_running == []


def test_an_interrupted_rehearsal_leaves_nothing_running(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run", interrupt_at="InspectHost")
    assert run.exit_code == 130, run.output
    assert "everything that was started has been ended" in run.output
    assert len(run.started) > 10
    assert run.left_running == []


def test_a_directory_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    run = rehearse(tmp_path)
    assert run.exit_code == 2
    assert "REHEARSAL_DIRECTORY" in run.output
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"SCALE": "huge"}, "SCALE=huge"),
        ({"SOURCE_DUMP": "/nowhere/redash.dump"}, "SOURCE_DUMP=/nowhere/redash.dump"),
        ({"FAULT": "no-such-fault"}, "FAULT=no-such-fault"),
        ({"SOURCE_PG_BIN": "/nowhere"}, "SOURCE_PG_BIN=/nowhere"),
    ],
)
def test_a_bad_setting_is_named_and_nothing_is_started(
    tmp_path: Path,
    setting: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {"REHEARSAL_DIRECTORY": str(tmp_path / "run"), **setting}.items():
        monkeypatch.setenv(name, value)
    assert main([]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
