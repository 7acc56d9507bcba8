"""Whom a question concerns: who started it, who is asked and what they said, for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.purposes import CUTOVER
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import blocked
from redash_migration.approval.starter import Reached
from redash_migration.approval.texts import Texts

UNDER_WAY = timedelta(seconds=60)
"""From the decision to the maintenance notice: the last look at the facts comes between."""

Row = tuple[str, list[str]]


def people_model(
    texts: Texts,
    gate: Gate,
    evidence: Evidence,
    *,
    now: datetime,
    person: Approver | None,
    starter: Reached | None = None,
) -> list[Row]:
    """Label and lines of each row; ``starter``: whether the one who began it hears of the end."""
    figures = texts.figures
    began = gate.requested_by or texts("status.unknown_person")
    if evidence.started_at:
        at = figures.time(evidence.started_at)
        began = texts("people.started_value", person=began, time=at)
    rows: list[Row] = [
        (texts("people.started"), [began, *_hears(texts, starter)]),
        (
            texts("people.way"),
            [
                texts(
                    "people.way_value",
                    source=evidence.source_version,
                    target=evidence.target_version,
                )
            ],
        ),
        (texts("people.asked"), [_answered(texts, gate, one, person) for one in gate.approvers]),
        (
            texts("people.left"),
            [
                texts(
                    "people.left_value",
                    left=figures.duration(max(0.0, (gate.expires_at - now).total_seconds())),
                    time=figures.clock(gate.expires_at),
                )
            ],
        ),
    ]
    if (
        gate.purpose is CUTOVER
        and evidence.pause.seconds is not None
        and not blocked(gate, evidence)
    ):
        over = now + UNDER_WAY + timedelta(seconds=evidence.pause.seconds)
        rows.append((texts("people.over"), [texts("people.over_value", time=figures.clock(over))]))
    return rows


def _hears(texts: Texts, reached: Reached | None) -> list[str]:
    """How whoever started it hears of the end; nothing where that goes without saying."""
    if reached in {None, "approver"}:
        return []
    return [texts(f"starter.{reached}")]


def _answered(texts: Texts, gate: Gate, one: Approver, person: Approver | None) -> str:
    """One approver, with what they answered, so far."""
    name = texts("people.you", person=one.address) if one == person else one.address
    given = gate.answers.get(one.address)
    if given is None or given.decision != gate.purpose.agree:
        return texts("people.not_answered", person=name)
    if given.begin_at:
        return texts("people.planned", person=name, time=texts.figures.time(given.begin_at))
    return texts("people.approved", person=name, time=texts.figures.clock(given.at))
