"""What a rehearsal needs of the machine, looked at before anything is started."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

from redash_migration.preflight.source.room import LEAST_FREE
from rehearsal.old_host.redis_server import PROGRAMS, find_program
from rehearsal.options import BadOption, Options

GIGABYTE = 10**9
NEEDED_BYTES = {"small": GIGABYTE, "medium": 4 * GIGABYTE, "large": 16 * GIGABYTE}
"""Both databases with their logs, at their largest: measured, doubled."""
WHOLE_BUDGET_GIBIBYTES = 14
"""With so much free, the default of WalBudgetGibibytes (10) has room beside the databases."""
DUMP_FACTOR = 12
"""A compressed dump, unpacked into two databases with their indexes and logs."""


def check_room(options: Options) -> None:
    """Raises BadOption, which names what is missing and the remedy."""
    _loopback()
    if options.redash_command and not find_program():
        raise BadOption(
            f"REDASH_COMMAND: a real Redash needs a real redis; {' or '.join(PROGRAMS)} is not in "
            "PATH (Debian: apt-get install redis-server; macOS: brew install redis)"
        )
    needed = NEEDED_BYTES[options.scale]
    if options.source_dump is not None:
        from rehearsal.dataset.dump import DumpNotRestored, check_dump

        try:
            check_dump(options.source_dump)
        except DumpNotRestored as error:
            raise BadOption(str(error)) from None
        needed = GIGABYTE + DUMP_FACTOR * _size(options.source_dump)
    # The old host's disk is this one, and the preflight wants so much of it free.
    needed += LEAST_FREE
    # Servers of root run as another user, out of the system's temporary folder.
    for place in (options.directory, Path(tempfile.gettempdir())):
        _disk(place, needed)


def wal_budget(directory: Path) -> dict[str, str]:
    """The template's default, where this disk has room for it; else half of what is free."""
    free = shutil.disk_usage(directory).free / 2**30
    return {} if free >= WHOLE_BUDGET_GIBIBYTES else {"WalBudgetGibibytes": f"{free / 2:.1f}"}


def _disk(place: Path, needed: int) -> None:
    there = next(path for path in (place, *place.parents) if path.exists())
    if not os.access(there, os.W_OK):
        raise BadOption(f"{there}: can't be written; set REHEARSAL_DIRECTORY or TMPDIR")
    free = shutil.disk_usage(there).free
    if free < needed:
        raise BadOption(
            f"{there}: {free / GIGABYTE:.1f} GB free, {needed / GIGABYTE:.1f} GB needed; free some "
            "(make clean removes earlier rehearsals), take a smaller SCALE, or set "
            "REHEARSAL_DIRECTORY and TMPDIR to another disk"
        )


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _loopback() -> None:
    """Every server here listens on a free port of 127.0.0.1."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()[:2], timeout=5).close()
    except OSError as error:
        raise BadOption(
            f"127.0.0.1: no port can be opened and reached ({error.strerror or error}); "
            "see the firewall, the container's network, or `ulimit -n`"
        ) from None
