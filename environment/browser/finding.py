"""Which browser was found, kept in a file of the virtual environment."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

NAMES = (
    # Chromium without its windows does the same for a seventh of the processor's time.
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FOLDER = Path(sys.prefix) / "browser"
NOTE = FOLDER / "found.json"


@dataclass(frozen=True)
class Browser:
    """A browser, or why there is none.

    Attributes:
        path: its program; empty for the one that Playwright finds by itself, or for none.
        missing: why there is none, in plain words; empty when there is one.
    """

    path: str = ""
    missing: str = ""


def installed() -> list[str]:
    """The browsers on this machine: in PATH, or macOS applications."""
    in_path = [path for name in NAMES if (path := shutil.which(name))]
    return in_path + [path for path in APPLICATIONS if Path(path).exists()]


def known() -> Browser:
    """The browser that set-up found; without a set-up, one that is installed."""
    if named := os.environ.get("BROWSER_EXECUTABLE"):
        return Browser(named)
    noted = Browser(**json.loads(NOTE.read_text(encoding="utf-8"))) if NOTE.exists() else None
    if noted and (not noted.path or Path(noted.path).exists()):
        return noted
    if paths := installed():
        return Browser(paths[0])
    return Browser(missing="no browser was found, and none was looked for with `make browser`")


def note(browser: Browser) -> None:
    """Keep what was found."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    NOTE.write_text(json.dumps(asdict(browser)) + "\n", encoding="utf-8")
