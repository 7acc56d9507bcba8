"""What Slack takes as a message's blocks (Slack, "Reference: Blocks" and "Block elements")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MAXIMUM_BLOCKS = 50
MAXIMUM_TEXT = 40_000
_TEXT_LIMITS = {"header": 150, "section": 3000, "context": 3000, "input": 2000}
_BUTTON_LIMITS = {"text": 75, "url": 3000, "value": 2000, "action_id": 255}
_CONFIRM_LIMITS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
_TEXTS = {"header": "text", "section": "text", "input": "label"}
"""Where a block's text stands."""
_PLAIN_ONLY = {"header", "input"}


def refusal(message: dict[str, Any]) -> str:
    """Slack's error for a message that it would not take; empty for one it takes."""
    blocks = message.get("blocks") or []
    if not message.get("text") and not blocks:
        return "no_text"
    if len(str(message.get("text", ""))) > MAXIMUM_TEXT:
        return "msg_too_long"
    if len(blocks) > MAXIMUM_BLOCKS or any(list(_wrong(block)) for block in blocks):
        return "invalid_blocks"
    return ""


def _wrong(block: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one block."""
    kind = str(block.get("type"))
    if kind == "actions":
        elements = block.get("elements", [])
        if not 1 <= len(elements) <= 25:
            yield "elements"
        for element in elements:
            yield from _wrong_button(element)
        return
    if kind not in _TEXT_LIMITS:
        yield f"type {kind}"
        return
    texts: list[dict[str, Any]] = block["elements"] if kind == "context" else [block[_TEXTS[kind]]]
    if not 1 <= len(texts) <= 10:
        yield "elements"
    for text in texts:
        if kind in _PLAIN_ONLY and text["type"] != "plain_text":
            yield f"{kind}: plain_text"
        if not 1 <= len(text["text"]) <= _TEXT_LIMITS[kind]:
            yield f"{kind}: length"
    if kind == "input" and block["element"]["type"] != "plain_text_input":
        yield "input: element"


def _wrong_button(button: dict[str, Any]) -> Iterator[str]:
    if button.get("type") != "button":
        yield "button"
        return
    given = {**button, "text": button["text"]["text"]}
    for name, limit in _BUTTON_LIMITS.items():
        if len(str(given.get(name, ""))) > limit:
            yield f"button: {name}"
    if button.get("style", "primary") not in {"primary", "danger"}:
        yield "button: style"
    for name, limit in _CONFIRM_LIMITS.items():
        text = (button.get("confirm") or {}).get(name, {"text": "x"})["text"]
        if not 1 <= len(text) <= limit:
            yield f"confirm: {name}"
