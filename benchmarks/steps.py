"""The data steps of the write pause one by one, and beside those of an earlier tree, in one run.

`last look` is all that the source is asked between the last comparison and the switch. `EARLIER`
in the environment names a commit: a working tree of it runs the same migrations, in turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.servers import Rows, Servers, ask, define, drop, fill
from benchmarks.timing import Series, ratio
from tests.net.carriage import ALEMBIC

ROOT = Path(__file__).resolve().parent.parent
NOW, BEFORE = "now", "before"
CHANGES = """
UPDATE queries SET name = name || '!' WHERE id % 50 = 0;
UPDATE query_results SET runtime = runtime + 1 WHERE id % 50 = 0;
"""

Runs = dict[str, dict[str, list[float]]]


def measure_steps(
    servers: Servers, rows: Rows, work: Path, runs: int, say: Callable[[str], None]
) -> Runs:
    """Seconds by tree and step; the order of the trees changes from round to round."""
    source = servers.create(servers.source, "steps")
    ask(source, ALEMBIC)
    define(source)
    fill(source, rows)
    taken: Runs = {}
    with _trees(work) as trees:
        for number in range(runs):
            for name in list(trees)[:: 1 if number % 2 == 0 else -1]:
                found = _migrated(servers, trees[name])
                say(f"  {name}: {sum(found.values()):.2f} s")
                for step, seconds in {**found, "all": sum(found.values())}.items():
                    taken.setdefault(name, {}).setdefault(step, []).append(seconds)
    return taken


def _migrated(servers: Servers, tree: Path) -> dict[str, float]:
    with servers.source.connect() as session:
        session.execute("CREATE DATABASE steps_1 TEMPLATE steps")
        session.execute("CHECKPOINT")
    target = servers.create(servers.target, "steps_1")
    given = {
        "source": asdict(servers.source.address("steps_1")),
        "target": asdict(target),
        "changes": CHANGES,
    }
    path = [str(tree / "layers" / "redash_migration"), str(tree)]
    try:
        finished = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("pause_steps.py"))],
            input=json.dumps(given),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        drop(servers.source, "steps_1")
    if finished.returncode:
        raise RuntimeError(finished.stderr.strip().splitlines()[-1])
    found: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return found


@contextmanager
def _trees(work: Path) -> Iterator[dict[str, Path]]:
    earlier = os.environ.get("EARLIER")
    if not earlier:
        yield {NOW: ROOT}
        return
    tree = work / "earlier"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", str(tree), earlier], check=True, capture_output=True)
    try:
        yield {NOW: ROOT, BEFORE: tree}
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=True, capture_output=True)


def steps_section(found: Mapping[str, Mapping[str, Sequence[float]]], earlier: str) -> str:
    """The results as a section of the page."""
    both = BEFORE in found
    lines = [
        "### The data steps of the write pause, one migration after the other, without AWS's calls",
        "",
        "| step | median, s | share |" + (f" ratio to {earlier} |" if both else ""),
        "|---|---|---|" + ("---|" if both else ""),
    ]
    every = Series("all", tuple(found[NOW]["all"]))
    for step, taken in found[NOW].items():
        now = Series(step, tuple(taken))
        against = f" {ratio(now, Series(step, tuple(found[BEFORE][step])))} |" if both else ""
        share = f"{100 * now.middle / every.middle:.0f} %"
        lines.append(f"| {step} | {now.middle:.2f} | {share} |{against}")
    return "\n".join(lines)
