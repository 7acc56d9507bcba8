"""A TCP proxy before a database that can be cut: in the middle of a COPY, at once, or for good."""

from __future__ import annotations

import contextlib
import socket
import threading

_PIECE = 1 << 14


class CuttableProxy:
    """Passes bytes between its own port and a server until it is told to cut.

    The session is told apart by what it says: PostgreSQL's protocol names statements in plain text
    (manual, 55.7), so that ``cut_in_copy`` waits for a COPY.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.refusing = False
        self.cuts = 0
        """How often a connection was cut."""
        self._copy_bytes: int | None = None
        self._lock = threading.Lock()
        self._pairs: set[_Pair] = set()
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    def start(self) -> CuttableProxy:
        """Take connections."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Take none any more and end those that are."""
        self.refusing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the one who accepts
        self._listener.close()
        self.cut()
        self._thread.join(5)

    def cut(self) -> None:
        """End every connection at once, without a word to either side."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            self.cuts += 1
            pair.close()

    def cut_in_copy(self, after_bytes: int) -> None:
        """End the next connection that says COPY, so many bytes later; once."""
        self._copy_bytes = after_bytes

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            try:
                server = socket.create_connection(self._server, timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = _Pair(client, server)
            with self._lock:
                self._pairs.add(pair)
            for from_client in (True, False):
                threading.Thread(target=self._pass, args=(pair, from_client), daemon=True).start()

    def _pass(self, pair: _Pair, from_client: bool) -> None:
        here, there = (pair.client, pair.server) if from_client else (pair.server, pair.client)
        with contextlib.suppress(OSError):
            while piece := here.recv(_PIECE):
                if from_client and b"COPY " in piece:
                    pair.copying = True
                if pair.copying and self._is_enough(len(piece)):
                    self.cuts += 1
                    break
                there.sendall(piece)
        pair.close()
        with self._lock:
            self._pairs.discard(pair)

    def _is_enough(self, passed: int) -> bool:
        with self._lock:
            if self._copy_bytes is None:
                return False
            self._copy_bytes -= passed
            if self._copy_bytes > 0:
                return False
            self._copy_bytes = None
            return True


class _Pair:
    """The two halves of one connection."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.copying = False

    def close(self) -> None:
        """End both halves; the threads that read them wake up."""
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
