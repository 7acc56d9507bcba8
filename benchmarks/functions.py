"""What each function costs: time and modules of its import, its size, its memory at work."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from redash_migration.database.session.address import DatabaseAddress

ROOT = Path(__file__).resolve().parent.parent
LAYER = ROOT / "layers" / "redash_migration"
WATCHED = ("boto3", "psycopg", "aws_lambda_powertools", "jinja2", "slack_sdk")

_IMPORT = """
import json, sys, time
sys.path[:0] = {paths!r}
began = time.process_time()
{statement}
print(json.dumps([time.process_time() - began, [m for m in {watched!r} if m in sys.modules]]))
"""
_BOTO3 = "import boto3; boto3.client('dynamodb', region_name='ap-northeast-1')"

_MEMORY = """
import json, pathlib, resource, sys
sys.path[:0] = {paths!r}
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.tables.key_range import KeyRange
source, target = (DatabaseAddress(*each) for each in json.loads(sys.stdin.read()))
{statement}
# On Linux ru_maxrss starts with what the parent had when it forked; VmHWM does not.
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
print(peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
WORK = {
    "RestoreTable (everything)": (
        "from redash_migration.database.copying.restore import restore\n"
        "assert restore(source, target, 'public', 'queries', KeyRange()).way == 'copy'"
    ),
    "RestoreTable (differences)": (
        "from redash_migration.database.copying.restore import restore\n"
        "assert restore(source, target, 'public', 'queries', KeyRange()).way == 'delta'"
    ),
    "FixSequences": (
        "from redash_migration.database.sequences.fix import fix_sequences\n"
        "fix_sequences(source, target)"
    ),
    "VerifyData": (
        "from redash_migration.database.verification.compare import Part, compare\n"
        "compare(source, target, [Part('public', 'queries'), Part('public', 'events')])"
    ),
    "VerifyIntegrity": (
        "from redash_migration.database.integrity.verify import verify_integrity\n"
        "verify_integrity(source, target, [('public', 'queries'), ('public', 'events')])"
    ),
}


@dataclass(frozen=True, slots=True)
class Import:
    """A handler's import in seconds of CPU (median), its ratio to that of a boto3 client, and what
    it drew in. `bytes` is the size of its own folder; `peak_memory` and `granted_memory` are bytes
    in a rehearsed migration, None for one that did not run there."""

    name: str
    seconds: float
    ratio: float
    modules: tuple[str, ...]
    bytes: int
    peak_memory: int | None
    granted_memory: int | None


def measure_functions(runs: int, work: Path) -> list[Import]:
    """Every function, in a fresh interpreter with compiled bytecode, and in a whole migration."""
    memory = _rehearsed(work)
    for path in (LAYER, ROOT / "functions"):
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(path)], check=True)
    baseline, _ = _import(_BOTO3, [], runs)
    found = []
    for app in sorted((ROOT / "functions").glob("*/app.py")):
        took, modules = _import("import app", [str(app.parent), str(LAYER)], runs)
        size = sum(each.stat().st_size for each in app.parent.glob("*.py"))
        peak, granted = memory.get(app.parent.name, (None, None))
        found.append(Import(app.parent.name, took, took / baseline, modules, size, peak, granted))
    return found


def _rehearsed(work: Path) -> dict[str, tuple[int, int]]:
    """Bytes at their highest and granted, by function's folder, in a rehearsal of small scale."""
    settings = {"APPROVE": "auto", "SCALE": "small", "CI": "1"}
    subprocess.run(
        [sys.executable, "-m", "rehearsal"],
        cwd=ROOT,
        env={**os.environ, **settings, "REHEARSAL_DIRECTORY": str(work / "rehearsal")},
        check=True,
        capture_output=True,
    )
    usage = json.loads((work / "rehearsal" / "function-usage.json").read_text(encoding="utf-8"))
    return {
        re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower(): (
            one["max_rss_kb"] * 1024,
            one["memory_mb"] * 2**20,
        )
        for name, one in usage.items()
        if one["invocations"]
    }


def layer_sizes() -> dict[str, int]:
    """Bytes, unpacked, of what the layers carry; without bytecode."""
    packages = {
        "domain": [LAYER / "redash_migration"],
        "domain's libraries": _locate(["aws_lambda_powertools", "jinja2", "slack_sdk"]),
        "psycopg": _locate(["psycopg", "psycopg_binary"]),
    }
    return {
        name: sum(
            file.stat().st_size
            for folder in folders
            for file in folder.rglob("*")
            if file.is_file() and file.suffix != ".pyc"
        )
        for name, folders in packages.items()
    }


def peak_memory(work: str, source: DatabaseAddress, target: DatabaseAddress) -> int:
    """Bytes that a process took at its highest while it did one handler's work."""
    code = _MEMORY.format(paths=[str(LAYER)], statement=WORK[work])
    addresses = json.dumps([list(_fields(address)) for address in (source, target)])
    answer = subprocess.run(
        [sys.executable, "-c", code], input=addresses, capture_output=True, text=True, check=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return int(answer.stdout) * unit


def _fields(address: DatabaseAddress) -> tuple[str | int, ...]:
    return (
        address.host,
        address.port,
        address.dbname,
        address.username,
        address.password,
        address.sslmode,
    )


def _import(statement: str, paths: Sequence[str], runs: int) -> tuple[float, tuple[str, ...]]:
    code = _IMPORT.format(paths=list(paths), statement=statement, watched=list(WATCHED))
    answers = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(runs)
    ]
    return median(seconds for seconds, _ in answers), tuple(answers[0][1])


def _locate(names: Sequence[str]) -> list[Path]:
    found = []
    for name in names:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(Path(spec.origin).parent)
    return found
