"""What `sam build` made: sizes, compiled files, nothing carried that the runtime has."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

LAYERS = ("DomainLayer", "PsycopgLayer")
IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "awslambdaric")
MACHINES = {62: "x86_64", 183: "arm64"}
"""ELF header, e_machine."""

LIMIT_BYTES = 250 * 1024 * 1024
"""AWS Lambda quotas: a function with its layers, unzipped."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A built function or layer; sizes in bytes."""

    name: str
    files: int
    unzipped: int
    zipped: int


def artifacts(build: Path) -> list[Artifact]:
    """Every built function and layer under a build folder, by name."""
    return [_measure(path) for path in sorted(build.iterdir()) if path.is_dir()]


def _measure(path: Path) -> Artifact:
    files = [found for found in path.rglob("*") if found.is_file()]
    with TemporaryFile() as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            for found in files:
                archive.write(found, found.relative_to(path))
        zipped = raw.tell()
    return Artifact(path.name, len(files), sum(found.stat().st_size for found in files), zipped)


def digest(folder: Path) -> str:
    """A hash of the names and contents of all files, by which SAM tells whether a layer is new."""
    total = hashlib.sha256()
    for path in sorted(found for found in folder.rglob("*") if found.is_file()):
        total.update(f"{path.relative_to(folder)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def problems(build: Path) -> list[str]:
    """What is wrong with a build; empty when nothing is."""
    found = [
        f"{layer}: was not built" for layer in LAYERS if not (build / layer / "python").is_dir()
    ]
    for name in IN_THE_RUNTIME:
        found += [
            f"{path.relative_to(build)}: the runtime has it already"
            for path in build.rglob(name)
            if path.is_dir()
        ]
    for layer in LAYERS:
        found += [f"{path.relative_to(build)}: has no .pyc" for path in uncompiled(build / layer)]
        found += [
            f"{layer}: {name}: no compiled part for {one}" for name, one in lacking(build / layer)
        ]
    total = sum(one.unzipped for one in artifacts(build) if one.name in LAYERS)
    if total > LIMIT_BYTES:
        found.append(f"layers: {total} bytes unzipped, more than Lambda takes")
    return found


def uncompiled(layer: Path) -> list[Path]:
    """Sources without an unchecked .pyc of Python 3.13 beside them."""
    return [source for source in sorted(layer.rglob("*.py")) if not _has_bytecode(source)]


def _has_bytecode(source: Path) -> bool:
    compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
    # PEP 552: bit 0 hash-based, bit 1 check the source; so 1 is hash-based and unchecked.
    return compiled.is_file() and compiled.read_bytes()[4:8] == b"\x01\x00\x00\x00"


def lacking(layer: Path) -> list[tuple[str, str]]:
    """(extension module, architecture) for each that is there for one architecture only."""
    found: dict[str, set[str]] = {}
    for path in layer.rglob("*.cpython-313-*.so"):
        name = str(path.relative_to(layer).parent / path.name.partition(".")[0])
        found.setdefault(name, set()).add(MACHINES.get(_machine(path), "unknown"))
    wanted = set(MACHINES.values())
    return sorted((name, one) for name, have in found.items() for one in wanted - have)


def _machine(library: Path) -> int:
    with library.open("rb") as file:
        return int.from_bytes(file.read(20)[18:20], "little")
