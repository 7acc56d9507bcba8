"""What a rehearsal tells: every state has words, repeats are folded, the verdict is a sentence."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from docs_generator.machine import machine, tasks
from redash_migration.course import STAGES, STATES
from rehearsal.__main__ import main
from rehearsal.answering import NO_BROWSER, answering
from rehearsal.cloud.journal import STOPPED
from rehearsal.options import Options
from rehearsal.outcome import LedgerCount
from rehearsal.terminal import Progress
from rehearsal.terminal.fitting import sentences
from rehearsal.terminal.lines import Lines
from rehearsal.terminal.live import stages
from rehearsal.terminal.progress import note
from rehearsal.terminal.verdict import Conclusion, conclude, sentence
from rehearsal.workload import Workload
from rehearsal.world import World

ROOT = Path(__file__).parents[3]


def test_every_working_state_has_its_words() -> None:
    defined = {name for name, _, _ in tasks(machine(ROOT))}
    assert set(STATES) == defined, "a state of the definition needs its line in course.py"
    for name, doing in STATES.items():
        assert doing.stage in STAGES
        assert doing.en != name
        assert len(doing.en) <= 46, name
        assert not doing.ja.isascii()


def _played(progress: Progress, *events: tuple[str, str]) -> str:
    written = io.StringIO()
    shown = Lines(progress, Console(file=written, width=80, highlight=False, soft_wrap=True))
    for kind, state in events:
        shown.happened({"kind": kind, "state": state, "type": "TaskState"})
    return written.getvalue()


def test_repeated_steps_are_told_once_and_failed_ones_always() -> None:
    progress, events = Progress(), []
    for _ in range(3):
        events += [("state_entered", "AwaitInSync"), ("state_exited", "AwaitInSync")]
    events += [("state_entered", "VerifyData"), ("state_failed", "VerifyData")]
    lines = _played(progress, *events).splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("  ")] == [
        "AwaitInSync",
        "VerifyData",
    ]
    assert [line for line in lines if not line.startswith("  ")] == [
        "Copy and follow",
        "Write pause",
    ]
    assert "✗" in lines[-1]
    assert max(map(len, lines)) <= 80
    written = io.StringIO()
    Console(file=written, width=80).print(stages(progress, last_is_over=True))
    assert "Comparing every table" in written.getvalue()


def test_a_question_stands_under_its_stage() -> None:
    progress, written = Progress(), io.StringIO()
    shown = Lines(progress, Console(file=written, width=80, highlight=False, soft_wrap=True))
    for kind, state in (
        ("state_entered", "AwaitInSync"),
        ("state_exited", "AwaitInSync"),
        ("state_entered", "RequestApproval"),
    ):
        shown.happened({"kind": kind, "state": state, "type": "TaskState"})
    shown.ask("Start the cutover?", "http://127.0.0.1:1/")
    lines = written.getvalue().splitlines()
    assert [line for line in lines if not line.startswith("  ")] == [
        "Copy and follow",
        "A person decides",
        "Start the cutover?",
        "http://127.0.0.1:1/",
    ]


def _report(**changed: Any) -> dict[str, Any]:
    return {
        "status": "SUCCEEDED",
        "tables": [{"match": True}] * 20,
        "checks": [],
        "error": None,
        "write_pause_seconds": 8.66,
        "predicted_write_pause_seconds": 11.7,
        **changed,
    }


def _conclusion(report: dict[str, Any] | None, *, asked: str = "", side: str = "old") -> Conclusion:
    return Conclusion(report, LedgerCount(412, (), side), [], asked, Path("/somewhere"))


@pytest.mark.parametrize(
    ("conclusion", "said"),
    [
        (
            _conclusion(_report(), side="new"),
            "Migrated: the new Redash serves; 20 of 20 tables equal; "
            "write pause 8.7 s (11.7 s predicted); 0 of 412 writes lost.",
        ),
        (
            _conclusion(
                _report(
                    status="ROLLED_BACK",
                    error={
                        "name": "DataMismatch",
                        "state": "VerifyData",
                        "cause": "public.dashboards: key 30",
                    },
                    tables=[{"match": True}] * 19 + [{"match": False}],
                ),
                asked="row-changed",
            ),
            "Rolled back as expected (row-changed): DataMismatch in VerifyData: "
            "public.dashboards: key 30; the old Redash serves; 19 of 20 tables equal; "
            "write pause 8.7 s (11.7 s predicted); 0 of 412 writes lost.",
        ),
        (
            _conclusion(
                _report(
                    status="ROLLED_BACK",
                    error={"name": "ApprovalRejected", "state": "RequestApproval", "cause": ""},
                    tables=[{"match": None}] * 20,
                    write_pause_seconds=None,
                ),
                asked="APPROVE=reject",
            ),
            "Rolled back as expected (APPROVE=reject): ApprovalRejected in RequestApproval; "
            "the old Redash serves; 0 of 412 writes lost.",
        ),
        (
            _conclusion(
                _report(
                    status="FAILED",
                    error={"name": "PreflightFailed", "state": "Preflight", "cause": "target.x"},
                    tables=[],
                    write_pause_seconds=None,
                ),
                asked="rows-already-there",
            ),
            "Refused as expected (rows-already-there): PreflightFailed in Preflight: target.x; "
            "the old Redash serves; 0 of 412 writes lost.",
        ),
        (
            _conclusion(
                _report(
                    status="RETURNED",
                    **{
                        "return": {
                            "write_pause_seconds": 13.44,
                            "predicted_write_pause_seconds": 12.7,
                            "failed_pauses_seconds": [11.2, 1.0],
                        }
                    },
                ),
                asked="CONFIRM=return",
            ),
            "Returned to the old Redash as expected (CONFIRM=return): the old Redash serves; "
            "20 of 20 tables equal; write pause 8.7 s (11.7 s predicted); the return's pause "
            "13.4 s (12.7 s predicted); 12.2 s more in a return that led forward again; "
            "0 of 412 writes lost.",
        ),
    ],
    ids=["migrated", "rolled-back", "rejected", "refused", "returned"],
)
def test_the_verdict_is_a_sentence(conclusion: Conclusion, said: str) -> None:
    assert sentence(conclusion) == said


def test_a_failed_check_comes_with_its_remedy() -> None:
    failed = {"id": "verify.data", "status": "FAIL", "detail": "key 30 differs.", "remedy": "Look."}
    passed = {**failed, "id": "verify.other", "status": "PASS"}
    lines: list[str] = []
    conclude(_conclusion(_report(status="FAILED", checks=[failed, passed])), lines.append)
    assert "  verify.data: key 30 differs\n    What to do: Look." in lines
    assert not [line for line in lines if "verify.other" in line]


def test_a_failure_that_was_caught_stays_one_and_another_try_does_not() -> None:
    progress = Progress()
    for name, caught in (("InspectHost", {"caught": True}), ("VerifyData", {})):
        for kind, more in (("state_entered", {}), ("state_failed", {}), ("state_exited", caught)):
            note(progress, {"kind": kind, "state": name, "type": "TaskState", **more})
    assert [(step.name, step.failed) for step in progress.steps] == [
        ("InspectHost", True),
        ("VerifyData", False),
    ]


def test_what_was_at_work_when_somebody_stopped_it_has_not_failed() -> None:
    progress, out = Progress(), io.StringIO()
    console = Console(file=out, width=80)
    for record in (
        {"kind": "state_entered", "state": "Begin"},
        {"kind": "state_exited", "state": "Begin"},
        {"kind": "state_entered", "state": "RequestApproval"},
        {"kind": "execution", "status": "ABORTED", "error": STOPPED},
        {"kind": "state_failed", "state": "RequestApproval", "error": "States.Timeout"},
    ):
        Lines(progress, console).happened(record)
    console.print(stages(progress, last_is_over=True))
    assert "■  A person decides" in out.getvalue()
    assert "■  Waiting for a person's approval" in out.getvalue()
    assert "✗" not in out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_lists_of_settings_fit_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > width] == []
    # What goes on stands below what it belongs to.
    long = next(n for n, line in enumerate(lines) if line.startswith("  CONFIRM=return"))
    assert lines[long + 1].startswith(" " * 22)
    assert any(line.startswith("Exit codes:") for line in lines)


def test_make_help_fits_a_terminal() -> None:
    files = [ROOT / "Makefile", ROOT / "deploy.mk"]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    told = re.findall(r"^([a-z-]+):.*?## (.*)$", text, re.MULTILINE)
    assert len(told) > 12
    assert [f"{name} {said}" for name, said in told if 2 + 5 + 16 + len(said) > 80] == []


@pytest.mark.parametrize("width", range(40, 121))
def test_no_figure_is_parted_from_its_unit(width: int) -> None:
    told = sentence(_conclusion(_report(predicted_write_pause_low_seconds=9.8), side="new"))
    lines = sentences(told, width).split("\n")
    assert " ".join(lines) == told
    assert max(map(len, lines)) <= width
    assert [line for line in lines if re.match(r"(s|of)\b", line)] == []
    assert [line for line in lines if re.search(r"\bof$", line)] == []


def test_a_remedy_keeps_its_indent_and_an_address_stays_whole() -> None:
    address = "/" + "a" * 90
    told = sentences(f"  data.x: {'word ' * 20}\n    What to do: look\nSee {address}", 80)
    assert all(line.startswith("  ") for line in told.split("\n")[:3])
    assert address in told.split("\n")


MAIL = SimpleNamespace(text=f"http://127.0.0.1:1/approve/k.{'g' * 22}.a1b2c3d4e5f6.c.1.seal\n")


class Shown:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.over = threading.Event()

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        """See Screen."""
        self.said.append(text)
        self.over.set()

    def ask(self, question: str, address: str) -> None:
        """See Screen."""
        self.said.append(question)

    def happened(self, record: Mapping[str, Any]) -> None:
        """See Screen."""


def test_a_browser_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    mailbox = SimpleNamespace(mails=lambda _: [MAIL])
    world = cast(World, SimpleNamespace(cloud=SimpleNamespace(mailbox=mailbox)))
    shown = Shown()
    with answering(
        world,
        Options(directory=tmp_path, open_browser=True),
        Progress(),
        shown,
        workload=cast(Workload, None),
    ):
        assert shown.over.wait(10)
    assert shown.said == ["Start the cutover? Decide at", NO_BROWSER]
