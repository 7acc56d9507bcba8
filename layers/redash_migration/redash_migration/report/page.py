"""report.html: the report for people, in the style of the approval page, one file to be mailed.

No script, nothing loaded from elsewhere. What is all well is folded; what is not stands open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.approval.evidence.parts import Finding
from redash_migration.approval.gate.purposes import PURPOSES
from redash_migration.approval.page.rendering import page
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.standing.ending_words import (
    after_that,
    ended_title,
    nothing_lost,
    returning,
    why,
)
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import finding_model
from redash_migration.clock import seconds_between
from redash_migration.report.texts import REPORT
from redash_migration.report.timeline import elsewhere, timeline, timeline_of_return

Model = dict[str, Any]

TONES = {"SUCCEEDED": "good", "FAILED": "bad", "ROLLED_BACK": "warn", "RETURNED": "warn"}
_QUESTIONS = frozenset(purpose.state for purpose in PURPOSES)


def render(report: Mapping[str, Any], ending: Ending, language: str = "en") -> str:
    """The page of a report."""
    texts = Texts(language)

    def say(key: str, **figures: object) -> str:
        return REPORT[texts.language][key].format(**figures)

    tables = _tables(texts, report["tables"])
    return page(
        texts,
        "report.html.j2",
        r=say,
        migration=report["migration_id"],
        title=ended_title(texts, ending),
        tone=TONES.get(report["status"], "warn"),
        status=report["status"],
        serves=texts(f"status.serves.{ending.serves}"),
        lost=nothing_lost(texts, ending),
        why=why(texts, ending),
        next=after_that(texts, ending),
        returning=returning(texts, ending),
        period=_period(texts, say, report),
        starter=report["requested_by"] or texts("status.unknown_person"),
        bad=[
            finding_model(
                texts, Finding(check["id"], check["status"], check["detail"], check["remedy"])
            )
            for check in sorted(report["checks"], key=lambda one: one["status"] == "WARN")
            if check["status"] != "PASS"
        ],
        failed=any(check["status"] in {"FAIL", "UNKNOWN"} for check in report["checks"]),
        passed=[check for check in report["checks"] if check["status"] == "PASS"],
        pauses=[
            ("pause", say("pause"), _pause(texts, say, report), timeline(texts, report)),
            (
                "return",
                say("return"),
                _pause(texts, say, report["return"] or {}, "return_text"),
                timeline_of_return(texts, report),
            ),
        ],
        steps=elsewhere(texts, report["steps"], _QUESTIONS),
        differing=[table for table in tables if table["match"] is False],
        others=[table for table in tables if table["match"] is not False],
        tables_said=_tables_said(say, report["tables"]),
        sequences=report["sequences"],
        sequences_bad=sum(not sequence["ok"] for sequence in report["sequences"]),
        decisions=[_decision(texts, given) for given in report["approvals"]],
        undo=_undo(report),
    )


def _period(texts: Texts, say: Any, report: Mapping[str, Any]) -> str:
    figures = texts.figures
    long = seconds_between(report["started_at"], report["ended_at"])
    return str(
        say(
            "period",
            began=figures.time(report["started_at"]),
            ended=figures.time(report["ended_at"]),
            long=figures.duration(long),
        )
    )


def _pause(
    texts: Texts, say: Any, report: Mapping[str, Any], predicted_too: str = "pause_text"
) -> str:
    measured = report.get("write_pause_seconds")
    predicted = report.get("predicted_write_pause_seconds")
    if measured is None:
        return ""
    figures = texts.figures
    if predicted is None:
        return str(say("pause_unpredicted", measured=figures.duration(measured)))
    return str(
        say(
            predicted_too,
            measured=figures.duration(measured),
            predicted=figures.duration(predicted),
        )
    )


def _tables(texts: Texts, tables: list[Mapping[str, Any]]) -> list[Model]:
    figures = texts.figures
    return [
        {
            "name": table["name"],
            "method": table["method"],
            "because": [f"{why['column']} {why['type']}" for why in table["excluded_because"]],
            "rows": figures.number(table["rows"] or 0),
            "bytes": figures.bytes(table["bytes"] or 0),
            "match": table["match"],
            "checksum": table["source_checksum"],
        }
        for table in tables
    ]


def _tables_said(say: Any, tables: list[Mapping[str, Any]]) -> str:
    compared = [table for table in tables if table["match"] is not None]
    equal = sum(table["match"] is True for table in compared)
    if not compared:
        return str(say("tables_none"))
    if equal == len(tables):
        return str(say("tables_equal", count=equal))
    return str(say("tables_differ", equal=equal, compared=len(compared), all=len(tables)))


def _decision(texts: Texts, given: Mapping[str, Any]) -> Model:
    return {
        "question": texts(f"{given['purpose']}.title"),
        "decision": texts.either(f"decided.{given['decision']}", given["decision"]),
        "who": given["actor"],
        "why": given["reason"],
        "when": texts.figures.time(given["decided_at"]),
        "evidence": given["evidence_hash"][:12],
    }


def _undo(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Only where something was taken back, or had to be: after a good end the list says nothing."""
    return [] if report["status"] == "SUCCEEDED" else list(report["undo"])
