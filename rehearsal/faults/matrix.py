"""Many cases, some side by side: each a rehearsal of its own in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rehearsal.faults.case import Case

ROOT = Path(__file__).parents[2]
DIRECTORY = ROOT / ".rehearsal" / "faults"
LONGEST_SECONDS = 1200.0
"""A rehearsal that takes longer hangs: a wait in it does not end. A way back waits for a function
that was killed until its time is over, and the longest has 900 s."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one case came to; ``outcome`` in the words of ``Case.ending``."""

    name: str
    what: str
    where: str
    outcome: str
    expected: str
    seconds_unavailable: float
    writes_acknowledged: int
    writes_lost: int
    seconds: float
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether it ended as stated, with nothing lost."""
        return not self.problems and not self.writes_lost


class Matrix:
    """Runs cases; ``stop`` ends every rehearsal that runs and starts no other."""

    def __init__(
        self, cases: Mapping[str, Case], *, at_once: int = 2, directory: Path = DIRECTORY
    ) -> None:
        self._cases = cases
        self._at_once = at_once
        self._directory = directory
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def run(self, ended: Callable[[Row], None] = lambda _: None) -> list[Row]:
        """Every case's row in the order given; ``ended`` hears of each as it ends."""
        with ThreadPoolExecutor(self._at_once) as pool:

            def one(name: str) -> Row | None:
                if self._stopped.is_set():
                    return None
                row = self._rehearse(name)
                if not self._stopped.is_set():
                    ended(row)
                return row

            try:
                rows = list(pool.map(one, self._cases))
            except BaseException:
                self.stop()
                raise
        return [row for row in rows if row is not None]

    def stop(self) -> None:
        """End what runs, as Ctrl-C in its terminal would."""
        self._stopped.set()
        with self._lock:
            running = list(self._running)
        for process in running:
            process.send_signal(signal.SIGTERM)

    def _rehearse(self, name: str) -> Row:
        directory = self._directory / name
        began = time.monotonic()
        (directory / "rehearsal.json").unlink(missing_ok=True)
        directory.mkdir(parents=True, exist_ok=True)
        output = self._directory / f"{name}.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "rehearsal"],
                cwd=ROOT,
                env=_environment(name, directory),
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is ours to pass on
            )
            with self._lock:
                self._running.add(process)
            try:
                hangs = _wait(process)
            finally:
                with self._lock:
                    self._running.discard(process)
        seconds = time.monotonic() - began
        return row_of(name, self._cases[name], directory, seconds, output, hangs=hangs)


def row_of(
    name: str, case: Case, directory: Path, seconds: float, output: Path, *, hangs: bool = False
) -> Row:
    """The row of a rehearsal from what it left in its directory."""
    try:
        found: dict[str, Any] = json.loads((directory / "rehearsal.json").read_text("utf-8"))
    except FileNotFoundError:
        last = output.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
        found = {"problems": ["hangs" if hangs else f"no outcome: {''.join(last)[:300]}"]}
    error = found.get("error") or {}
    outcome = str(found.get("status", "HANGS" if hangs else "BROKEN"))
    if error and outcome != "SUCCEEDED":
        outcome += f" with {error['name']} in {error['state']}"
    return Row(
        name=name,
        what=case.what,
        where=case.where,
        outcome=outcome,
        expected=case.ending,
        seconds_unavailable=float(found.get("unavailable_seconds", 0.0)),
        writes_acknowledged=int(found.get("acknowledged", 0)),
        writes_lost=len(found.get("missing", [])),
        seconds=round(seconds, 1),
        problems=tuple(found["problems"]),
    )


def write(rows: Sequence[Row], path: Path) -> None:
    """Keep the rows as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = [{**asdict(row), "good": row.good} for row in rows]
    path.write_text(json.dumps(listed, indent=1, ensure_ascii=False), encoding="utf-8")


def _wait(process: subprocess.Popen[bytes]) -> bool:
    """Wait for the end; True when it had to be brought about."""
    try:
        process.wait(LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return True
    return False


def _environment(name: str, directory: Path) -> dict[str, str]:
    return {
        **os.environ,
        "FAULT": name,
        "APPROVE": "auto",
        "CONFIRM": "keep",
        "SCALE": "small",
        "CI": "1",
        "REHEARSAL_DIRECTORY": str(directory),
    }
