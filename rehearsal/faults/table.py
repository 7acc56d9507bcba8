"""The faults by name. Adding one is adding one entry here."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.events import drop_dms_events

FAULTS: dict[str, Case] = {
    "dms-event-lost": Case(
        "no event of the replication task ever arrives",
        "SUCCEEDED",
        where="EventBridge",
        arm=drop_dms_events,
        in_tests=True,
    ),
}
