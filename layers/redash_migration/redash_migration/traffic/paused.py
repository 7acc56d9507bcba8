"""Paused data sources: Redash keeps a pause in redis, and the new home's starts empty."""

from __future__ import annotations

from http.client import NOT_FOUND, OK

from redash_migration.host.inspection import PAUSED_FACT
from redash_migration.record import Check, Record
from redash_migration.record.checks import CheckStatus
from redash_migration.traffic.administrator import Administrator
from redash_migration.traffic.live import LiveAsker

PAUSED = "smoke.paused_data_sources"
_REMEDY = "Pause them by hand as soon as users are there; see the server's log."


def paused_sources(record: Record) -> list[int]:
    """Data sources that are paused on the old host, as they were when its queues had run empty."""
    host = record.fact("host") or {}
    found = (record.fact(PAUSED_FACT) or {}).get("data_sources", host.get("paused"))
    return [int(number) for number in found or []]


def pause_again(host: str, port: int, who: Administrator, paused: list[int]) -> list[Check]:
    """Pause them in the new home: Redash keeps a pause in redis, and the new one is empty."""
    if not paused:
        return []
    named = ", ".join(str(number) for number in paused)
    if not who.api_key:
        why = f"data sources {named} are paused on the old host; without an API key not here"
        return [Check(PAUSED, "WARN", why, _REMEDY)]
    asker = LiveAsker(host, port, who.api_key)
    asker.find_organization(who.slugs)
    said = {n: asker.post(f"/api/data_sources/{n}/pause", {"reason": ""})[0] for n in paused}
    if failed := [f"{number} ({status})" for number, status in said.items() if status != OK]:
        why = f"could not be paused as on the old host: data sources {', '.join(failed)}"
        # Of another organization, or gone since: nothing that this key could pause.
        status: CheckStatus = "FAIL" if set(said.values()) - {OK, NOT_FOUND} else "WARN"
        return [Check(PAUSED, status, why, _REMEDY)]
    return [Check(PAUSED, "PASS", f"paused as on the old host: data sources {named}")]
