"""What stands in a report of a return: its pause, and what came home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from redash_migration.clock import seconds_between
from redash_migration.errors import NotFoundInRecord
from redash_migration.homecoming.facts import (
    FAILED_FACT,
    FAILED_PAUSES_FACT,
    PAUSE_FACT,
    WAY_HOME_FACT,
)
from redash_migration.record import Record

if TYPE_CHECKING:
    from redash_migration.adapters.s3 import Artifacts


def homecoming(
    record: Record, artifacts: Artifacts, plan: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The return's part of a report; None where none was tried. `record` is the return's.

    Its pause lasted from the maintenance answer to the switch back. `tables` are those of the plan
    with what was carried home in the pause, `failed` what ended an earlier try,
    `failed_pauses_seconds` how long users waited in each that was led forward again, and
    `closed_since` when the maintenance answer began that nothing has ended yet.
    """
    pause, found = record.fact(PAUSE_FACT), record.tables.all()
    failed = record.fact(FAILED_FACT)
    if pause is None and failed is None and not found:
        return None
    predicted = record.fact(WAY_HOME_FACT) or {}
    began, ended = (pause or {}).get("began"), (pause or {}).get("ended")
    open_again = ended or (pause or {}).get("led_forward")
    return {
        "closed_since": None if open_again else began,
        "write_pause_seconds": seconds_between(began, ended) if began and ended else None,
        "predicted_write_pause_seconds": predicted.get("seconds"),
        "predicted_parts": predicted.get("parts", {}),
        "tables": [
            {"name": name, **found.get(name, {})}
            for name in (f"{each['schema']}.{each['name']}" for each in plan.get("tables", []))
        ],
        "sequences": _sequences(artifacts),
        "failed": failed,
        "failed_pauses_seconds": [
            seconds_between(each["began"], each["ended"])
            for each in (record.fact(FAILED_PAUSES_FACT) or {}).get("pauses", [])
        ],
    }


def _sequences(artifacts: Artifacts) -> Any:
    try:
        return artifacts.get_json("return/sequences.json")
    except NotFoundInRecord:
        return []
