"""The page: what each request gets. Reading changes nothing; only a complete form decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redash_migration.approval.desk import Desk
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.answering import Reply, answer
from redash_migration.approval.gate.finishing import as_it_ended, still_waiting
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.rules import Problem, Proposal
from redash_migration.approval.links.keyring import KeyRing
from redash_migration.approval.links.link import PATH, VIEWER, read_link
from redash_migration.approval.links.nonces import new_nonce, nonce_holds
from redash_migration.approval.page import notices
from redash_migration.approval.page.form_model import form_model
from redash_migration.approval.page.http import MAXIMUM_BODY, Request, Response
from redash_migration.approval.page.page_model import page_model
from redash_migration.approval.page.rendering import render
from redash_migration.approval.texts import LANGUAGES, Texts

ALLOWED = "GET, HEAD, POST, OPTIONS"


@dataclass(frozen=True, slots=True)
class Site:
    """What the page works with. ``desk`` makes the desk of one migration.

    ``approvers`` are those of the stack now: who has been taken off the list since a question was
    asked decides it no more.
    """

    gates: Gates
    approvers: Callable[[], tuple[Approver, ...]]
    keys: Callable[[], KeyRing]
    desk: Callable[[str], Desk]
    clock: Callable[[], datetime]
    language: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at one gate. ``person`` is None for a link that only shows."""

    texts: Texts
    desk: Desk
    gate: Gate
    evidence: Evidence
    person: Approver | None
    link: str
    keys: KeyRing
    now: datetime


def respond(site: Site, request: Request) -> Response:
    """The answer to a request for a link."""
    language = request.query.get("lang", "")
    texts = Texts(language if language in LANGUAGES else site.language)
    if request.method == "OPTIONS":
        return notices.nothing(texts, ALLOWED)
    if request.method not in {"GET", "HEAD", "POST"}:
        return notices.notice(texts, 405, "method", {"Allow": ALLOWED})
    visit = _visit(site, request, texts)
    if isinstance(visit, Response):
        return visit
    return _post(visit, request) if request.method == "POST" else show(visit)


def _visit(site: Site, request: Request, texts: Texts) -> Visit | Response:
    """Who is here, or the one page that every bad link gets."""
    if not request.path.startswith(PATH):
        return notices.notice(texts, 404, "unknown")
    keys, now, text = site.keys(), site.clock(), request.path[len(PATH) :]
    link = read_link(text, keys, now.timestamp())
    if link == "expired":
        return notices.notice(texts, 410, "expired")
    gate = None if link == "unknown" else site.gates.find(link.gate_id)
    if link == "unknown" or gate is None or gate.purpose.state != link.purpose:
        return notices.notice(texts, 404, "unknown")
    person = gate.approver(link.person)
    if link.person != VIEWER and (person is None or person not in site.approvers()):
        return notices.notice(texts, 404, "unknown")
    desk = site.desk(gate.migration_id)
    return Visit(texts, desk, gate, desk.evidence(gate), person, text, keys, now)


def show(visit: Visit) -> Response:
    """The page as it is now; writes nothing."""
    gate, waiting = visit.gate, still_waiting(visit.desk, visit.gate)
    if not waiting:
        gate = as_it_ended(visit.desk, gate)
    if gate.decided:
        status = 200 if visit.person is None else 409
        return notices.decided(visit.texts, status, gate, repeated=visit.person is not None)
    if gate.state == "CLOSED" or not waiting:
        return notices.notice(visit.texts, 410, "closed")
    if visit.person and gate.has_answered(visit.person.address, visit.evidence.hash):
        return notices.noted(visit.texts, 409, gate, visit.evidence)
    return _page(visit, 200)


def _post(visit: Visit, request: Request) -> Response:
    texts, person = visit.texts, visit.person
    if person is None:
        return notices.notice(texts, 403, "method")
    if not request.from_own_page():
        return notices.notice(texts, 403, "foreign")
    if len(request.body) > MAXIMUM_BODY:
        return notices.notice(texts, 413, "large")
    if not request.is_form:
        return notices.notice(texts, 415, "foreign")
    form = request.form
    shown = form.get("evidence", "")
    fresh = nonce_holds(visit.keys, form.get("nonce", ""), visit.link, shown, visit.now.timestamp())
    if not fresh and visit.gate.state == "OPEN":
        return _page(visit, 412, typed=form, banner="worn")
    proposal = Proposal(
        actor=person.address,
        decision=form.get("decision", ""),
        reason=form.get("reason", ""),
        evidence_hash=shown,
        channel="page",
        name=form.get("name", ""),
    )
    return _told(visit, answer(visit.desk, visit.gate, visit.evidence, proposal), form)


def _told(visit: Visit, reply: Reply, form: dict[str, str]) -> Response:
    """The page that says what became of an answer."""
    texts, gate = visit.texts, reply.gate
    if reply.status in {"stale", "refused"}:
        return _page(
            visit,
            412 if reply.status == "stale" else 422,
            typed=form,
            banner="stale" if reply.status == "stale" else "",
            problems=reply.problems,
        )
    if reply.status in {"expired", "closed"}:
        return notices.notice(texts, 410, reply.status)
    again = reply.status == "already"
    status = 409 if again else 200
    if gate.state == "OPEN":
        return notices.noted(texts, status, gate, visit.evidence)
    pending = reply.finish == "PENDING"
    return notices.decided(texts, status, gate, repeated=again, pending=pending)


def _page(
    visit: Visit,
    status: int,
    *,
    typed: dict[str, str] | None = None,
    banner: str = "",
    problems: tuple[Problem, ...] = (),
) -> Response:
    texts, evidence, person = visit.texts, visit.evidence, visit.person
    form = None
    if person is not None:
        form = form_model(
            texts,
            visit.gate,
            evidence,
            person=person.address,
            nonce=new_nonce(visit.keys, visit.link, evidence.hash, visit.now.timestamp()),
            typed=typed or {},
            problems=problems,
        )
    return render(
        texts,
        status,
        "page.html.j2",
        page=page_model(texts, visit.gate, evidence),
        form=form,
        banner={"title": texts(f"{banner}.title"), "text": texts(f"{banner}.text")}
        if banner
        else None,
    )
