"""The e-mails, as plain text: what a phone shows without loading anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import Finding
from redash_migration.approval.gate.purposes import CUTOVER, EXPIRE
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.gate.rules import blocked
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import finding_lines, question_lead, question_title, severity
from redash_migration.plain_text import plain

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail; the subject is under 100 characters and one line (Amazon SNS, Publish)."""

    subject: str
    text: str


def request_mail(texts: Texts, gate: Gate, evidence: Evidence, link: str) -> Letter:
    """The question with its summary and one person's link."""
    kind: str = severity(gate, evidence)
    if evidence.blockers and kind != "blocked":
        kind = "failed"
    subject = texts(
        f"mail.{gate.purpose.state}.subject.{kind}",
        migration=gate.migration_id,
        count=len(evidence.blockers or evidence.findings),
    )
    return Letter(
        subject, _text(*_question(texts, gate, evidence), *_link(texts, gate, evidence, link))
    )


def _question(texts: Texts, gate: Gate, evidence: Evidence) -> list[str]:
    """What is asked, by whom, and the figures."""
    return [
        question_title(texts, gate, evidence),
        question_lead(texts, gate, evidence),
        "",
        started_by(texts, gate),
        *summary(texts, evidence),
        "",
    ]


def started_by(texts: Texts, gate: Gate) -> str:
    """Who began the migration, as they said of themselves."""
    person = plain(gate.requested_by) or texts("status.unknown_person")
    return f"{texts('status.started_by')}: {person}"


def reminder_mail(texts: Texts, gate: Gate, evidence: Evidence, link: str, now: datetime) -> Letter:
    """The same once more, with the time that is left."""
    left = texts.figures.duration(max(0.0, (gate.expires_at - now).total_seconds()))
    asked = question_title(texts, gate, evidence)
    subject = texts("mail.reminder.subject", left=left, question=asked, migration=gate.migration_id)
    kind = "mail.reminder.blocked" if blocked(gate, evidence) else "mail.reminder"
    question = _question(texts, gate, evidence)
    end = _link(texts, gate, evidence, link)
    return Letter(subject, _text(texts(kind, left=left), "", *question, *end))


def planned_mail(texts: Texts, gate: Gate, answer: Answer) -> Letter:
    """It was approved for later: when it begins, and how it can still be called off."""
    when = texts.figures.time(answer.begin_at)
    return Letter(
        texts("begin.subject", time=when, migration=gate.migration_id),
        _text(
            texts("begin.message", time=when, actor=answer.actor),
            *([reason_line(texts, answer.reason)] if answer.reason else []),
            "",
            texts("begin.call_off"),
            texts("status.lead.planned"),
        ),
    )


def unplanned_mail(
    texts: Texts, gate: Gate, evidence: Evidence, *, link: str, actor: str, what: str
) -> Letter:
    """It will not begin as planned, since the facts have changed; the question is asked again."""
    asked = request_mail(texts, gate, evidence, link)
    return Letter(
        texts("begin.off.subject", migration=gate.migration_id),
        _text(texts("begin.off", what=what, actor=actor), "", asked.text.rstrip("\n")),
    )


def outcome_mail(texts: Texts, gate: Gate) -> Letter:
    """What was decided; holds no link."""
    decision = texts(f"decided.{gate.decision}")
    subject = texts("mail.outcome.subject", decision=decision, migration=gate.migration_id)
    lines = outcome_lines(texts, gate)
    # Who approved a cutover is asked again after the switch.
    ends = [] if gate.decision == CUTOVER.agree else ["", texts("mail.none_needed")]
    return Letter(subject, _text(*lines, *ends))


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
        lines.append(reason_line(texts, gate.reason))
    return [*lines, following]


def reason_line(texts: Texts, reason: str) -> str:
    """What a person typed; its further lines are marked, so that none passes for the mail's own."""
    return texts("mail.reason", reason="\n> ".join(reason.splitlines()))


def summary(texts: Texts, evidence: Evidence) -> list[str]:
    """Pause or writes, amount, warnings."""
    figures = texts.figures
    lines = []
    if evidence.new_side is None:
        lines.append(texts("mail.pause", pause=_pause(texts, evidence)))
    else:
        writes = evidence.new_side.writes
        way = evidence.way_home
        comes_home = way is not None and way.possible is True
        lines.append(
            texts(
                "mail.writes_come_home" if comes_home else "mail.writes",
                writes=texts("unknown") if writes is None else figures.number(writes),
            )
        )
        if comes_home and way is not None and way.seconds is not None:
            lines.append(texts("mail.return", pause=figures.duration(way.seconds)))
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
    return [
        *lines,
        *_listed(texts, "mail.failed", evidence.blockers),
        *_listed(texts, "mail.warnings", evidence.warnings),
    ]


def _pause(texts: Texts, evidence: Evidence) -> str:
    """The predicted pause, with what is likely."""
    figures, pause = texts.figures, evidence.pause
    if pause.seconds is None:
        return texts("unknown")
    if pause.low is None or pause.high is None:
        return figures.duration(pause.seconds)
    low, high = figures.duration(pause.low), figures.duration(pause.high)
    return texts("mail.pause_likely", pause=figures.duration(pause.seconds), low=low, high=high)


def _listed(texts: Texts, title: str, findings: Sequence[Finding]) -> list[str]:
    """Failed checks and warnings apart, the first few of each."""
    if not findings:
        return []
    lines = [line for finding in findings[:_SHOWN] for line in finding_lines(texts, finding)]
    if len(findings) > _SHOWN:
        lines.append(f"- {texts('mail.more', count=len(findings) - _SHOWN)}")
    return [texts(title, count=len(findings)), *lines]


def _link(texts: Texts, gate: Gate, evidence: Evidence, link: str) -> list[str]:
    until = texts("mail.until", time=texts.figures.time(gate.expires_at))
    kind = "mail.open.blocked" if blocked(gate, evidence) else "mail.open"
    return [texts(kind), link, "", until, texts("mail.personal")]


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"
