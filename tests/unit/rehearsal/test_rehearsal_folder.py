"""A rehearsal's folder: one at a time, each kept under its migration's name, the newest linked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.folder import MARK, Held, check_idle, clear, drop_databases, fresh, held, settle

HOLDER = """
import sys
from pathlib import Path
from rehearsal.folder import held
folder, among = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
with held(folder, among=among):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("named", [False, True])
def test_a_second_one_is_told_the_process_that_is_there(tmp_path: Path, named: bool) -> None:
    first = tmp_path / "first"
    second = first if named else tmp_path / "second"
    arguments = [str(first), "" if named else str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        (first / "evidence.txt").write_text("here")
        with (
            pytest.raises(Held, match=f"process {holder.pid}"),
            held(second, among=None if named else tmp_path),
        ):
            pass
        assert (first / "evidence.txt").exists()
        with pytest.raises(Held, match=f"process {holder.pid}"):
            check_idle(tmp_path)
        holder.communicate()
    check_idle(tmp_path)
    with held(second, among=None if named else tmp_path):
        pass


def test_clearing_keeps_the_mark_that_may_be_locked(tmp_path: Path) -> None:
    with held(tmp_path / "run", among=None):
        inode = (tmp_path / "run" / MARK).stat().st_ino
        (tmp_path / "run" / "logs").mkdir()
        clear(tmp_path / "run")
        assert [path.name for path in (tmp_path / "run").iterdir()] == [MARK]
        assert (tmp_path / "run" / MARK).stat().st_ino == inode


def test_it_ends_under_the_migration_s_name_and_the_link_follows(tmp_path: Path) -> None:
    for migration in ("redash-20260101-000000", "redash-20260101-000100"):
        folder = fresh(tmp_path)
        with held(folder, among=tmp_path):
            assert (tmp_path / "latest").resolve() == folder
            (folder / "databases" / "source").mkdir(parents=True)
            (folder / "databases" / "source.log").write_text("log")
            assert folder.stat().st_mode & 0o066 == 0, "others read its links"
            drop_databases(folder)
            settled = settle(folder, migration, among=tmp_path)
        assert settled == tmp_path / migration
        assert (tmp_path / "latest").resolve() == settled
        assert [path.name for path in (settled / "databases").iterdir()] == ["source.log"]
    assert (tmp_path / "redash-20260101-000000" / MARK).exists()


def test_a_real_folder_where_the_link_belongs_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "report.json").write_text("{}")
    with held(fresh(tmp_path), among=tmp_path):
        assert (tmp_path / "latest").is_symlink()
    assert len(list(tmp_path.glob("redash-*/report.json"))) == 1
