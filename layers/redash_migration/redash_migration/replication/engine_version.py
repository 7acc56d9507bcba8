"""Which DMS engine reads which PostgreSQL."""

from __future__ import annotations

import re

from redash_migration.record import Check

LEAST = {13: (3, 4, 3), 14: (3, 4, 7), 15: (3, 5, 1), 16: (3, 5, 3), 17: (3, 6, 1)}
"""PostgreSQL as a source, major version -> least engine version (AWS DMS User Guide, "Using a
PostgreSQL database as an AWS DMS source"). Older ones take any engine."""


def engine_check(source_major: int, engine: str) -> Check:
    """Whether the replication instance's ``engine`` ("3.5.4") reads the old database's version."""
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", engine)
    if found is None:
        return Check(
            "replication.engine_version",
            "UNKNOWN",
            f"the replication instance names no engine version ({engine or 'nothing'})",
            "Look at the instance in the DMS console.",
        )
    said = f"DMS engine {engine}, PostgreSQL {source_major}"
    if source_major > max(LEAST):
        return Check(
            "replication.engine_version",
            "WARN",
            f"{said}: no engine is documented to read it",
            "See the list of source versions in the DMS user guide; take the newest engine.",
        )
    least = LEAST.get(source_major, (0, 0, 0))
    if tuple(map(int, found.groups())) >= least:
        return Check("replication.engine_version", "PASS", said)
    wanted = ".".join(map(str, least))
    return Check(
        "replication.engine_version",
        "FAIL",
        f"{said}: needs engine {wanted} or newer",
        f"Deploy the stack again with ReplicationEngineVersion={wanted}.",
    )
