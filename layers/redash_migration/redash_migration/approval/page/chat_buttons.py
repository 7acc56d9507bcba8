"""Buttons in Slack: verified, limited to the approvers named, held to the same rules as the page.

Slack API, "Verifying requests from Slack": v0 HMAC-SHA256 over ``v0:timestamp:body``, five minutes;
"Handling user interaction": the answer goes to the message's response address.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from redash_migration.approval.deciding.answering import Reply, answer
from redash_migration.approval.desk import Chat, Desk, NotSent
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.people import SlackApprover
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import Proposal
from redash_migration.approval.links.link import VIEWER
from redash_migration.approval.messages.chat_messages import (
    REASON_ACTION,
    REASON_BLOCK,
    outcome_blocks,
    request_blocks,
)
from redash_migration.approval.messages.sending import link_for
from redash_migration.approval.page.http import MAXIMUM_BODY, Request, Response
from redash_migration.approval.texts import Texts

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Buttons:
    """What a pressed button is judged with. ``secret`` is None where none may decide."""

    gates: Gates
    desk: Callable[[str], Desk]
    secret: Callable[[], str] | None
    approvers: tuple[SlackApprover, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Press:
    """One pressed button, as Slack tells it."""

    user_id: str
    decision: str
    gate_id: str
    evidence_hash: str
    reason: str
    response_url: str


def press(buttons: Buttons, request: Request) -> Response:
    """The answer to Slack: 200 for whatever it signed, 401 for all else, 404 where unused."""
    if buttons.secret is None or not buttons.approvers:
        return Response(404, "", PLAIN)
    if request.method != "POST" or len(request.body) > MAXIMUM_BODY:
        return Response(405, "", {**PLAIN, "Allow": "POST"})
    if not signed(buttons.secret(), request.headers, request.body, time.time()):
        return Response(401, "", PLAIN)
    pressed = read_press(request.body)
    if pressed is not None:
        # The answer is on its way to the message; that Slack can't be reached changes no decision.
        with suppress(NotSent):
            _take(buttons, pressed)
    return Response(200, "", PLAIN)


def signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether Slack signed this body in the last five minutes."""
    from slack_sdk.signature import Clock, SignatureVerifier

    class _Now(Clock):
        def now(self) -> float:
            return now

    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not signature.isascii():
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return SignatureVerifier(secret, _Now()).is_valid(text, timestamp, signature)


def read_press(body: bytes) -> Press | None:
    """The button that was pressed; None for a link button and for anything else."""
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        action = payload["actions"][0]
        gate_id, _, evidence_hash = str(action["value"]).partition(".")
        return Press(
            user_id=str(payload["user"]["id"]),
            decision=str(action["action_id"]),
            gate_id=gate_id,
            evidence_hash=evidence_hash,
            reason=_reason(payload),
            response_url=str(payload["response_url"]),
        )
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return None


def _reason(payload: Mapping[str, Any]) -> str:
    values = (payload.get("state") or {}).get("values") or {}
    field = (values.get(REASON_BLOCK) or {}).get(REASON_ACTION) or {}
    return str(field.get("value") or "")


def _take(buttons: Buttons, pressed: Press) -> None:
    texts = Texts(buttons.language)
    gate = buttons.gates.find(pressed.gate_id)
    if gate is None:
        return
    desk = buttons.desk(gate.migration_id)
    chat = desk.chat
    if chat is None:
        return
    texts = Texts(gate.language)
    person = next((one for one in buttons.approvers if one.user_id == pressed.user_id), None)
    if person is None:
        desk.note_refused(gate, f"slack:{pressed.user_id}")
        chat.whisper(pressed.response_url, texts("slack.not_allowed"))
        return
    evidence = desk.evidence(gate)
    proposal = Proposal(
        actor=_actor(gate, person),
        decision=pressed.decision,
        reason=pressed.reason,
        evidence_hash=pressed.evidence_hash,
        channel="slack",
        name=None,
    )
    reply = answer(desk, gate, evidence, proposal)
    _tell(texts, desk, chat, pressed.response_url, reply=reply, evidence=evidence)


def _actor(gate: Gate, person: SlackApprover) -> str:
    """The address as the gate has it, so that one person in two channels stays one person."""
    for approver in gate.approvers:
        if approver.address.casefold() == person.address.casefold():
            return approver.address
    return person.actor


def _tell(
    texts: Texts, desk: Desk, chat: Chat, url: str, *, reply: Reply, evidence: Evidence
) -> None:
    """Replace the message by what was decided, or tell the presser alone why nothing was."""
    gate = reply.gate
    if gate.decided:
        chat.replace(url, *outcome_blocks(texts, gate))
    elif reply.status == "stale":
        view = link_for(desk, gate, VIEWER)
        chat.replace(url, *request_blocks(texts, gate, evidence, view, buttons=True))
        chat.whisper(url, texts("slack.stale"))
    elif reply.status == "refused":
        chat.whisper(url, "\n".join(texts(f"problem.{problem}") for problem in reply.problems))
    elif reply.status == "noted":
        given = len(gate.agreeing(evidence.hash))
        chat.whisper(url, texts("slack.noted", given=given, required=gate.required))
    else:
        already = reply.status == "already"
        chat.whisper(url, texts("slack.already" if already else "slack.closed"))
