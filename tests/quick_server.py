"""A PostgreSQL server that costs as little as it can: databases come and go on it by the hundred.

Nothing is written for good, for no test pulls the plug. A password's verifier is made in one round,
for every session proves it anew. The files lie in memory where there is plenty: ext4 looks for a
new file's number among all that were given back within seconds, a quarter of all time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rehearsal.postgres import Cluster, programs, server_version
from rehearsal.postgres.programs import Side

MEMORY = Path("/dev/shm")
PREFIX = "redash-migration-tests-"
ROOM_BYTES = 4 << 30
"""So much must be free there, for all servers of a run."""
NO_DISK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
LITTLE_LOG = {"max_wal_size": "256MB"}


@contextmanager
def quick_server(side: Side, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A server of that side's version while the context lasts; ``settings`` beside its own."""
    bin_dir = programs(side)
    cheap = {**NO_DISK, **LITTLE_LOG}
    if server_version(bin_dir) >= 16:
        cheap["scram_iterations"] = "1"
    with _room() as room:
        data = room / "data"
        with Cluster(bin_dir, data, settings={**cheap, **(settings or {})}, name=side) as cluster:
            yield cluster


@contextmanager
def _room() -> Iterator[Path]:
    room = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_place()))
    room.chmod(0o755)  # the server's user passes through, where that is another
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _place() -> Path | None:
    """Memory, or None: where temporary files are."""
    if not os.access(MEMORY, os.W_OK):
        return None
    for left in MEMORY.glob(f"{PREFIX}*"):  # of a run that was killed
        if not Path("/proc", left.name.removeprefix(PREFIX).partition("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM_BYTES else None
