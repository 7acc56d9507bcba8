"""The facts of a status page: before, meanwhile, and how it ended."""

from __future__ import annotations

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import EXPIRE
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.messages.telling import never_told_lines
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.standing.ending_words import (
    after_that,
    failed_checks,
    not_taken_back,
    returning,
    why,
)
from redash_migration.approval.standing.standing import Standing
from redash_migration.approval.texts import Texts
from redash_migration.course import doing
from redash_migration.record.record import Record

Facts = list[tuple[str, str]]


def facts_of(
    texts: Texts, gate: Gate, evidence: Evidence, stands: Standing, record: Record
) -> Facts:
    """What is told of a migration, as pairs of a name and its words."""
    figures, ending = texts.figures, stands.ending
    facts: Facts = []
    if ending is not None:
        facts += _facts_of_end(texts, ending)
        if lines := never_told_lines(record, ending):
            facts.append((texts("ended.never_told"), "\n".join(lines)))
    # Nobody is waited for any more, though the execution may not have heard of it yet.
    elif stands.state and not (gate.decided and stands.state == gate.purpose.state):
        facts.append((texts("status.now"), doing(stands.state).text(texts.language)))
    if stands.pause_seconds is not None and not stands.pause_is_on:
        seconds = figures.duration(stands.pause_seconds)
        predicted = stands.predicted_seconds
        value = (
            seconds
            if predicted is None
            else texts("status.pause_value", seconds=seconds, predicted=figures.duration(predicted))
        )
        facts.append((texts("status.pause_label"), value))
    if stands.tables_compared and ending is None:
        done = texts("status.compared_value", done=stands.tables_compared, all=len(evidence.tables))
        facts.append((texts("status.compared"), done))
    person = evidence.requested_by or texts("status.unknown_person")
    return [*facts, (texts("status.started_by"), person)]


def _facts_of_end(texts: Texts, ending: Ending) -> Facts:
    facts: Facts = [(texts("status.serves"), texts(f"status.serves.{ending.serves}"))]
    if reason := why(texts, ending):
        facts.append((texts("ended.why"), reason))
    facts += returning(texts, ending)
    if ending.failures:
        facts.append((texts("ended.checks"), "\n".join(failed_checks(texts, ending))))
    if ending.not_taken_back:
        facts.append((texts("ended.not_taken_back"), "\n".join(not_taken_back(texts, ending))))
    return [*facts, (texts("ended.next"), after_that(texts, ending))]


def facts_of_decision(texts: Texts, gate: Gate) -> Facts:
    """Who decided what, when, and why."""
    if not gate.decided:
        return []
    facts: Facts = []
    if gate.decision != EXPIRE:
        facts = [
            (texts("decided.by"), gate.actor),
            (texts("decided.reason"), gate.reason or texts("decided.no_reason")),
        ]
    return [
        (texts("decided.what"), texts(f"decided.{gate.decision}")),
        *facts,
        (texts("decided.at"), texts.figures.time(gate.decided_at)),
        (texts("decided.evidence"), gate.evidence_hash[:12]),
    ]
