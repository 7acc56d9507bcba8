"""Ports of this machine."""

from __future__ import annotations

import random
import socket

BELOW_EPHEMERAL = range(20_000, 32_000)
"""No system gives these to a connection on its way out (Linux from 32768, macOS from 49152): a port
that is found free stays so until whoever asked for it listens."""

_CHOICE = random.SystemRandom()


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now."""
    while True:
        port = _CHOICE.choice(BELOW_EPHEMERAL)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
