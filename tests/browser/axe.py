"""axe-core (Deque, MPL 2.0): what of a page keeps people from using it who can't see or point."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_RUN = "options => axe.run(document, {...options, resultTypes: ['violations']})"


def violations(page: Page) -> list[str]:
    """Each rule that the page breaks, at which element; none is right."""
    return _broken(page, _ALL)


def colour_violations(page: Page) -> list[str]:
    """The rules about colours alone: what else another colour scheme could break."""
    return _broken(page, _COLOURS)


def _broken(page: Page, options: dict[str, Any]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: dict[str, Any] = page.evaluate(_RUN, options)
    return [
        f"{rule['id']}: {node['html'][:120]}: {' '.join(node['failureSummary'].split())[:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@cache
def _source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
