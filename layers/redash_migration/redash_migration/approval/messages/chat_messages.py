"""The Slack messages in Block Kit (Slack API, "Block Kit": sections, inputs, buttons)."""

from __future__ import annotations

from typing import Any

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import EXPIRE
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import MAXIMUM_REASON, blocked, offered
from redash_migration.approval.messages.mails import Letter, outcome_lines, started_by, summary
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import question_lead, question_title

Blocks = list[dict[str, Any]]

REASON_BLOCK = "reason"
REASON_ACTION = "text"
_SECTION_LIMIT = 2900
"""A section's text holds up to 3000 characters."""


def request_blocks(
    texts: Texts,
    gate: Gate,
    evidence: Evidence,
    view: str,
    *,
    buttons: bool,
    left: float | None = None,
) -> tuple[str, Blocks]:
    """The question: summary, a link that only shows, and buttons where Slack may decide.

    ``left``: seconds until it expires, in a reminder.
    """
    title = question_title(texts, gate, evidence)
    if left is not None:
        time_left = texts.figures.duration(max(0.0, left))
        title = texts("slack.reminder", question=title, left=time_left)
    until = texts("mail.until", time=texts.figures.time(gate.expires_at))
    way = evidence.way_home
    news = [question_lead(texts, gate, evidence)] if way is not None and way.failed else []
    blocks: Blocks = [
        {"type": "header", "text": plain(title)},
        section(
            f"*{escape(gate.migration_id)}*\n"
            + _lines([*news, started_by(texts, gate), *summary(texts, evidence)])
        ),
    ]
    if buttons:
        blocks.append(
            {
                "type": "input",
                "block_id": REASON_BLOCK,
                "optional": True,
                "label": plain(texts("slack.reason")),
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON_ACTION,
                    "multiline": True,
                    "max_length": MAXIMUM_REASON,
                },
            }
        )
    # What gives something up takes more than a button.
    decisions = (
        [one for one in offered(gate, evidence) if one != gate.purpose.last_resort]
        if buttons
        else []
    )
    if blocked(gate, evidence):
        decisions = [decision for decision in decisions if decision != gate.purpose.agree]
    elements = [_button(texts, gate, evidence, decision) for decision in decisions]
    elements.append(
        {
            "type": "button",
            "action_id": "view",
            "text": plain(texts("slack.view")),
            "url": view,
        }
    )
    blocks.append({"type": "actions", "block_id": "decision", "elements": elements})
    notes = [until] if buttons else [until, texts("slack.own_link")]
    blocks.append({"type": "context", "elements": [markdown(escape(" ".join(notes)))]})
    return title, blocks


def outcome_blocks(texts: Texts, gate: Gate) -> tuple[str, Blocks]:
    """What was decided, by whom, when, why."""
    lines = outcome_lines(texts, gate)
    # A person's answer is no alarm, whichever it is.
    mark = {"approve": "✅", "keep": "✅", EXPIRE: "⌛"}.get(gate.decision, "↩️")
    body = f"{mark} *{escape(gate.migration_id)}*\n" + _lines(lines)
    return lines[0], [section(body)]


def letter_blocks(letter: Letter) -> tuple[str, Blocks]:
    """A mail's words; its subject is what a notification shows."""
    return letter.subject, [section(f"*{escape(letter.subject)}*\n{escape(letter.text)}")]


def _button(texts: Texts, gate: Gate, evidence: Evidence, decision: str) -> dict[str, Any]:
    agrees = decision == gate.purpose.agree
    return {
        "type": "button",
        "action_id": decision,
        "style": "primary" if agrees else "danger",
        "text": plain(texts(f"form.{decision}")),
        "value": f"{gate.gate_id}.{evidence.hash}",
        "confirm": {
            "title": plain(texts("slack.confirm.title")),
            "text": plain(texts("slack.confirm.text", migration=gate.migration_id)),
            "confirm": plain(texts("slack.confirm.yes")),
            "deny": plain(texts("slack.confirm.no")),
        },
    }


def plain(text: str) -> dict[str, Any]:
    """A text without mark-up."""
    return {"type": "plain_text", "text": text}


def markdown(text: str) -> dict[str, Any]:
    """A text with Slack's mark-up."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str) -> dict[str, Any]:
    """A paragraph; one that is too long ends with its last whole line, and says that it does."""
    if len(text) > _SECTION_LIMIT:
        text = text[:_SECTION_LIMIT].rpartition("\n")[0] + "\n…"
    return {"type": "section", "text": markdown(text)}


def escape(text: str) -> str:
    """What a person typed stays text: no link, no mention of everybody in the channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lines(lines: list[str]) -> str:
    return "\n".join(escape(line) for line in lines)
