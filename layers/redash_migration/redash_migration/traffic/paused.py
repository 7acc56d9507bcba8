"""Paused data sources: Redash keeps a pause in redis, and each home has a redis of its own.

So both are made equal before workers start: what is paused in the home that is left is paused in
the other, and what was resumed there since an earlier migration is resumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.client import NOT_FOUND, OK
from typing import Any

from redash_migration.host.inspection import PAUSED_FACT
from redash_migration.record import Check, Record
from redash_migration.traffic.administrator import Administrator
from redash_migration.traffic.live.asker import LiveAsker

PAUSED = "smoke.paused_data_sources"
_REMEDY = "Pause and resume them by hand as soon as users are there; see the server's log."
_UNSEEN = "which data sources are paused in the other home can't be seen"


def paused_sources(record: Record) -> list[int] | None:
    """Data sources that are paused in the home that is left; None where that can't be seen.

    On the old host as they were when its queues had been drained, in a return as PrepareReturn saw.
    """
    if (noted := record.fact(PAUSED_FACT)) is not None:
        found = noted["data_sources"]
    else:
        host = record.fact("host") or {}
        found = host.get("paused") if host.get("queues") is not None else None
    return None if found is None else [int(number) for number in found]


def note_paused(
    record: Record, servers: Iterable[Mapping[str, Any]], who: Administrator
) -> list[int] | None:
    """Keep for a return what is paused in the new home, as the first server that answers says."""
    found: dict[int, bool] | None = None
    for server in servers if who.api_key else ():
        own, beside = _askers(str(server["host"]), int(server["port"]), who)
        if (found := _listed(own, beside)) is not None:
            break
    known = None if found is None else sorted(one for one, is_paused in found.items() if is_paused)
    record.put_fact(PAUSED_FACT, {"data_sources": known})
    return known


def pause_alike(host: str, port: int, who: Administrator, paused: list[int] | None) -> list[Check]:
    """Pause these data sources and resume all others, in the home that this server belongs to."""
    if paused is None:
        return [Check(PAUSED, "WARN", _UNSEEN, _REMEDY)]
    if not who.api_key:
        named = ", ".join(str(number) for number in paused)
        why = f"data sources {named} are paused in the other home; without an API key not here"
        return [Check(PAUSED, "WARN", why, _REMEDY)] if paused else []
    own, beside = _askers(host, port, who)
    listed = _listed(own, beside)
    if listed is None and not paused:
        return []
    here = {number for number, is_paused in (listed or {}).items() if is_paused}
    changes = [("POST", number) for number in paused if number not in here]
    changes += [("DELETE", number) for number in sorted(here - set(paused))]
    asker_of = {number: asker for asker, numbers in beside for number in numbers}
    said = {
        number: asker_of.get(number, own).send(
            method, f"/api/data_sources/{number}/pause", {"reason": ""}
        )[0]
        for method, number in changes
    }
    if failed := [f"{number} ({status})" for number, status in said.items() if status != OK]:
        why = f"could not be paused as in the other home: data sources {', '.join(failed)}"
        # What is not listed has no runner here, so it takes no query (Redash keeps the pause, then
        # answers 500), or is of an organization without an administrator; what is not found has
        # gone since.
        grave = any(
            status not in {OK, NOT_FOUND} and (listed is None or number in listed)
            for number, status in said.items()
        )
        return [Check(PAUSED, "FAIL" if grave else "WARN", why, _REMEDY)]
    if not paused and not changes:
        return []
    named = ", ".join(str(number) for number in paused) or "none"
    return [Check(PAUSED, "PASS", f"paused as in the other home: data sources {named}")]


_Beside = list[tuple[LiveAsker, frozenset[int]]]
"""Who asks for each other organization, and its data sources."""


def _askers(host: str, port: int, who: Administrator) -> tuple[LiveAsker, _Beside]:
    asker = LiveAsker(host, port, who.api_key)
    asker.find_organization(who.slugs)
    beside: _Beside = []
    for one in who.neighbours:
        other = LiveAsker(host, port, one.api_key)
        other.find_organization([one.slug])
        beside.append((other, one.data_sources))
    return asker, beside


def _listed(own: LiveAsker, beside: _Beside) -> dict[int, bool] | None:
    """Id -> whether this home says that it is paused: a number or a truth value (10.1 to 26.3).

    None where the administrator is told nothing; other organizations may say nothing.
    """
    found: dict[int, bool] = {}
    for asker in (own, *(other for other, _ in beside)):
        status, listed = asker.json("/api/data_sources")
        if status == OK and isinstance(listed, list):
            sources = [one for one in listed if isinstance(one, dict)]
            found |= {int(one["id"]): bool(one.get("paused")) for one in sources if "id" in one}
        elif asker is own:
            return None
    return found
