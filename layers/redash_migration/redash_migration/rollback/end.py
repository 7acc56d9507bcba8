"""When a roll-back has ended: what is served, what could not be taken back, what is told."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from redash_migration.errors import RollBackIncomplete
from redash_migration.failure_text import words
from redash_migration.homecoming.arrival import at_home, turned
from redash_migration.record import Check, Record
from redash_migration.record.milestones import PAUSE_OVER
from redash_migration.record.wait import Resumer

logger = Logger(service="redash-migration", child=True)


def close_waits(record: Record, resumer: Resumer) -> None:
    """Nothing may answer a wait of a migration that is being taken back.

    An answer that was written is sent, for the trail; what can't be sent, because Step Functions
    does not answer or takes no such token, keeps nobody from being served.
    """
    for wait in record.waits.all():
        if wait.state == "SETTLED":
            try:
                record.deliver(wait.kind, resumer)
            except Exception as error:
                logger.warning(f"the answer to {wait.kind} is not sent: {words(error)}")
                record.waits.close(wait)
        elif wait.state == "OPEN":
            record.waits.close(wait)


def served(record: Record) -> bool:
    """Whether what users are served by stands as before, as far as it was ever changed."""
    return all(
        entry.state in {"DONE", "REFUSED"}
        for entry in record.undo.all()
        if entry.service == "serves"
    )


def at_its_end(record: Record) -> bool:
    """Whether a migration may be called ended: not while neither side answers users."""
    if record.phase() == "back":
        return served(record)
    reached = record.milestones().keys()
    over = "pause_began" not in reached or bool(reached & PAUSE_OVER)
    if record.phase() == "return":
        home = record.of("return")
        # What led home was led forward again, or stands closed; a switch home that was only begun
        # may have left nobody served. Nor is anybody served by a return that leads forward to a
        # door which a doubtful switch had left closed.
        return at_home(home) if turned(home) else over and served(home)
    return over


def tell_refused(record: Record) -> None:
    """Say on the page, in the report and in the audit trail which entries carry a wrong seal."""
    refused = [entry for entry in record.undo.all() if entry.state == "REFUSED"]
    if not refused:
        return
    names = ", ".join(f"{entry.action} {entry.key}".strip() for entry in refused)
    record.checks.put(
        Check(
            "roll_back.forged_entries",
            "WARN",
            f"{len(refused)} entries of the undo list are not as a step wrote them: {names}",
            "Find out who wrote into the record's table (docs/security.md tells who could), and "
            "look at the listener, the services and both databases: those entries were not "
            "carried out.",
        )
    )
    record.audit("undo_forged", entries=names)


def finish(record: Record) -> None:
    """Note the end of a replay; RollBackIncomplete names what could not be taken back."""
    left = [entry for entry in record.undo.all() if entry.state != "DONE"]
    if left:
        raise RollBackIncomplete(
            "; ".join(
                f"{entry.action} {entry.key}: {entry.error} (do it by hand: {entry.arguments})"
                for entry in left
            )[:4000]
        )
    record.milestone("rolled_back")
    record.audit("rolled_back")
