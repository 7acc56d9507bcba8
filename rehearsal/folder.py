"""Where a rehearsal keeps what it leaves: a folder of its own, held by one process at a time.

``.rehearsal/<migration>/`` for each rehearsal, and ``.rehearsal/latest`` is a link to the newest.
The lock is the kernel's, on a file that names the process: it goes with the process, however that
ends, and processes started by it don't inherit it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

MARK = ".made-by-a-rehearsal"
"""A file that says of a folder that it may be emptied for the next rehearsal."""
LATEST = "latest"


class Held(Exception):
    """Another rehearsal is at work there; the text names its process."""


def fresh(root: Path) -> Path:
    """A folder's name that no rehearsal has yet, of the form that migrations have."""
    name = datetime.now(UTC).strftime("redash-%Y%m%d-%H%M%S")
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next(root / one for one in names if not (root / one).exists())


@contextmanager
def held(folder: Path, *, among: Path | None) -> Iterator[None]:
    """The folder is made and stays ours; ``among``: the folder of all, which is held instead.

    Raises:
        Held: by another process.
    """
    (among or folder).mkdir(parents=True, exist_ok=True)
    path = among / "lock" if among else folder / MARK
    with path.open("a+", encoding="utf-8") as file:
        _lock(file, path.parent)
        # It holds links that decide, and what a dump holds. As root the servers are another user's.
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        (folder / MARK).touch()
        if among:
            _point(among / LATEST, folder)
        yield


def _lock(file: IO[str], place: Path) -> None:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        pid = file.read().strip() or "unknown"
        raise Held(
            f"a rehearsal is running in {place} (process {pid}): wait for its end, or end it "
            f"with: kill {pid}"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()


def check_idle(among: Path) -> None:
    """Whether nobody is at work in the folder of all, or in one of its own, so that it may be
    removed.

    Raises:
        Held: by another process.
    """
    for path in (among / "lock", *among.glob(f"*/{MARK}")):
        if path.exists():
            with path.open("r+", encoding="utf-8") as file:
                _lock(file, path.parent)


def clear(folder: Path) -> None:
    """Empty it for the next rehearsal; the mark stays, since the lock may be on it."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name == MARK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def drop_databases(folder: Path) -> None:
    """Their files, most of what a rehearsal takes of a disk, however it ended; logs stay."""
    for path in (folder / "databases").glob("*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_symlink():
            path.unlink()


def settle(folder: Path, migration_id: str, *, among: Path | None) -> Path:
    """Where it lies in the end: under the migration's name."""
    if among is None or not migration_id or folder.name == migration_id:
        return folder
    named = among / migration_id
    if named.exists():
        return folder
    folder.rename(named)
    _point(among / LATEST, named)
    return named


def _point(link: Path, folder: Path) -> None:
    """Make the link, in the place of an earlier one; a real folder of that name is put aside."""
    if link.exists() and not link.is_symlink():
        link.rename(fresh(link.parent))
    temporary = link.with_name(f".{link.name}-{os.getpid()}")
    with suppress(FileNotFoundError):
        temporary.unlink()
    temporary.symlink_to(folder.name)
    temporary.replace(link)


if __name__ == "__main__":  # `make clean` asks first, perhaps without a virtual environment
    try:
        check_idle(Path(".rehearsal").resolve())
    except Held as error:
        sys.exit(f"Nothing was removed: {error}")
