"""Faults that do not meet, in one rehearsal: what each must come to, they must come to together."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.hooks import together
from rehearsal.faults.kinds.steps import killed_half_way
from rehearsal.faults.table.database import DATABASE
from rehearsal.faults.table.events import EVENTS
from rehearsal.faults.table.source import SOURCE

SEVERAL: dict[str, Case] = {
    "many-at-once": Case(
        "each function is killed half-way, once; no event of the task arrives, COPY's connection"
        " ends, a transaction is open at the fence",
        "SUCCEEDED",
        where="all",
        arm=together(
            killed_half_way(),
            EVENTS["dms-event-lost"].arm,
            DATABASE["connection-cut-in-precopy"].arm,
            SOURCE["open-transaction-of-the-replication"].arm,
        ),
        in_tests=True,
        by_name_only=True,
    ),
}
