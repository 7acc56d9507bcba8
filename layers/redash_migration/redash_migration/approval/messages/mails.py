"""The e-mails, as plain text: what a phone shows without loading anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import EXPIRE
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import finding_text

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail; the subject is under 100 characters and one line (Amazon SNS, Publish)."""

    subject: str
    text: str


def request_mail(texts: Texts, gate: Gate, evidence: Evidence, link: str) -> Letter:
    """The question with its summary and one person's link."""
    subject = texts(f"mail.{gate.purpose.state}.subject", migration=gate.migration_id)
    title = texts(f"{gate.purpose.state}.title")
    return Letter(subject, _text(title, *summary(texts, evidence), "", *_link(texts, gate, link)))


def reminder_mail(texts: Texts, gate: Gate, evidence: Evidence, link: str, now: datetime) -> Letter:
    """The same once more, with the time that is left."""
    left = texts.figures.duration(max(0.0, (gate.expires_at - now).total_seconds()))
    subject = texts("mail.reminder.subject", left=left, migration=gate.migration_id)
    title = texts(f"{gate.purpose.state}.title")
    return Letter(
        subject,
        _text(
            title,
            texts("mail.reminder", left=left),
            "",
            *summary(texts, evidence),
            "",
            *_link(texts, gate, link),
        ),
    )


def outcome_mail(texts: Texts, gate: Gate) -> Letter:
    """What was decided; holds no link."""
    decision = texts(f"decided.{gate.decision}")
    subject = texts("mail.outcome.subject", decision=decision, migration=gate.migration_id)
    lines = outcome_lines(texts, gate)
    return Letter(subject, _text(*lines, "", texts("mail.none_needed")))


def outcome_lines(texts: Texts, gate: Gate) -> list[str]:
    """Who decided, when, why, and what follows."""
    decision, at = texts(f"decided.{gate.decision}"), texts.figures.time(gate.decided_at)
    if gate.decision == EXPIRE:
        lines = [texts("mail.decided_expired", decision=decision, time=at)]
        following = texts(f"next.{gate.purpose.state}.{EXPIRE}")
    else:
        lines = [texts("mail.decided", decision=decision, actor=gate.actor, time=at)]
        following = texts(f"next.{gate.decision}")
    if gate.reason:
        lines.append(texts("mail.reason", reason=gate.reason))
    return [*lines, following]


def summary(texts: Texts, evidence: Evidence) -> list[str]:
    """Pause or writes, amount, warnings."""
    figures = texts.figures
    lines = []
    if evidence.new_side is None:
        pause = evidence.pause.seconds
        lines.append(
            texts(
                "mail.pause", pause=texts("unknown") if pause is None else figures.duration(pause)
            )
        )
    else:
        writes = evidence.new_side.writes
        lines.append(
            texts(
                "mail.writes", writes=texts("unknown") if writes is None else figures.number(writes)
            )
        )
    lines.append(
        texts(
            "mail.amount",
            rows=figures.number(evidence.total_rows),
            bytes=figures.bytes(evidence.total_bytes),
            tables=len(evidence.tables),
        )
    )
    if not evidence.findings:
        return [*lines, texts("mail.no_warnings")]
    lines.append(texts("mail.warnings", count=len(evidence.findings)))
    lines += [f"- {finding_text(texts, finding)}" for finding in evidence.findings[:_SHOWN]]
    if len(evidence.findings) > _SHOWN:
        lines.append(f"- {texts('mail.more', count=len(evidence.findings) - _SHOWN)}")
    return lines


def _link(texts: Texts, gate: Gate, link: str) -> list[str]:
    until = texts("mail.until", time=texts.figures.time(gate.expires_at))
    return [texts("mail.open"), link, "", until, texts("mail.personal")]


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"
