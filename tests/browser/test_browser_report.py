"""report.html in a browser: on a phone, in the dark, on paper, and for those who don't see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import colour_violations, violations
from tests.unit.core.test_core_report_page import page_of, sample

FAILED = {"id": "data.public.users", "status": "FAIL", "detail": "key 30", "remedy": "Look."}


def opened(browser: Browser, path: Path, width: int, *, dark: bool = False) -> Page:
    """The file as somebody opens it who was sent it by mail, every fold open."""
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    return page


@pytest.mark.parametrize(("ended", "language"), [("well", "ja"), ("badly", "en")])
def test_it_can_be_read_by_everybody(
    browser: Browser, tmp_path: Path, ended: str, language: str
) -> None:
    bad: dict[str, Any] = {
        "status": "FAILED",
        "error": {"name": "DataMismatch", "cause": "public.users: key 30", "state": "VerifyData"},
        "checks": [FAILED],
    }
    report = sample(**(bad if ended == "badly" else {}))
    report["tables"] += [{**report["tables"][0], "name": "public.a_name_that_is_long_as_names_are"}]
    path = tmp_path / "report.html"
    path.write_text(page_of(report, {"pause_began": ""}, language), encoding="utf-8")
    for width in (390, 1280):
        page = opened(browser, path, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == language
        assert violations(page) == []
        narrow = page.evaluate(
            """() => [...document.querySelectorAll('td, th')].filter(e =>
            e.getClientRects().length && !e.matches('.lane, .unseen') && e.innerText.length > 1
            && e.getBoundingClientRect().width < 24).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert narrow == [], "a column of single letters"
        page.emulate_media(color_scheme="dark")
        assert colour_violations(page) == []
        page.close()


def test_on_paper_it_is_black_on_white(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page_of(sample(), {}), encoding="utf-8")
    page = opened(browser, path, 1280, dark=True)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }
    # What passed would fill pages; tables are there, whether they were unfolded or not.
    assert not page.locator(".passed table").is_visible()
    assert page.get_by_text("public.users", exact=True).first.is_visible()
    assert violations(page) == []
    page.close()
