"""The rules of an answer: pure, so that page and chat hold to the same ones."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.people import same_person
from redash_migration.approval.gate.question import Answer, Gate

MAXIMUM_REASON = 1000
BEGIN_MARGIN = timedelta(minutes=5)
"""A planned beginning comes so much before the question's end that it can't miss it."""

Problem = Literal[
    "name_missing",
    "name_wrong",
    "decision_missing",
    "reason_missing",
    "reason_too_long",
    "begin_invalid",
    "begin_passed",
    "begin_late",
    "starter",
    "person_unknown",
    "blocked",
]
"""Why an answer isn't taken. Everything but the last three can be mended in the form."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to answer. ``name`` is None where typing it is not asked for (chat)."""

    actor: str
    decision: str
    reason: str
    evidence_hash: str
    channel: str
    name: str | None
    begin_at: datetime | Literal["invalid"] | None = None
    """When it shall begin; None for at once, "invalid" for what can't be read."""


def clean(text: str) -> str:
    """One reading of what was typed: full-width forms folded, control characters dropped."""
    folded = unicodedata.normalize("NFKC", text)
    kept = (
        letter
        for letter in folded
        if letter in "\n\t" or not unicodedata.category(letter).startswith("C")
    )
    return "".join(kept).strip()


def problems(gate: Gate, evidence: Evidence, proposal: Proposal, now: datetime) -> list[Problem]:
    """Everything that keeps the proposal from being taken; empty when nothing does."""
    found: list[Problem] = []
    agrees = proposal.decision == gate.purpose.agree
    if proposal.name is not None:
        typed = clean(proposal.name).casefold()
        if not typed:
            found.append("name_missing")
        elif typed != gate.migration_id.casefold():
            found.append("name_wrong")
    if proposal.decision not in offered(gate, evidence):
        found.append("decision_missing")
    elif needs_reason(gate, evidence, proposal.decision) and not clean(proposal.reason):
        found.append("reason_missing")
    # Counted as it is kept: folding can make many letters of one.
    if max(len(proposal.reason), len(clean(proposal.reason))) > MAXIMUM_REASON:
        found.append("reason_too_long")
    if agrees and proposal.begin_at is not None:
        found += _begin_problems(gate, proposal.begin_at, now)
    if agrees:
        if started_by(gate, proposal.actor):
            found.append("starter")
        if "@" not in proposal.actor and _must_be_known(gate):
            found.append("person_unknown")
        if blocked(gate, evidence):
            found.append("blocked")
    return found


def _begin_problems(
    gate: Gate, begin_at: datetime | Literal["invalid"], now: datetime
) -> list[Problem]:
    """A beginning that was planned lies within the question's own time."""
    if begin_at == "invalid":
        return ["begin_invalid"]
    if begin_at <= now:
        return ["begin_passed"]
    return ["begin_late"] if begin_at > gate.expires_at - BEGIN_MARGIN else []


def offered(gate: Gate, evidence: Evidence) -> tuple[str, ...]:
    """The decisions that a person can take now: to return where everything is known to come home,
    to give up what was written where it is not, or where a return was tried in vain."""
    purpose, way = gate.purpose, evidence.way_home
    if not purpose.last_resort:
        return purpose.decisions
    possible = way is not None and way.possible is True
    found = [purpose.agree]
    if possible:
        found.append(purpose.refuse)
    if not possible or (way is not None and way.failed):
        found.append(purpose.last_resort)
    return tuple(found)


def needs_reason(gate: Gate, evidence: Evidence, decision: str) -> bool:
    """A refusal is explained, and so is an agreement while a warning stands."""
    return decision != gate.purpose.agree or bool(evidence.findings)


def blocked(gate: Gate, evidence: Evidence) -> bool:
    """A cutover can't be approved over a check that failed or could not be answered.

    Keeping the new side can: it is what happens anyway when nobody answers.
    """
    return gate.purpose.agree == "approve" and bool(evidence.blockers)


def started_by(gate: Gate, actor: str) -> bool:
    """Whether this actor started the run and therefore may not agree."""
    return not gate.allow_self and same_person(gate.requested_by, actor)


def decides(gate: Gate, answer: Answer, now: datetime) -> bool:
    """Whether the gate is decided with this answer: by one refusal, or by enough people.

    Enough people for a later time decide nothing yet: until then anybody may still refuse.
    """
    if answer.decision != gate.purpose.agree:
        return True
    others = {
        earlier.actor.casefold()
        for earlier in gate.agreeing(answer.evidence_hash)
        if earlier.actor.casefold() != answer.actor.casefold()
    }
    if len(others) + 1 < gate.required:
        return False
    answered = replace(gate, answers={**gate.answers, answer.actor: answer})
    begins = answered.begins_at(answer.evidence_hash)
    return begins is None or begins <= now


def _must_be_known(gate: Gate) -> bool:
    """Whether it matters who an account without an address is: it could be the same person."""
    return gate.required > 1 or (not gate.allow_self and bool(gate.requested_by))
