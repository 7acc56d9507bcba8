"""The listener's port: requests come in, the rules' actions go out."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from rehearsal.cloud.web.leaving import ClientsMayLeave
from rehearsal.cloud.web.local_http import announced
from rehearsal.load_balancer.conditions import Asked
from rehearsal.load_balancer.forwarding import Unanswered, ask, end_to_end, forwarded

SERVED_BY = "X-Rehearsal-Served-By"
"""Response header of the rehearsal alone: the target group whose target answered."""

_CHUNK = 1 << 16
_LARGEST = 256 * 1024 * 1024


class Routing(Protocol):
    """What the port asks for each request."""

    def action(self, asked: Asked) -> Mapping[str, Any]:
        """The routing action."""

    def target(self, action: Mapping[str, Any]) -> tuple[str, tuple[str, int] | None]:
        """The name of the target group and the address of one of its targets."""

    def count_error(self, group: str) -> None:
        """A target of the group answered with 5xx."""


class Proxy(ClientsMayLeave, ThreadingHTTPServer):
    """Listens on 127.0.0.1; each request is routed by the rules of its own moment."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, routing: Routing) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.routing = routing


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = _CHUNK
    timeout = 75
    server: Proxy

    def _route(self) -> None:
        try:
            body = self._body()
            action = self.server.routing.action(self._asked())
            if action["Type"] == "fixed-response":
                self._fixed(action["FixedResponseConfig"])
            elif action["Type"] == "redirect":
                self._redirect(action["RedirectConfig"])
            else:
                self._forward(action, body)
        except Unanswered as unanswered:
            reason = http.client.responses[unanswered.status]
            text = f"<html><head><title>{unanswered.status} {reason}</title></head></html>\r\n"
            self._reply(unanswered.status, text.encode(), {"Content-Type": "text/html"})
        except ConnectionError:
            self.close_connection = True  # the client went away

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _route  # noqa: N815

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        return Asked(
            source=self.client_address[0],
            method=self.command,
            path=parts.path,
            host=self.headers.get("Host", "").partition(":")[0],
            headers={name.lower(): value for name, value in self.headers.items()},
            query=parse_qsl(parts.query, keep_blank_values=True),
        )

    def _body(self) -> bytes:
        try:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self._part(announced(self.headers))
            parts = []
            while size := int(self.rfile.readline(_CHUNK).split(b";")[0], 16):
                parts.append(self._part(size))
                self.rfile.readline(_CHUNK)
            while self.rfile.readline(_CHUNK).strip():
                pass  # trailers
        except ValueError:
            # As the service answers what is no HTTP ("HTTP 400: Bad request").
            self.close_connection = True
            raise Unanswered(400) from None
        return b"".join(parts)

    def _part(self, size: int) -> bytes:
        if not 0 <= size <= _LARGEST:
            raise ValueError(size)
        return self.rfile.read(size)

    def _forward(self, action: Mapping[str, Any], body: bytes) -> None:
        group, place = self.server.routing.target(action)
        port = self.server.server_address[1]
        headers = forwarded(dict(self.headers.items()), self.client_address[0], int(port))
        connection, answer = ask(place, self.command, self.path, headers, body)
        try:
            self._relay(answer, group)
        finally:
            connection.close()

    def _relay(self, answer: http.client.HTTPResponse, group: str) -> None:
        if answer.status >= 500:
            self.server.routing.count_error(group)
        self.send_response_only(answer.status, answer.reason)
        for name, value in end_to_end(dict(answer.getheaders())).items():
            self.send_header(name, value)
        self.send_header(SERVED_BY, group)
        length = answer.getheader("Content-Length")
        bodiless = self.command == "HEAD" or answer.status in {204, 304}
        chunked = length is None and not bodiless
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", length or "0")
        self.end_headers()
        left = int(length or 0)
        try:
            while not bodiless and (part := answer.read(_CHUNK)):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
                left -= len(part)
        except (OSError, http.client.HTTPException):
            left = 1
        if left > 0 and not bodiless:
            self.close_connection = True  # cut off half-way: so is the client's answer
            return
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _fixed(self, config: Mapping[str, Any]) -> None:
        kind = config.get("ContentType") or "text/plain"
        body = (config.get("MessageBody") or "").encode()
        self._reply(int(config["StatusCode"]), body, {"Content-Type": f"{kind}; charset=utf-8"})

    def _redirect(self, config: Mapping[str, Any]) -> None:
        parts = urlsplit(self.path)
        host, _, port = self.headers.get("Host", "").partition(":")
        location = (
            f"{config.get('Protocol') or '#{protocol}'}://{config.get('Host') or '#{host}'}"
            f":{config.get('Port') or '#{port}'}{config.get('Path') or '/#{path}'}"
            f"?{config.get('Query') or '#{query}'}"
        )
        for name, value in {
            "protocol": "http",
            "host": host,
            "port": port or "80",
            "path": parts.path.lstrip("/"),
            "query": parts.query,
        }.items():
            location = location.replace(f"#{{{name}}}", value)
        status = int(str(config["StatusCode"]).removeprefix("HTTP_"))
        self._reply(status, b"", {"Location": location.rstrip("?")})

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Server", "awselb/2.0")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
