"""Would a return be possible? Asked before anything begins; none of it stands in the way there.

What is missing is a warning: the migration may go on without, and the way back after the switch is
then the lossy one. What changes until then is asked anew by the minute (homecoming/possible.py).
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redash_migration.database.tables.catalog import Connection
from redash_migration.homecoming.possible import BYTES_A_KEY, LEAST_ROOM
from redash_migration.homecoming.rights import lacking
from redash_migration.plan import TablePlan
from redash_migration.preflight.asking import Question, listed
from redash_migration.preflight.source.room import Room
from redash_migration.record import Check

CONNECT_SECONDS = 3.0


def may_return(connection: Connection) -> Iterable[Check]:
    """Whether the role could bring rows home (homecoming/rights.py)."""
    name, who = "source.may_return", connection.info.user
    if missing := lacking(connection):
        yield Check(
            name,
            "WARN",
            f"{who} could not bring rows home after the switch: "
            f"{'; '.join(what for what, _ in missing)}",
            f"{'; '.join(remedy for _, remedy in missing)}. Without it, going back later gives up "
            "what was written since.",
        )
    else:
        yield Check(name, "PASS", f"{who} may write everything on the old side, triggers silent")


QUESTIONS: Mapping[str, Question] = {"source.may_return": may_return}


def room_for_return(tables: Sequence[TablePlan], room: Room) -> Check:
    """What a return needs beside the WAL budget: some room, and the scan of both sides' keys."""
    name = "source.room_for_return"
    wanted = LEAST_ROOM + BYTES_A_KEY * sum(max(table.rows, 0) for table in tables)
    if room.disk_free_bytes is None:
        return Check(
            name,
            "WARN",
            "the free space of the source's disk is not known",
            "See that df works in the compose directory of the old host.",
        )
    left = room.disk_free_bytes - (room.wal_budget_bytes or 0)
    if left < wanted:
        return Check(
            name,
            "WARN",
            f"{left} bytes are left beside the WAL budget; a return needs {wanted}, and twice what"
            " users write until then",
            "Grow the volume of the old host, or lower WalBudgetGibibytes.",
        )
    return Check(name, "PASS", f"{left} bytes are left beside the WAL budget, {wanted} needed")


def redash_reachable(targets: Sequence[Mapping[str, Any]], old_host: str) -> Check | None:
    """The functions' network reaches the old Redash's port: a return tries it there before users
    do. None where no target is registered, which another check tells."""
    name = "host.redash_reachable"
    closed = []
    for target in targets:
        host = str(target["host"])
        address = (old_host if host.startswith("i-") else host, int(target["port"]))
        try:
            socket.create_connection(address, CONNECT_SECONDS).close()
        except OSError:
            closed.append(f"{address[0]}:{address[1]}")
    if closed:
        return Check(
            name,
            "WARN",
            f"the functions do not reach the old Redash at {listed(closed)}",
            "Let the functions' security group reach that port of the old host: without it a return"
            " can't try the old Redash, and leads forward again.",
        )
    return Check(name, "PASS", "the functions reach the old Redash's port") if targets else None
