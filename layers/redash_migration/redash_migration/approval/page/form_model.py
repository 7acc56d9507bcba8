"""The form: who decides, between what, what has to be typed, what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import CUTOVER
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import MAXIMUM_REASON, Problem, blocked, started_by
from redash_migration.approval.texts import Texts

_FIELD: Mapping[Problem, str] = {
    "name_missing": "name",
    "name_wrong": "name",
    "decision_missing": "decision",
    "reason_missing": "reason",
    "reason_too_long": "reason",
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
) -> dict[str, Any]:
    """Everything the form shows; ``typed`` is what a person sent before and gets back."""
    starter, closed = started_by(gate, person), blocked(gate, evidence)
    fields = {"decision": "", "name": "", "reason": ""}
    for problem in problems:
        field = _FIELD.get(problem, "decision")
        fields[field] = fields[field] or texts(f"problem.{problem}")
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
                "checked": typed.get("decision") == decision,
                "disabled": decision == gate.purpose.agree and (starter or closed),
            }
            for decision in gate.purpose.decisions
        ],
        "note": texts("form.starter") if starter else texts("form.blocked") if closed else "",
        "problems": [text for text in fields.values() if text],
        "field": fields,
    }


def _hint(texts: Texts, decision: str, evidence: Evidence) -> str:
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
