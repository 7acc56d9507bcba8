"""`make pictures`: page, terminal and report of a rehearsal as they are, for README and docs.

Runs a small rehearsal as a person would, with a browser in front of the page, and writes
docs/pictures/: page.png, report.png, terminal.svg. Nothing in them is drawn by hand.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from environment.browser import known
from environment.browser.starting import FLAGS
from rehearsal.approver import answer, wait_for_link

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 96
SCREEN = {"width": 1280, "height": 860}
PATIENCE = 300
"""Seconds that a question may take to come."""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>Terminal of a rehearsal</title>
<style>{styles}
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; }}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
height="{terminal_height}"/></clipPath>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#292929"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""
"""Without the fonts from elsewhere that rich's own form fetches."""


def main() -> int:
    """0: the pictures are made; 1: the rehearsal failed; 2: there is no browser."""
    found = known()
    if found.missing:
        print(f"no browser: {found.missing}")
        return 2
    PICTURES.mkdir(exist_ok=True)
    folder = ROOT / ".rehearsal" / "pictures"
    shutil.rmtree(folder, ignore_errors=True)
    started = subprocess.Popen(
        [sys.executable, "-m", "rehearsal"],
        cwd=ROOT,
        env={
            **os.environ,
            "REHEARSAL_DIRECTORY": str(folder),
            "APPROVE": "ask",
            "SCALE": "small",
            "COLUMNS": str(COLUMNS),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    reader = threading.Thread(target=_read, args=(started, lines), daemon=True)
    reader.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=found.path or None, args=list(FLAGS)
            )
            page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]
            link = wait_for_link(folder / "mailbox", "approve", timeout=PATIENCE)
            page.goto(link)
            page.screenshot(path=PICTURES / "page.png")
            answer(link, "approve", reason="As announced")
            answer(folder / "mailbox", "keep", reason="All is there", timeout=PATIENCE)
            code = started.wait(PATIENCE)
            reader.join(10)
            page.goto((folder / "report.html").as_uri())
            page.screenshot(path=PICTURES / "report.png")
            browser.close()
    finally:
        if started.poll() is None:
            started.terminate()
            started.wait(60)
    (PICTURES / "terminal.svg").write_text(terminal("".join(lines)), encoding="utf-8")
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.relative_to(ROOT)} {path.stat().st_size / 1024:.0f} kB")
    return 1 if code else 0


def _read(started: subprocess.Popen[str], lines: list[str]) -> None:
    assert started.stdout is not None  # noqa: S101 - for the type checker
    lines.extend(started.stdout)


def terminal(text: str) -> str:
    """What a terminal showed, as a picture."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text.from_ansi(text))
    return re.sub(r"[ \t]+\n", "\n", console.export_svg(title="", code_format=SVG))


if __name__ == "__main__":
    sys.exit(main())
