"""The HTTP server: threads, kept-alive connections, and an orderly end."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition

from rehearsal.redash.application import Application


class Server(ThreadingHTTPServer):
    """Serves until ``close``; requests that run then are still answered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: Application) -> None:
        super().__init__((host, port), _Handler)
        self.application = application
        self.stopping = False
        self._running = 0
        self._change = Condition()

    def request_began(self) -> None:
        """One more request to wait for."""
        with self._change:
            self._running += 1

    def request_ended(self) -> None:
        """One less."""
        with self._change:
            self._running -= 1
            self._change.notify_all()

    def close(self, patience: float = 5.0) -> None:
        """Take no more connections, let running requests finish (seconds), and go."""
        self.stopping = True
        self.shutdown()
        self.server_close()
        with self._change:
            self._change.wait_for(lambda: self._running == 0, patience)
        self.application.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 75
    server: Server

    def _answer(self) -> None:
        self.server.request_began()
        try:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = dict(self.headers.items())
            answer = self.server.application.answer(self.command, self.path, headers, body)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if self.server.stopping:
                self.close_connection = True
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.wfile.flush()
        except (TimeoutError, ConnectionError):
            self.close_connection = True
        finally:
            self.server.request_ended()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

    def version_string(self) -> str:
        return "gunicorn"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing for each request: the failures are logged where they happen."""
