"""The last message's words: how it ended, for a mail and for the channel."""

from __future__ import annotations

from redash_migration.approval.messages.chat_messages import Blocks, letter_blocks
from redash_migration.approval.messages.mails import Letter, reason_line
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.standing.ending_words import (
    ANSWERS,
    REFUSED,
    after_that,
    ended_title,
    failed_checks,
    not_taken_back,
    nothing_lost,
    returning,
    why,
)
from redash_migration.approval.texts import Texts


def ending_letter(texts: Texts, migration_id: str, ending: Ending) -> Letter:
    """Outcome, who serves, what was lost, why, what is next."""
    title = ended_title(texts, ending)
    serves = texts(f"status.serves.{ending.serves}")
    lines = [title, f"{texts('status.serves')}: {serves}"]
    actor, given = ending.decided
    if actor:
        lines.append(f"{texts('decided.by')}: {actor}")
    if given:
        lines.append(reason_line(texts, given))
    if lost := nothing_lost(texts, ending):
        lines.append(lost)
    if ending.write_pause_seconds is not None and ending.serves != "nobody":
        pause = texts.figures.duration(ending.write_pause_seconds)
        lines.append(f"{texts('status.pause_label')}: {pause}")
    lines += [f"{name}: {value}" for name, value in returning(texts, ending)]
    if reason := why(texts, ending):
        lines.append(f"{texts('ended.why')}: {reason}")
    if ending.failures:
        lines += [
            f"{texts('ended.checks')}:",
            *failed_checks(texts, ending),
        ]
    if ending.not_taken_back:
        lines += [f"{texts('ended.not_taken_back')}:", *not_taken_back(texts, ending)]
    lines += ["", f"{texts('ended.next')}: {after_that(texts, ending)}"]
    lines.append(texts("ended.report", key=f"{migration_id}/report.html"))
    named = ending.failures and ending.mode != "preflight" and ending.error != REFUSED
    kind = "ended.subject_checks" if named else "ended.subject"
    subject = texts(kind, title=title, migration=migration_id, count=len(ending.failures))
    return Letter(subject, "\n".join(lines) + "\n")


def marked(letter: Letter, ending: Ending) -> tuple[str, Blocks]:
    """With a sign of how bad it is: a rejection is an answer and no alarm. Its first line says
    what the subject says."""
    if ending.status == "SUCCEEDED":
        mark = "⌛" if ending.unanswered else "✅"
    elif ending.status == "FAILED" and ending.mode != "preflight":
        mark = "🚨"
    else:
        mark = "↩️" if ending.error in ANSWERS or ending.status == "RETURNED" else "⚠️"
    return letter_blocks(Letter(f"{mark} {letter.subject}", letter.text.partition("\n")[2]))
