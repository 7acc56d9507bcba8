"""Defect: PutEvents answers 500 when a rule's target is a function or a state machine.

Repair: events go to the rehearsal's own bus, which matches the rules that moto holds.
"""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Take the events over; refusals stay as moto makes them."""
    from moto.events.models import EventsBackend

    def put_events(self: Any, events: list[dict[str, Any]]) -> Any:
        entries = check(self, [{**event, "EventBusName": None} for event in events])
        for event, entry in zip(events, entries, strict=True):
            if "EventId" in entry and hooks.put_event is not None:
                entry["EventId"] = hooks.put_event(
                    {
                        "source": event["Source"],
                        "detail-type": event["DetailType"],
                        "detail": json.loads(event["Detail"]),
                        "resources": event.get("Resources", []),
                    }
                )
        return entries

    check = replace(EventsBackend, "put_events", put_events)

    from moto.events.models import Rule

    replace(Rule, "send_to_targets", lambda *_args, **_named: None)
