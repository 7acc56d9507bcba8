"""Where a browser can be got from: one function for each source.

Each answers the paths to try, first the likeliest, or raises `Unavailable`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from environment.browser import finding

# A firewall that drops what it does not let through keeps a download waiting.
DOWNLOAD_SECONDS = 300

PACKAGES = ("chromium-headless-shell", "chromium")
"""Debian's; the first is not in every release."""

FONT = "fonts-noto-cjk"


class Unavailable(Exception):
    """Nothing to be had from this source; says why."""


def here() -> list[str]:
    """One that is installed, Playwright's included."""
    return [*finding.installed(), ""]


def from_playwright() -> list[str]:
    """Playwright's own build, from its makers' servers."""
    command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    run(command, what="the download")
    return [""]


def from_debian() -> list[str]:
    """Debian's package, with a font for Japanese; only for root, who may install."""
    if not shutil.which("apt-get"):
        raise Unavailable("no apt-get here")
    if os.geteuid() != 0:
        raise Unavailable("only root may install it: sudo apt-get install chromium")
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], what="apt-get update", surroundings=surroundings)
    for package in PACKAGES:
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        try:
            run([*command, package, FONT], what="apt-get install", surroundings=surroundings)
        except Unavailable:
            if package == PACKAGES[-1]:
                raise
        else:
            break
    return finding.installed()


def run(
    command: list[str],
    *,
    what: str,
    cwd: str | None = None,
    surroundings: dict[str, str] | None = None,
) -> str:
    """The command's output.

    Raises:
        Unavailable: it failed, or took too long; the last line that it said.
    """
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            cwd=cwd,
            env=surroundings,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{what} took more than {DOWNLOAD_SECONDS // 60} minutes") from None
    except OSError as error:
        raise Unavailable(f"{what}: {error.strerror}") from None
    if done.returncode != 0:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise Unavailable(f"{what} failed: {said[0] if said else f'exit {done.returncode}'}")
    return done.stdout
