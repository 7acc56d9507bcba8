"""A real browser in front of the real page."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from environment.browser import known
from environment.browser.starting import FLAGS
from rehearsal.cloud.web.http_api import HttpApi
from tests.integration.approval.approval_stage import Stage, function, staged

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests: the one that `make test` found or got."""
    found = known()
    if found.missing:
        if os.environ.get("CI"):
            pytest.fail(found.missing)
        pytest.skip("no browser: the last line says why")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path or None, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class _Answer:
    """What the HTTP API gets from a function."""

    value: Any
    error: str = ""
    throttled: bool = False


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Stage, str]]]:
    """``serving(SETTING="value")`` -> (stage, address) with the page behind an HTTP API."""
    page = function("approval_page")
    # The services' double is made for one caller at a time; browsers ask for two things at once.
    one_at_a_time = threading.Lock()

    def invoke(_: str, event: Any) -> _Answer:
        with one_at_a_time:
            return _Answer(page.handler(event, None))

    with ExitStack() as stack:
        api = HttpApi("page", invoke)
        stack.callback(api.stop)
        for key in ("ANY /approve/{link}", "POST /slack"):
            api.add_route(key, "page")

        def serve(**settings: str) -> tuple[Stage, str]:
            return stack.enter_context(staged(monkeypatch, api.url, **settings)), api.url

        yield serve


@dataclass
class Visitor:
    """A person with a browser; notes what the page complained about or fetched from elsewhere."""

    context: BrowserContext
    address: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._check(request.url))
        page.goto(self.address + path)
        return page

    def _note(self, message: Any) -> None:
        # A page with an error status is reported on the console by every browser.
        if message.type in {"error", "warning"} and "status of" not in message.text:
            self.complaints.append(message.text)

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.complaints.append(f"fetched {url}")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """``visitor(address, width=390, dark=True, ...)`` -> a person with a browser of that kind."""
    with ExitStack() as stack:

        def make(
            address: str,
            *,
            width: int = 1280,
            height: int = 0,
            dark: bool = False,
            language: str = "en-GB",
            script: bool = True,
        ) -> Visitor:
            context = browser.new_context(
                viewport={"width": width, "height": height or (844 if width < 600 else 860)},
                color_scheme="dark" if dark else "light",
                locale=language,
                java_script_enabled=script,
                device_scale_factor=2 if width < 600 else 1,
                has_touch=width < 600,
            )
            context.set_default_timeout(15_000)
            stack.callback(context.close)
            return Visitor(context, address, [])

        yield make


Screens = Callable[..., None]


@pytest.fixture(scope="session")
def screens() -> Screens:
    """``screens(page, name)`` keeps a picture to be looked at, where the variable SCREENS names a
    folder for it. Without one none is taken: a picture takes longer than the rest of a test."""
    folder = os.environ.get("SCREENS", "")

    def keep(page: Page, name: str, *, full_page: bool = False) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page)

    return keep
