"""Whether a browser starts: a program that is there may lack its libraries."""

from __future__ import annotations

from playwright.sync_api import Error, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def starts(path: str) -> bool:
    """It shows a page; an empty path stands for Playwright's own browser."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=path or None, args=list(FLAGS), timeout=60_000
            )
            page = browser.new_page()
            page.set_content("<title>here</title>")
            title = page.title()
            browser.close()
        except Error:
            return False
    return title == "here"
