"""Names of checks and steps in the reader's language, where there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import Finding, TableEvidence
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import blocked
from redash_migration.approval.texts import Texts
from redash_migration.approval.texts.english_checks import ENGLISH_CHECKS
from redash_migration.approval.texts.english_errors import english_error
from redash_migration.approval.texts.japanese_checks import (
    japanese_check,
    japanese_failure,
    of_kind,
)
from redash_migration.approval.texts.japanese_errors import JAPANESE_ERRORS
from redash_migration.plain_text import shortened

Severity = Literal["blocked", "warned", "clear"]

_LONGEST = 600
"""Characters of a finding's words, or of its remedy, in a message."""


def severity(gate: Gate, evidence: Evidence) -> Severity:
    """What drives headline, subject and form: a check that failed, a warning, or neither."""
    if blocked(gate, evidence):
        return "blocked"
    return "warned" if evidence.findings else "clear"


def question_title(texts: Texts, gate: Gate, evidence: Evidence) -> str:
    """The question; where it can't be asked, what stands in its way."""
    state = gate.purpose.state
    if severity(gate, evidence) == "blocked":
        return texts(f"{state}.title_blocked", count=len(evidence.blockers))
    return texts(f"{state}.title")


def question_lead(texts: Texts, gate: Gate, evidence: Evidence) -> str:
    """What is asked, in two sentences for somebody who hears of it for the first time."""
    state = gate.purpose.state
    if severity(gate, evidence) == "blocked":
        return texts(f"{state}.lead_blocked")
    if evidence.way_home is not None and evidence.way_home.failed:
        return texts(f"{state}.lead_failed", error=evidence.way_home.failed)
    if evidence.new_side is None:
        if evidence.pause.seconds is None:
            return texts(f"{state}.lead_unmeasured")
        return texts(f"{state}.lead", pause=texts.figures.duration(evidence.pause.seconds))
    side = evidence.new_side
    if side is None or not side.switched_at:
        return texts(f"{state}.lead_unmeasured")
    return texts(f"{state}.lead", time=texts.figures.time(side.switched_at))


def finding_lines(texts: Texts, finding: Finding) -> list[str]:
    """What was found, for a message: what it means, what the step saw, its id; what to do.

    The id is by what docs/checks.md is searched, and a return's check says that it is one. What is
    very long stands whole on the page and in the report: a message has to be taken and read.
    """
    meaning, detail = (shortened(part, _LONGEST) for part in meaning_and_detail(texts, finding))
    text = (meaning if texts.language == "ja" else f"{meaning} ") + detail if detail else meaning
    if texts.language == "en" and finding.blocks:
        text = " ".join([*_asked(texts, finding), text])
    if finding.id.startswith("return."):
        text = texts("finding.in_return", text=text)
    if finding.id not in text and not texts.known(f"finding.{finding.id}"):
        text += f"（{finding.id}）" if texts.language == "ja" else f" ({finding.id})"
    remedy = shortened(remedy_text(texts, finding), _LONGEST)
    return [f"- {text}", *([f"  {texts('finding.remedy')} {remedy}"] if remedy else [])]


def _asked(texts: Texts, finding: Finding) -> list[str]:
    """Before what a step saw, in English: that it got no answer, and what it had asked.

    A step's own words are for who knows the check; Japanese ones begin with what was asked.
    """
    known = of_kind(finding.id, ENGLISH_CHECKS)
    return [
        *([f"{texts('finding.UNKNOWN')}:"] if finding.status == "UNKNOWN" else []),
        *(
            [known[0].replace("`", "")]
            if known and not texts.known(f"finding.{finding.id}")
            else []
        ),
    ]


def error_meaning(texts: Texts, name: str) -> str:
    """What a failure means, by its name; any other name is that of an error of AWS."""
    if texts.language == "ja":
        known = JAPANESE_ERRORS[name][0] if name in JAPANESE_ERRORS else None
    else:
        known = english_error(name)
    return (known or texts("ended.why_aws")).rstrip(".。")


def finding_model(texts: Texts, finding: Finding) -> dict[str, Any]:
    """What was found, as a page shows it: the approval's and the report's."""
    meaning, detail = meaning_and_detail(texts, finding)
    return {
        "id": finding.id,
        "label": texts.either(f"finding.{finding.status}", finding.status),
        "tone": "bad" if finding.blocks else "warn",
        "text": meaning,
        "detail": detail,
        "remedy": remedy_text(texts, finding),
        "foreign": not in_readers_language(texts, finding),
    }


def meaning_and_detail(texts: Texts, finding: Finding) -> tuple[str, str]:
    """What a finding means in the reader's language, and the step's own words beside it.

    The second is empty where there is nothing to add; it is always English.
    """
    if texts.known(f"finding.{finding.id}"):
        return texts(f"finding.{finding.id}", **finding.figures), ""
    known = _translated(texts, finding)
    if known is not None:
        return known[0], finding.detail
    return finding.detail or finding.id, ""


def changes_text(texts: Texts, changed: Sequence[str]) -> str:
    """Which facts have changed, by the parts of the evidence; checks by their ids."""
    names = [
        texts("changed.finding", id=part.partition(":")[2])
        if part.startswith("finding:")
        else texts.either(f"changed.{part}", texts("changed.unknown"))
        for part in changed
    ]
    joint = "、" if texts.language == "ja" else ", "
    return joint.join(dict.fromkeys(names)) or texts("changed.unknown")


def remedy_text(texts: Texts, finding: Finding) -> str:
    """What to do about it; empty when nothing is said."""
    known = _translated(texts, finding)
    if known is not None:
        return known[1]
    return texts.either(f"remedy.{finding.id}", finding.remedy, **finding.figures)


def in_readers_language(texts: Texts, finding: Finding) -> bool:
    """Whether meaning and remedy are in the page's language, or the step's English."""
    own = texts.known(f"finding.{finding.id}")
    return texts.language == "en" or own or _translated(texts, finding) is not None


def _translated(texts: Texts, finding: Finding) -> tuple[str, str] | None:
    """Meaning and remedy in Japanese, by what the check said; English is the steps' own."""
    if texts.language != "ja":
        return None
    if finding.status == "WARN":
        return japanese_check(finding.id)
    return japanese_failure(finding.id, finding.status)


_ORDER = (
    "stop_services",
    "fence",
    "drain",
    "restore",
    "verify",
    "integrity",
    "sequences",
    "smoke_test",
    "last_look",
    "switch_traffic",
)


def in_order(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Parts of the pause in the order in which they come; unknown ones last."""
    known = {name: number for number, name in enumerate(_ORDER)}
    return sorted(parts.items(), key=lambda part: (known.get(part[0], len(known)), part[0]))


def part_name(texts: Texts, part: str) -> str:
    """A part of the predicted pause."""
    return texts.either(f"part.{part}", part.replace("_", " ").capitalize())


def table_state(texts: Texts, table: TableEvidence) -> str:
    """How far a table is proved equal: by checksum, by the replication, or not yet."""
    if table.match is not None:
        return texts("validation.match" if table.match else "validation.mismatch")
    if table.method == "restore":
        return texts("validation.restore")
    return texts(f"validation.{table.soundness}")
