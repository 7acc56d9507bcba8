"""The status page: where a migration stands and how it ended, once a link has nothing to decide.

Plain HTML that renews itself; it holds no form and no choice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from redash_migration.approval.deciding.finishing import still_waiting
from redash_migration.approval.desk import Desk
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import CONFIRM, EXPIRE
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.page.http import Response
from redash_migration.approval.page.models.picture import progress
from redash_migration.approval.page.rendering import render
from redash_migration.approval.page.status_facts import facts_of, facts_of_decision
from redash_migration.approval.standing.ending_words import (
    ended_title,
    nothing_lost,
)
from redash_migration.approval.standing.standing import Standing, standing
from redash_migration.approval.texts import Texts

QUICK_SECONDS, CALM_SECONDS = 3, 20
"""How soon the page renews itself: while something moves, and while people think."""

_STATIONS = {
    "look": "copied",
    "load": "in_step",
    "ask": "approval",
    "pause": "pause",
    "back": "pause",
    "after": "confirm",
    "end": "confirm",
}


def status_page(
    texts: Texts,
    code: int,
    *,
    desk: Desk,
    gate: Gate,
    evidence: Evidence,
    now: datetime,
    note: str = "",
    pending: bool = False,
    still: bool = False,
) -> Response:
    """``pending``: a decision is written down that the execution has not heard of yet.

    ``still``: it does not renew itself, for who reads slowly or has it read aloud (WCAG 2.2.1).
    """
    stands = standing(desk.record, now, evidence.pause.seconds)
    begins = gate.begins_at(evidence.hash) if gate.state == "OPEN" else None
    title, tone = _title(texts, gate, evidence, stands, begins)
    untouched = stands.stage == "back" and stands.pause_seconds is None
    here = "approval" if untouched else _STATIONS[stands.stage]
    moving = stands.ending is None and (gate.state != "OPEN" or not still_waiting(desk, gate))
    return render(
        texts,
        code,
        "status.html.j2",
        title=title,
        tone=tone,
        notes=[text for text in (note, texts("next.pending") if pending else "") if text],
        lead=_lead(texts, gate, evidence, stands, begins),
        migration=gate.migration_id,
        goes_on=stands.ending is None,
        still=still,
        refresh=None if stands.ending or still else QUICK_SECONDS if moving else CALM_SECONDS,
        bar=_bar(stands),
        page={"progress": None if stands.ending else progress(texts, here)},
        facts=facts_of(texts, gate, evidence, stands, desk.record),
        decision=facts_of_decision(texts, gate),
    )


def _title(
    texts: Texts, gate: Gate, evidence: Evidence, stands: Standing, begins: datetime | None
) -> tuple[str, str]:
    """The headline, and how it feels: good, bad, calm, back."""
    if stands.ending is not None:
        tone = {"SUCCEEDED": "good", "FAILED": "bad"}.get(stands.ending.status, "calm")
        return ended_title(texts, stands.ending), tone
    if way := _way_back(gate, stands):
        return texts({"return": "decided.return"}.get(way, f"status.{way}")), "back"
    if stands.pause_is_on:
        return _pause_title(texts, stands), "calm"
    return _answer_title(texts, gate, evidence, stands, begins)


def _way_back(gate: Gate, stands: Standing) -> Literal["", "return", "forward", "open", "back"]:
    """Which way back is gone: a return, a return that failed and leads forward, a roll-back.

    ``open``: a roll-back where the old Redash was never closed, or serves again already.
    """
    if stands.state.startswith("GoForward"):
        return "forward"
    at_home = stands.stage == "back" or stands.state == "EndReplication"
    if gate.decision == CONFIRM.refuse and at_home:
        return "return"
    if stands.stage != "back":
        return ""
    return "open" if stands.old_side_open else "back"


def _pause_title(texts: Texts, stands: Standing) -> str:
    seconds = texts.figures.duration(stands.pause_seconds or 0)
    if stands.predicted_seconds is None:
        return texts("status.pause_unpredicted", seconds=seconds)
    predicted = texts.figures.duration(stands.predicted_seconds)
    return texts("status.pause", seconds=seconds, predicted=predicted)


def _answer_title(
    texts: Texts, gate: Gate, evidence: Evidence, stands: Standing, begins: datetime | None
) -> tuple[str, str]:
    """Before anything moves, the answer is what there is to tell."""
    moved_on = stands.stage not in {"look", "load", "ask"} and stands.state != gate.purpose.state
    if gate.decided and not moved_on:
        agrees = gate.decision == gate.purpose.agree
        tone = "calm" if gate.decision == EXPIRE else "good" if agrees else "back"
        return texts(f"decided.{gate.decision}"), tone
    if begins is not None:
        return texts("status.planned", time=texts.figures.time(begins)), "good"
    if gate.state == "OPEN" and gate.agreeing(evidence.hash):
        return texts("noted.title"), "good"
    return texts("status.after" if moved_on else "status.waiting"), "good" if moved_on else "calm"


def _lead(
    texts: Texts, gate: Gate, evidence: Evidence, stands: Standing, begins: datetime | None
) -> str:
    if stands.ending is not None:
        return nothing_lost(texts, stands.ending)
    if way := _way_back(gate, stands):
        return texts({"return": "next.return"}.get(way, f"status.lead.{way}"))
    if stands.state in {"", gate.purpose.state} and gate.decided:
        whose = f"{gate.purpose.state}." if gate.decision == EXPIRE else ""
        return texts(f"next.{whose}{gate.decision}")
    if begins is not None:
        return texts("status.lead.planned")
    if gate.state == "OPEN" and gate.agreeing(evidence.hash):
        given = len(gate.agreeing(evidence.hash))
        return texts("noted.text", given=given, required=gate.required)
    return texts(f"status.lead.{stands.stage}")


def _bar(stands: Standing) -> float | None:
    """How much of the predicted pause is over, in per cent, while it is on."""
    if stands.ending or not stands.pause_is_on or not stands.predicted_seconds:
        return None
    return round(min(100.0, 100 * (stands.pause_seconds or 0) / stands.predicted_seconds), 1)
