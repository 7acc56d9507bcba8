"""A short address for a terminal: it leads to the page of the question that was asked last.

The link in a mail is long, because it is signed; at 80 columns it can be neither clicked nor
copied. This one stays the same for a whole rehearsal.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler

from rehearsal.cloud.web.local_http import LocalHttp


class ShortAddress:
    """Answers on a port of its own; ``leads_to`` is set with each question."""

    def __init__(self) -> None:
        self.leads_to = ""

        class Handler(_Handler):
            address = self

        self._server = LocalHttp(Handler, "short address")

    @property
    def url(self) -> str:
        """What is shown."""
        return f"http://{self._server.address}/"

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()


class _Handler(BaseHTTPRequestHandler):
    address: ShortAddress

    def do_GET(self) -> None:
        """On to the page, for who asked this very address."""
        here = self.address.url.removeprefix("http://")
        known = f"{self.headers.get('Host')}{self.path}" == here
        if known and self.address.leads_to:
            self.send_response(302)
            self.send_header("Location", self.address.leads_to)
        else:
            self.send_response(404)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        """The journal has what matters."""


def open_in_browser(url: str) -> bool:
    """Open it with what this desktop opens addresses with; False where there is none."""
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        return False
    subprocess.Popen(
        [program, url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True
