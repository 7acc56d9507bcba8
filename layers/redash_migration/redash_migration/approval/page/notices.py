"""The calm pages: what was decided, and the ones that say that nothing was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.purposes import EXPIRE
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.page.headers import security_headers
from redash_migration.approval.page.http import Response
from redash_migration.approval.page.rendering import render, style
from redash_migration.approval.texts import Texts


def notice(
    texts: Texts, status: int, name: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A page with a title and a sentence, the same for everybody; reveals nothing else."""
    page = render(
        texts,
        status,
        "notice.html.j2",
        title=texts(f"notice.{name}.title"),
        text=texts(f"notice.{name}.text"),
    )
    return replace(page, headers={**page.headers, **(headers or {})})


def nothing(texts: Texts, allowed: str) -> Response:
    """The answer to OPTIONS."""
    return Response(204, "", {**security_headers(style(), texts.language), "Allow": allowed})


def decided(
    texts: Texts, status: int, gate: Gate, *, repeated: bool = False, pending: bool = False
) -> Response:
    """Who decided, when, why, and what follows."""
    expired = gate.decision == EXPIRE
    if pending:
        following = texts("next.pending")
    elif expired:
        following = texts(f"next.{gate.purpose.state}.{EXPIRE}")
    else:
        following = texts(f"next.{gate.decision}")
    facts = [(texts("decided.migration"), gate.migration_id)]
    if not expired:
        facts += [
            (texts("decided.by"), gate.actor),
            (texts("decided.reason"), gate.reason or texts("decided.no_reason")),
        ]
    facts += [
        (texts("decided.at"), texts.figures.time(gate.decided_at)),
        (texts("decided.evidence"), gate.evidence_hash[:12]),
    ]
    return render(
        texts,
        status,
        "decided.html.j2",
        title=texts(f"decided.{gate.decision}"),
        tone="calm" if expired else "good" if gate.decision == gate.purpose.agree else "back",
        note=texts("already.note") if repeated else "",
        following=following,
        facts=facts,
    )


def noted(texts: Texts, status: int, gate: Gate, evidence: Evidence) -> Response:
    """One of two has agreed."""
    given = len(gate.agreeing(evidence.hash))
    return render(
        texts,
        status,
        "decided.html.j2",
        title=texts("noted.title"),
        tone="good",
        note="",
        following=texts("noted.text", given=given, required=gate.required),
        facts=[
            (texts("decided.migration"), gate.migration_id),
            (texts("decided.evidence"), evidence.hash[:12]),
        ],
    )
