"""Templates to HTML. Everything is escaped unless it is our own style sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redash_migration.approval.page.headers import security_headers
from redash_migration.approval.page.http import Response
from redash_migration.approval.texts import Texts
from redash_migration.plain_text import plain
from redash_migration.settings import read

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parents[1] / "templates"


def render(texts: Texts, status: int, template: str, **model: Any) -> Response:
    """A whole page with its headers."""
    return Response(
        status, page(texts, template, **model), security_headers(style(), texts.language)
    )


def page(texts: Texts, template: str, **model: Any) -> str:
    """The HTML alone."""
    shape = _environment().get_template(template)
    return shape.render(t=texts, f=texts.figures, style=style(), notice=notice(), **model)


@dataclass(frozen=True)
class Notice:
    """All that a page has to be told."""

    notice: str = ""


def notice() -> str:
    """What stands above everything: that this is a rehearsal, or a trial."""
    return read(Notice).notice


@cache
def style() -> str:
    """The style sheet, without what only its readers need."""
    text = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["strong"] = _strong
    environment.filters["breakable"] = _breakable
    return environment


_FIGURE = re.compile(r"(?<=\d) (?=(?:s|min|h|days|B|kB|MB|GB|TB|UTC|JST)\b)")


def _shown(value: Any) -> Any:
    """Texts as they are shown: nothing in them but letters, and each figure beside its unit."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _FIGURE.sub("\N{NO-BREAK SPACE}", plain(value, keep="\t\n"))


def _breakable(name: str) -> Markup:
    """A name that breaks after its dots and underscores, and nowhere else."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(
        escape(part) for part in re.findall(r"[^._]*[._]?", plain(name)) if part
    )


def _strong(text: str) -> Markup:
    """``**so**`` in our own texts is strong; the rest is escaped."""
    from markupsafe import Markup, escape

    parts = _shown(text).split("**")
    return Markup().join(
        Markup("<strong>{}</strong>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
