"""The end of an execution: the report is written, the migration's phase ``ended``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from redash_migration.approval.standing.ending import Ending, attempt_of, ending_of
from redash_migration.plain_text import plain
from redash_migration.record import Record
from redash_migration.report.contents import report
from redash_migration.report.page import render
from redash_migration.rollback.end import at_its_end

if TYPE_CHECKING:
    from redash_migration.adapters.s3 import Artifacts


def finish(
    record: Record,
    artifacts: Artifacts,
    failure: Mapping[str, Any] | None,
    trouble: Mapping[str, Any] | None = None,
    *,
    language: str = "en",
    tell: Callable[[Ending], object] = lambda _: None,
) -> dict[str, Any]:
    """Write report.json and report.html, tell people, end the migration; safe to run again.

    A migration by which nobody is served does not end here: it stays the owner. On the way back the
    reconciler begins its roll-back once more; after the switch a person is waited for.

    ``failure`` is what ended the way forward, ``trouble`` what went wrong on the way back.
    Returns ``{"status", "report": key, "name", "cause"}`` for the last state.
    """
    contents = report(record, artifacts, named(failure), named(trouble))
    artifacts.put_json("report.json", contents)
    ending = ending_of(contents, record.milestones(), attempt_of(record))
    ending.keep(record)
    page = render(contents, ending, language)
    artifacts.put_bytes("report.html", page.encode(), "text/html; charset=utf-8")
    record.milestone("ended")
    record.audit("ended", status=contents["status"])
    if at_its_end(record):
        record.turn("ended")
    _told(record, tell, ending)
    error = contents["error"] or {"name": "", "cause": ""}
    return {
        "status": contents["status"],
        "report": artifacts.key("report.json"),
        "name": error["name"],
        "cause": error["cause"],
    }


def _told(record: Record, tell: Callable[[Ending], object], ending: Ending) -> None:
    """People hear of it; that they can't be told is no reason for the report to fail."""
    try:
        tell(ending)
    except Exception as error:
        record.audit("ending.not_told", failure=type(error).__name__)


def named(failure: Mapping[str, Any] | None) -> dict[str, str] | None:
    """``{"name", "cause", "state"}`` of a Step Functions error output ``{"Error", "Cause"}``.

    A Lambda function's cause is JSON text with the message and a stack trace; the message stays.
    """
    if not failure:
        return None
    given = failure.get("error") or {}
    cause = str(given.get("Cause", ""))
    try:
        decoded = json.loads(cause)
    except ValueError:
        decoded = None
    if isinstance(decoded, dict) and "errorMessage" in decoded:
        cause = str(decoded["errorMessage"])
    return {
        "name": str(given.get("Error", "Unknown")),
        "cause": plain(cause)[:2000],
        "state": str(failure.get("state", "")),
    }
