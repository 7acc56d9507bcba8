"""``python -m rehearsal.faults [name ...]``: break things on purpose, see that nothing is lost."""

from __future__ import annotations

import argparse
import fnmatch
import signal
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from rehearsal.faults.case import Case
from rehearsal.faults.matrix import ROOT, Matrix, Row, write
from rehearsal.faults.table import FAULTS

RESULT = ROOT / ".rehearsal" / "faults.json"


def main(arguments: Sequence[str]) -> int:
    """0 when every case ended as stated and no write was lost; 1 otherwise, 2 for bad names."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these; * and ? stand for any letters")
    parser.add_argument("--list", action="store_true", help="say which there are, run none")
    parser.add_argument("--all", action="store_true", help="each step by itself as well: hours")
    parser.add_argument("--at-once", type=int, default=2, help="rehearsals side by side")
    given = parser.parse_args(arguments)
    chosen = choose(given.names, everything=given.all)
    console = Console(highlight=False, soft_wrap=True)
    if not chosen:
        console.print(f"{' '.join(given.names)}: no such fault; --list says which there are")
        return 2
    if given.list:
        for name, case in chosen.items():
            console.print(f"{name:<36}{case.ending:<40}{case.what}")
        return 0
    return run(chosen, given.at_once, console)


def choose(names: Sequence[str], *, everything: bool = False) -> Mapping[str, Case]:
    """The cases that match one of the names; without names, those of the matrix."""
    if not names:
        return {name: c for name, c in FAULTS.items() if everything or not c.by_name_only}
    return {
        name: case
        for name, case in FAULTS.items()
        if any(fnmatch.fnmatchcase(name, wanted) for wanted in names)
    }


def run(cases: Mapping[str, Case], at_once: int, console: Console) -> int:
    """Run them, tell of each, show the table and keep it."""
    matrix = Matrix(cases, at_once=at_once)
    rows: list[Row] = []

    def ended(row: Row) -> None:
        rows.append(row)
        mark = "good" if row.good else "BAD "
        console.print(f"{mark}  {row.name:<36} {row.outcome}  ({row.seconds:.0f} s)")
        for problem in row.problems:
            console.print(f"        {problem}")
        write(rows, RESULT)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # SIGINT too: a shell without job control has a background process ignore it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        found = matrix.run(ended)
    except KeyboardInterrupt:
        matrix.stop()
        console.print("stopped; every rehearsal that ran has been ended")
        return 130
    write(found, RESULT)
    Console(width=max(console.width, 150)).print(table(found))
    bad = [row.name for row in found if not row.good]
    writes = sum(row.writes_acknowledged for row in found)
    lost = sum(row.writes_lost for row in found)
    console.print(f"{len(found) - len(bad)} of {len(found)} ended as stated; ", end="")
    console.print(f"{writes} writes acknowledged, {lost} lost. {RESULT.relative_to(ROOT)}")
    return 1 if bad else 0


def table(rows: Sequence[Row]) -> Table:
    """The rows for people."""
    shown = Table("fault", "where", "outcome", "expected", header_style="bold")
    for title in ("unavailable", "writes", "lost"):
        shown.add_column(title, justify="right")
    for row in rows:
        shown.add_row(
            row.name,
            row.where,
            row.outcome,
            row.expected,
            f"{row.seconds_unavailable:.1f} s",
            str(row.writes_acknowledged),
            str(row.writes_lost),
            style="" if row.good else "red",
        )
    return shown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
