"""The page: what each request gets. Reading changes nothing; only a complete form decides."""

from __future__ import annotations

from redash_migration.approval.deciding.answering import Reply, answer
from redash_migration.approval.deciding.finishing import as_it_ended, still_waiting
from redash_migration.approval.evidence.contents import changed_parts
from redash_migration.approval.gate.rules import Problem, Proposal
from redash_migration.approval.links.link import PATH, VIEWER, read_link
from redash_migration.approval.links.nonces import new_nonce, nonce_holds
from redash_migration.approval.page import notices
from redash_migration.approval.page.http import MAXIMUM_BODY, Request, Response
from redash_migration.approval.page.models.form_model import form_model
from redash_migration.approval.page.models.page_model import page_model
from redash_migration.approval.page.rendering import render
from redash_migration.approval.page.visit import Site, Visit
from redash_migration.approval.starter import reached
from redash_migration.approval.texts import LANGUAGES, Texts
from redash_migration.approval.wording import changes_text

_TOO_LATE = {
    "expired": (410, "notice.expired.text"),
    "closed": (410, "notice.closed.text"),
    "already": (409, "already.note"),
}

ALLOWED = "GET, HEAD, POST, OPTIONS"


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
    gate = None if link == "unknown" else site.gates.find(link.gate_id)
    if link == "unknown" or gate is None or gate.purpose.state != link.purpose:
        return notices.notice(texts, 404, "unknown")
    person = gate.approver(link.person)
    if link.person != VIEWER and (person is None or person not in site.approvers()):
        return notices.notice(texts, 404, "unknown")
    desk = site.desk(gate.migration_id)
    evidence = desk.evidence(gate)
    return Visit(
        texts,
        desk,
        gate,
        evidence,
        person,
        text,
        keys,
        now,
        expired=link.expired,
        still="still" in request.query,
    )


def show(visit: Visit) -> Response:
    """The page as it is now; writes nothing."""
    gate, waiting = visit.gate, still_waiting(visit.desk, visit.gate)
    if not waiting:
        gate = as_it_ended(visit.desk, gate)
    if gate.decided:
        return visit.status(200, gate=gate)
    if visit.expired:
        return visit.status(200, gate=gate, note=visit.texts("notice.expired.text"))
    if gate.state == "CLOSED" or not waiting:
        return visit.status(200, gate=gate, note=visit.texts("notice.closed.text"))
    if visit.person and gate.has_answered(visit.person.address, visit.evidence.hash):
        if gate.begins_at(visit.evidence.hash) is not None:
            return _page(visit, 200, planned=True)
        return visit.status(200, gate=gate)
    return _page(visit, 200)


def _post(visit: Visit, request: Request) -> Response:
    texts, person = visit.texts, visit.person
    if person is None:
        return notices.notice(texts, 403, "method")
    if (unfit := _unfit(request)) is not None:
        return notices.notice(texts, *unfit)
    if visit.expired:
        return visit.status(410, note=texts("notice.expired.text"))
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
        begin_at=texts.figures.read_local(form.get("begin_at", "")),
    )
    return _told(visit, answer(visit.desk, visit.gate, visit.evidence, proposal), form)


def _unfit(request: Request) -> tuple[int, str] | None:
    """What keeps a request from being a form of this page: status and notice."""
    if not request.from_own_page():
        return 403, "foreign"
    if len(request.body) > MAXIMUM_BODY:
        return 413, "large"
    return None if request.is_form else (415, "foreign")


def _told(visit: Visit, reply: Reply, form: dict[str, str]) -> Response:
    """The page that says what became of an answer."""
    texts, gate = visit.texts, reply.gate
    if reply.status == "stale":
        changed = changed_parts(_shown_parts(form.get("parts", "")), visit.evidence.parts())
        return _page(visit, 412, typed=form, banner="stale", changed=changes_text(texts, changed))
    if reply.status == "refused":
        return _page(visit, 422, typed=form, problems=reply.problems)
    if reply.status in {"expired", "closed", "already"}:
        code, key = _TOO_LATE[reply.status]
        return visit.status(code, gate=gate, note=texts(key))
    return visit.status(200, gate=gate, pending=reply.finish == "PENDING")


def _shown_parts(text: str) -> dict[str, str]:
    """The digests of what a form was shown with; they only serve to say what has changed."""
    pairs = (part.partition("=") for part in text[:8000].split(";"))
    return {name: digest for name, _, digest in pairs if digest}


def _page(
    visit: Visit,
    status: int,
    *,
    typed: dict[str, str] | None = None,
    banner: str = "",
    changed: str = "",
    planned: bool = False,
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
            planned=planned,
        )
    return render(
        texts,
        status,
        "page.html.j2",
        page=page_model(
            texts,
            visit.gate,
            evidence,
            now=visit.now,
            person=person,
            starter=reached(visit.desk.record),
        ),
        form=form,
        banner=_banner(visit, banner, changed=changed),
    )


def _banner(visit: Visit, name: str, *, changed: str) -> dict[str, str] | None:
    """What a person has to know first: that nothing was sent, or for when it is planned."""
    texts = visit.texts
    if name:
        title, text = texts(f"{name}.title"), texts(f"{name}.text")
        return {"title": title, "text": text, "changed": changed}
    begins = visit.gate.begins_at(visit.evidence.hash)
    if begins is None:
        return None
    title = texts("status.planned", time=texts.figures.time(begins))
    return {"title": title, "text": texts("status.lead.planned"), "changed": ""}
