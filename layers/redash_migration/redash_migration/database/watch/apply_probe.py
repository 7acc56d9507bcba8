"""How late changes arrive: rows written on the source for that, and waited for on the target."""

from __future__ import annotations

import time
from contextlib import closing

from redash_migration.database.prediction.update import PROBES
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.record import Record

PROBE_COUNT = 3
LONGEST = 15.0
REST = 1.5
_POLL = 0.1


def probe_apply(record: Record, source: DatabaseAddress, target: DatabaseAddress) -> list[float]:
    """Seconds after which each of a few canaries arrived; measured once, and by one step.

    One that has not arrived after LONGEST seconds counts as that. The canary of the drain is
    another: it carries the position of the fence.
    """
    known = record.fact(PROBES)
    if known is not None:
        return list(known["seconds"])
    found: list[float] = []
    with (
        closing(connect(source, purpose="probe", read_only=False)) as old,
        closing(connect(target, purpose="probe")) as new,
    ):
        for number in range(PROBE_COUNT):
            if number:
                time.sleep(REST)  # at once, it would travel with the one before
            mark, began = f"probe {number}", time.monotonic()
            canary.release(old, record.migration_id, mark)
            while canary.mark(new, record.migration_id) != mark:
                if time.monotonic() - began > LONGEST:
                    break
                time.sleep(_POLL)
            found.append(round(time.monotonic() - began, 3))
    record.put_fact(PROBES, {"seconds": found})
    return found
