"""What a page shows: evidence turned into words and figures of one language.

Templates only lay out; whatever needs a decision is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.purposes import CUTOVER
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import offered
from redash_migration.approval.page.models.cards import Model, as_of, new_side_cards, stream_cards
from redash_migration.approval.page.models.pause_model import pause_model
from redash_migration.approval.page.models.people_model import people_model
from redash_migration.approval.page.models.picture import progress
from redash_migration.approval.page.models.tables_model import excluded_tables, tables_model
from redash_migration.approval.starter import Reached
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import (
    finding_model,
    question_lead,
    question_title,
    severity,
)


def page_model(
    texts: Texts,
    gate: Gate,
    evidence: Evidence,
    *,
    now: datetime,
    person: Approver | None,
    starter: Reached | None = None,
) -> Model:
    """The evidence part of a page, for either question."""
    after = "" if evidence.new_side is None else "_after"
    return {
        "migration": gate.migration_id,
        "title": question_title(texts, gate, evidence),
        "severity": severity(gate, evidence),
        "lead": question_lead(texts, gate, evidence),
        "headline": _headline(texts, evidence),
        "deadline": texts("deadline", time=texts.figures.time(gate.expires_at)),
        "deadline_iso": gate.expires_at.isoformat(timespec="minutes"),
        "progress": progress(texts, "approval" if gate.purpose is CUTOVER else "confirm"),
        "steps_list": "ol" if gate.purpose is CUTOVER else "ul",
        "steps": _steps(texts, gate, evidence),
        "pause": pause_model(texts, evidence) if gate.purpose is CUTOVER else None,
        "findings": [
            finding_model(texts, finding)
            for finding in sorted(evidence.findings, key=lambda one: not one.blocks)
        ],
        "findings_title": _findings_title(texts, evidence),
        "findings_note": _findings_note(texts, gate, evidence),
        "tables": tables_model(texts, evidence),
        "tables_title": texts(f"tables.title{after}"),
        "excluded": excluded_tables(texts, evidence),
        "excluded_text": texts(f"excluded.text{after}"),
        "cards_title": texts("stream.title" if evidence.new_side is None else "new.title"),
        "cards": stream_cards(texts, evidence)
        if evidence.new_side is None
        else new_side_cards(texts, evidence),
        "as_of": as_of(texts, evidence),
        "back": _back(texts, gate, evidence),
        "people": people_model(texts, gate, evidence, now=now, person=person, starter=starter),
        "people_note": _people_note(texts, gate, evidence),
        "hash": evidence.hash,
    }


def _headline(texts: Texts, evidence: Evidence) -> Model:
    figures, side = texts.figures, evidence.new_side
    amount = texts(
        "headline.rows",
        rows=figures.short(evidence.total_rows),
        bytes=figures.bytes(evidence.total_bytes),
        tables=len(evidence.tables),
    )
    label = texts(f"{evidence.purpose}.headline")
    if side is not None:
        note, tone = "headline.writes_note", "warn"
        if evidence.way_home is not None and evidence.way_home.possible:
            note, tone = "headline.writes_come_home_note", "good"
        elif side.writes is None:
            note = "headline.writes_unmeasured_note"
        elif side.writes == 0:
            note, tone = "headline.no_writes_note", "good"
        value = texts("unknown") if side.writes is None else figures.number(side.writes)
        return {"label": label, "value": value, "notes": [texts(note)], "tone": tone}
    pause = evidence.pause
    notes = [amount]
    if pause.seconds is None:
        return {"label": label, "value": texts("unknown"), "notes": notes, "tone": "warn"}
    over = 0 < pause.budget_seconds < pause.seconds
    if pause.budget_seconds:
        notes.insert(0, texts("headline.budget", budget=figures.duration(pause.budget_seconds)))
    return {
        "label": label,
        "value": figures.duration(pause.seconds),
        "notes": notes,
        "tone": "warn" if over else "good",
    }


def _steps(texts: Texts, gate: Gate, evidence: Evidence) -> list[str]:
    if gate.purpose is not CUTOVER:
        named = {"return": "steps.return", "go_back": "steps.go_back"}
        ways = [texts(named[way]) for way in offered(gate, evidence) if way in named]
        return [texts("steps.keep"), *ways, texts("steps.silence")]
    restored = ", ".join(table.name for table in evidence.tables if table.method == "restore")
    steps = [texts("steps.stop"), texts("steps.drain")]
    if restored:
        steps.append(texts("steps.restore", tables=restored))
    return [
        *steps,
        texts("steps.verify"),
        texts("steps.start"),
        texts("steps.switch"),
        texts("steps.confirm"),
    ]


def _findings_title(texts: Texts, evidence: Evidence) -> str:
    """A failed check is no warning, and the headline says so."""
    if not evidence.blockers:
        return texts("findings.title")
    return texts("findings.title.both" if evidence.warnings else "findings.title.failed")


def _findings_note(texts: Texts, gate: Gate, evidence: Evidence) -> str:
    if not evidence.findings:
        return texts("findings.none", passed=evidence.passed)
    if gate.purpose is CUTOVER and evidence.blockers:
        return texts("findings.blocked")
    return texts(f"findings.some.{gate.purpose.state}", passed=evidence.passed)


def _back(texts: Texts, gate: Gate, evidence: Evidence) -> list[str]:
    until = texts("back.until", time=texts.figures.time(gate.expires_at))
    side = evidence.new_side
    if side is None:
        return [texts("back.RequestApproval"), until]
    if side.writes is None or not side.switched_at:
        return [texts("back.unmeasured"), until]
    figures: Mapping[str, str] = {"switched": texts.figures.time(side.switched_at)}
    way = evidence.way_home
    if way is not None and way.possible and way.seconds is not None:
        pause = texts.figures.duration(way.seconds)
        writes = texts.figures.number(side.writes)
        return [texts("back.return", writes=writes, pause=pause, **figures), until]
    if side.writes == 0:
        return [texts("back.none", **figures), until]
    return [texts("back.some", writes=texts.figures.number(side.writes), **figures), until]


def _people_note(texts: Texts, gate: Gate, evidence: Evidence) -> str:
    if gate.required < 2:
        return ""
    given = len(gate.agreeing(evidence.hash))
    return texts("two_needed", given=given, required=gate.required)
