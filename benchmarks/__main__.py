"""python -m benchmarks: run them, keep the results, write docs/performance.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import functions, page, pause, returning, steps
from benchmarks.dataplane import copying, scaling, sequences, verifying
from benchmarks.servers import Rows, Servers, running
from benchmarks.timing import Series

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rows: Rows
    runs: int
    sequences: int
    by_rows: tuple[int, ...]
    by_bytes: tuple[int, ...]
    by_tables: tuple[int, ...]
    memory: tuple[int, ...]


SIZES = {
    "quick": Size(
        Rows(2_000, 2_000, 20_000), 3, 1_000, (500, 2_000), (500, 2_000), (100, 1_000), (500, 2_000)
    ),
    "default": Size(
        Rows(20_000, 20_000, 200_000),
        3,
        10_000,
        (1_000, 4_000, 16_000),
        (1_000, 4_000, 16_000),
        (100, 1_000, 10_000),
        (1_000, 16_000),
    ),
    "full": Size(
        Rows(100_000, 200_000, 1_000_000),
        3,
        10_000,
        (1_000, 10_000, 100_000),
        (2_000, 20_000, 200_000),
        (100, 1_000, 10_000),
        (1_000, 100_000),
    ),
}
OWN_WORDS = (0, 50)
"""Per cent: column names are shared by many queries, literals are not; a GIN index feels it."""
SHARES = (3, 10, 30, 60, 100)
SECTIONS = (
    "copying",
    "verifying",
    "sequences",
    "scaling",
    "returning",
    "memory",
    "functions",
    "steps",
    "pause",
)
EVERY = (100, 30, 10, 3, 1)
"""Every so many-th row is written between the switch and the return."""
PAUSE_RUNS = 5


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how much: the servers, the size, a folder for files."""

    servers: Servers
    size: Size
    work: Path


def main() -> None:
    """Measure what is asked for; the page shows the latest result of each section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute or two, small tables")
    parser.add_argument("--full", action="store_true", help="100,000 queries and 200,000 results")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="this section alone")
    options = parser.parse_args()
    size = SIZES["quick" if options.quick else "full" if options.full else "default"]
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        # The servers run as a user of their own and must be let in.
        Path(name).chmod(0o755)
        with running(Path(name)) as servers:
            bench = Bench(servers, size, Path(name))
            results["machine"] = _machine(servers)
            for section in options.only or SECTIONS:
                _say(section)
                results[section] = _MEASURES[section](bench)
                RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    page.write(PAGE, results)
    _say(f"written: {PAGE.relative_to(ROOT)}")


def _copying(bench: Bench) -> dict[str, Any]:
    results = {}
    for own_words in OWN_WORDS:
        _say(f"  {own_words} % of a query's words are its own")
        prepared = copying.prepare(bench.servers, replace(bench.size.rows, own_words=own_words))
        found = copying.compare_ways(bench.servers, prepared, bench.work, bench.size.runs, _say)
        results[str(own_words)] = {
            "rows": found.rows,
            "bytes": found.bytes,
            "series": _runs(found.series),
        }
    return results


def _verifying(bench: Bench) -> dict[str, Any]:
    source = copying.prepare(bench.servers, bench.size.rows).source
    target = verifying.prepare(source, bench.servers)
    found = verifying.compare_ways(source, target, bench.size.runs, _say)
    return {
        "all_tables": _runs(found.all_tables),
        "by_table": {name: _runs(series) for name, series in found.by_table.items()},
    }


def _sequences(bench: Bench) -> dict[str, Any]:
    found = sequences.compare_ways(
        bench.servers, bench.size.sequences, 3, max(5, bench.size.runs), _say
    )
    return {str(bench.size.sequences): _runs(found)}


def _scaling(bench: Bench) -> dict[str, Any]:
    return {
        "rows": {
            "title": "Copying queries",
            "across": "rows",
            "lines": scaling.by_rows(bench.servers, bench.size.by_rows, bench.work, _say),
        },
        "bytes": {
            "title": "Verifying query_results",
            "across": "megabytes, uncompressed",
            "lines": scaling.by_bytes(bench.servers, bench.size.by_bytes, _say),
        },
        "share": {
            "title": "Carrying a share of queries: the rule for its indexes",
            "across": "per cent of the rows written",
            "lines": scaling.by_share(bench.servers, bench.size.by_rows[-1], SHARES, _say),
        },
        "tables": {
            "title": "Setting sequences",
            "across": "tables with a sequence",
            "lines": scaling.by_tables(bench.servers, bench.size.by_tables, _say),
        },
    }


def _returning(bench: Bench) -> dict[str, Any]:
    counts = bench.size.by_rows
    return {
        "return-table": {
            "title": f"Return: {counts[0] // 10} rows written since the switch",
            "across": "rows of the table",
            "lines": returning.by_table(bench.servers, counts, counts[0] // 10, bench.work, _say),
        },
        "return-changes": {
            "title": f"Return: a table of {counts[-1]:,} rows",
            "across": "rows written since the switch",
            "lines": returning.by_changes(bench.servers, counts[-1], EVERY, bench.work, _say),
        },
    }


def _memory(bench: Bench) -> dict[str, Any]:
    found: dict[str, dict[str, int]] = {name: {} for name in functions.WORK}
    for count in bench.size.memory:
        source = copying.prepare(
            bench.servers, Rows(count, max(100, count // 20), count * 5)
        ).source
        verifying.prepare(source, bench.servers)
        for name in functions.WORK:
            template = "empty" if "everything" in name else "copied"
            with bench.servers.copy_of(template) as target:
                found[name][str(count)] = functions.peak_memory(name, source, target)
                _say(f"  {name}: {found[name][str(count)] / 2**20:.0f} MB")
    return {"rows": [str(count) for count in bench.size.memory], "megabytes": found}


def _functions(bench: Bench) -> dict[str, Any]:
    return {
        "imports": [
            asdict(one) for one in functions.measure_functions(bench.size.runs, bench.work)
        ],
        "layers": functions.layer_sizes(),
    }


def _pause(bench: Bench) -> dict[str, Any]:
    scale = "small" if bench.size is SIZES["quick"] else "medium"
    runs = pause.measure_pauses(PAUSE_RUNS, bench.work, scale, _say)
    return {"scale": scale, "runs": runs}


def _steps(bench: Bench) -> dict[str, Any]:
    runs = steps.measure_steps(bench.servers, bench.size.rows, bench.work, bench.size.runs, _say)
    return {"runs": runs, "earlier": os.environ.get("EARLIER", "")}


_MEASURES: Mapping[str, Callable[[Bench], dict[str, Any]]] = {
    "copying": _copying,
    "verifying": _verifying,
    "sequences": _sequences,
    "scaling": _scaling,
    "returning": _returning,
    "memory": _memory,
    "functions": _functions,
    "steps": _steps,
    "pause": _pause,
}


def _machine(servers: Servers) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "source": servers.source.version,
        "target": servers.target.version,
    }


def _runs(series: Mapping[str, Series]) -> dict[str, list[float]]:
    return {name: [round(run, 4) for run in one.runs] for name, one in series.items()}


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


if __name__ == "__main__":
    main()
