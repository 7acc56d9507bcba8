"""What is said about a build that isn't as it should be."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deployment.artifacts import artifacts, digest, problems

UNCHECKED = b"\x00\x00\x00\x00\x01\x00\x00\x00" + bytes(8)


def library(path: Path, machine: int) -> None:
    path.write_bytes(b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little"))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    for layer in ("DomainLayer", "PsycopgLayer"):
        package = tmp_path / layer / "python" / "package"
        (package / "__pycache__").mkdir(parents=True)
        (package / "module.py").write_text("value = 1", encoding="utf-8")
        (package / "__pycache__" / "module.cpython-313.pyc").write_bytes(UNCHECKED)
        library(package / "fast.cpython-313-x86_64-linux-gnu.so", 62)
        library(package / "fast.cpython-313-aarch64-linux-gnu.so", 183)
    return tmp_path


def test_a_good_build_has_no_problems(build: Path) -> None:
    assert problems(build) == []
    assert [one.name for one in artifacts(build)] == ["DomainLayer", "PsycopgLayer"]
    assert all(one.files == 4 and one.zipped > 0 for one in artifacts(build))


def test_a_carried_sdk_is_reported(build: Path) -> None:
    (build / "DomainLayer" / "python" / "boto3").mkdir()
    assert problems(build) == ["DomainLayer/python/boto3: the runtime has it already"]


def test_a_source_without_bytecode_is_reported(build: Path) -> None:
    package = build / "PsycopgLayer" / "python" / "package"
    (package / "__pycache__" / "module.cpython-313.pyc").write_bytes(bytes(16))
    assert problems(build) == ["PsycopgLayer/python/package/module.py: has no .pyc"]


def test_a_missing_architecture_is_reported(build: Path) -> None:
    package = build / "PsycopgLayer" / "python" / "package"
    (package / "fast.cpython-313-aarch64-linux-gnu.so").unlink()
    assert problems(build) == ["PsycopgLayer: python/package/fast: no compiled part for arm64"]


def test_a_missing_layer_is_reported(build: Path) -> None:
    shutil.rmtree(build / "DomainLayer")
    assert problems(build) == ["DomainLayer: was not built"]


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("layer", ["redash_migration", "psycopg"])
def test_a_layer_is_the_same_from_two_build_folders(layer: str, tmp_path: Path) -> None:
    """By the Makefile's own command, with this Python: its .pyc must not hold the build's path."""
    text = (ROOT / "layers" / layer / "Makefile").read_text(encoding="utf-8")
    [command] = re.findall(r"^\t\$\(PYTHON\) (-m compileall .*)$", text, re.MULTILINE)
    digests = []
    for name in ("here", "somewhere/else"):
        folder = tmp_path / name / "python"
        shutil.copytree(
            ROOT / "layers" / "redash_migration" / "redash_migration", folder / "package"
        )
        for cache in folder.rglob("__pycache__"):
            shutil.rmtree(cache)
        arguments = command.replace('"$(LAYER)"', str(folder)).split()
        subprocess.run([sys.executable, *arguments], check=True)
        assert list(folder.rglob("*.pyc"))
        digests.append(digest(folder))
    assert digests[0] == digests[1]


def test_a_digest_tells_names_and_contents_apart(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1", encoding="utf-8")
    first = digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = digest(tmp_path)
    (tmp_path / "b").write_text("2", encoding="utf-8")
    assert len({first, renamed, digest(tmp_path)}) == 3
