"""report.html in a browser: on a phone, in the dark, on paper, and for those who don't see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.unit.core.test_core_report_page import page_of, sample

FAILED = {"id": "data.public.users", "status": "FAIL", "detail": "key 30", "remedy": "Look."}

CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  const poor = [];
  for (const e of document.querySelectorAll('main *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    if (!e.getClientRects().length || e.closest('.unseen, svg')) continue;
    const pair = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => b - a);
    if ((pair[0] + 0.05) / (pair[1] + 0.05) < 4.5) poor.push(e.outerHTML.slice(0, 80));
  } return poor; }"""

BROKEN = """() => {
  const found = [];
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  found.push(...ids.filter((id, n) => ids.indexOf(id) !== n).map(id => 'twice: ' + id));
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  let level = 1;
  for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
    const now = Number(h.tagName[1]);
    if (now > level + 1) found.push('skipped: ' + h.outerHTML); level = now; }
  for (const e of document.querySelectorAll('th:not([scope])')) found.push(e.outerHTML);
  for (const e of document.querySelectorAll('[aria-labelledby]'))
    if (!document.getElementById(e.getAttribute('aria-labelledby'))) found.push(e.className);
  for (const e of document.querySelectorAll('.scroll'))
    if (e.tabIndex !== 0 || !e.getAttribute('aria-label')) found.push('not reached by keys');
  for (const e of document.querySelectorAll('svg'))
    if (e.getAttribute('aria-hidden') !== 'true' && e.getAttribute('role') !== 'img')
      found.push(e.outerHTML.slice(0, 80));
  return found; }"""


def opened(browser: Browser, path: Path, width: int, *, dark: bool = False) -> Page:
    """The file as somebody opens it who was sent it by mail, every fold open."""
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    return page


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("ended", ["well", "badly"])
def test_it_can_be_read_by_everybody(
    browser: Browser, tmp_path: Path, language: str, ended: str
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
    for width, dark in ((390, False), (390, True), (1280, False), (1280, True)):
        page = opened(browser, path, width, dark=dark)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate(BROKEN) == []
        assert page.evaluate(CONTRAST) == []
        narrow = page.evaluate(
            """() => [...document.querySelectorAll('td, th')].filter(e =>
            e.getClientRects().length && !e.matches('.lane, .unseen') && e.innerText.length > 1
            && e.getBoundingClientRect().width < 24).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert narrow == [], "a column of single letters"
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
    assert page.evaluate(CONTRAST) == []
    page.close()
