"""Clients that go away in the middle of a word: killed ones, and all of them at an interruption."""

from __future__ import annotations

import sys
from socketserver import BaseServer
from typing import Any


class ClientsMayLeave(BaseServer):
    """A server to which that is no error, where socketserver's own prints a traceback."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Anything else is told as ever."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
