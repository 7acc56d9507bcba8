"""The form: who decides, between what, what has to be typed, what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import CUTOVER
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import (
    BEGIN_MARGIN,
    MAXIMUM_REASON,
    Problem,
    blocked,
    offered,
    started_by,
)
from redash_migration.approval.texts import Texts

_FIELD: Mapping[Problem, str] = {
    "name_missing": "name",
    "name_wrong": "name",
    "decision_missing": "decision",
    "reason_missing": "reason",
    "reason_too_long": "reason",
    "begin_invalid": "begin",
    "begin_passed": "begin",
    "begin_late": "begin",
}


def form_model(
    texts: Texts,
    gate: Gate,
    evidence: Evidence,
    *,
    person: str,
    nonce: str,
    typed: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
    planned: bool = False,
) -> dict[str, Any]:
    """Everything the form shows; ``typed`` is what a person sent before and gets back.

    A choice that nobody could make is not offered: agreeing while a check stands failed, or once
    more to what is ``planned``.
    """
    starter, closed = started_by(gate, person), blocked(gate, evidence)
    fields = {"decision": "", "name": "", "reason": "", "begin": ""}
    for problem in problems:
        field = _FIELD.get(problem, "decision")
        until = texts.figures.time(gate.expires_at - BEGIN_MARGIN)
        fields[field] = fields[field] or texts(f"problem.{problem}", time=until)
    choices = [
        decision
        for decision in offered(gate, evidence)
        if decision != gate.purpose.agree or not (closed or planned)
    ]
    return {
        "person": texts("deciding_as", person=person),
        "nonce": nonce,
        "evidence": evidence.hash,
        "name": typed.get("name", ""),
        "reason": typed.get("reason", ""),
        "reason_limit": MAXIMUM_REASON,
        "reason_hint": _reason_hint(texts, gate, evidence),
        "choices": [
            {
                "value": decision,
                "label": texts(f"form.{decision}"),
                "hint": _hint(texts, decision, evidence),
                "tone": "agree" if decision == gate.purpose.agree else "refuse",
                "checked": typed.get("decision") == decision or len(choices) == 1,
                "disabled": decision == gate.purpose.agree and starter,
            }
            for decision in choices
        ],
        "title": texts("form.title" if len(choices) > 1 else "form.title.refuse"),
        "folded": closed and not problems,
        "submit": texts("form.submit" if len(choices) > 1 else "form.submit.refuse"),
        "parts": ";".join(f"{name}={digest}" for name, digest in evidence.parts().items()),
        "begin": _begin(texts, gate, typed) if gate.purpose.agree in choices else None,
        "note": texts("form.starter") if starter else texts("form.blocked") if closed else "",
        "problems": [text for text in fields.values() if text],
        "field": fields,
    }


def _begin(texts: Texts, gate: Gate, typed: Mapping[str, str]) -> dict[str, str] | None:
    """A time to begin at may be named for a cutover."""
    if gate.purpose is not CUTOVER:
        return None
    figures = texts.figures
    latest = gate.expires_at - BEGIN_MARGIN
    return {
        "value": typed.get("begin_at", ""),
        "hint": texts("begin.hint", zone=figures.zone_name, time=figures.time(latest)),
        "least": f"{gate.opened_at.astimezone(figures.zone):%Y-%m-%dT%H:%M}",
        "most": f"{latest.astimezone(figures.zone):%Y-%m-%dT%H:%M}",
    }


def _hint(texts: Texts, decision: str, evidence: Evidence) -> str:
    way = evidence.way_home
    if decision == "return" and way is not None and way.seconds is not None:
        return texts("form.return.hint", pause=texts.figures.duration(way.seconds))
    if decision != "go_back":
        return texts(f"form.{decision}.hint")
    writes = None if evidence.new_side is None else evidence.new_side.writes
    if writes is None:
        return texts("form.go_back.unmeasured")
    if writes == 0:
        return texts("form.go_back.none")
    return texts("form.go_back.some", writes=texts.figures.number(writes))


def _reason_hint(texts: Texts, gate: Gate, evidence: Evidence) -> str:
    key = "form.reason.required" if evidence.findings else "form.reason.refusal"
    return texts(key if gate.purpose is CUTOVER else f"{key}.keep")
