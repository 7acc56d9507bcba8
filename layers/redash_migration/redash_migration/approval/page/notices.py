"""The calm pages: they say that nothing was changed, and reveal nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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
