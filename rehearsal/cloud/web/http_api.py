"""API Gateway's HTTP API: HTTP on one side, Lambda events of payload format 2.0 on the other.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from rehearsal.cloud.web.http_event import Request, request_event, response_of
from rehearsal.cloud.web.local_http import LocalHttp, announced

LARGEST_BODY = 10 * 1024 * 1024
NOT_FOUND = {"message": "Not Found"}


@dataclass(frozen=True, slots=True)
class Route:
    """A route key, the paths that it means, and the function behind it."""

    key: str
    method: str
    path: re.Pattern[str]
    function: str

    @classmethod
    def parse(cls, key: str, function: str) -> Route:
        """``GET /a/{b}``, ``ANY /{proxy+}`` or ``$default``."""
        if key == "$default":
            return cls(key, "ANY", re.compile(".*"), function)
        method, _, path = key.partition(" ")
        pattern = re.sub(
            r"\\\{(\w+)(\\\+)?\\\}",
            lambda found: f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})",
            re.escape(path),
        )
        return cls(key, method, re.compile(pattern), function)

    def rank(self) -> tuple[bool, bool, bool, int]:
        """Most specific first: full matches, then variables, then greedy ones, $default last."""
        greedy = "+}" in self.key
        return (self.key == "$default", greedy, "{" in self.key, 0 if self.method != "ANY" else 1)


class HttpApi:
    """One API on a port of its own. ``invoke`` calls a function by ARN."""

    def __init__(self, api_id: str, invoke: Callable[[str, Any], Any]) -> None:
        self.api_id = api_id
        self._invoke = invoke
        self._routes: list[Route] = []

        class Handler(_Handler):
            api = self

        self._server = LocalHttp(Handler, "HTTP API")

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self._server.address}"

    def add_route(self, key: str, function: str) -> None:
        """Send what matches the route key to a function."""
        self._routes.append(Route.parse(key, function))
        self._routes.sort(key=Route.rank)

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a request and its path parameters."""
        for route in self._routes:
            found = route.path.fullmatch(path)
            if found is not None and route.method in (method, "ANY"):
                return route, found.groupdict()
        return None

    def call(self, route: Route, event: dict[str, Any]) -> Any:
        """The function's Answer."""
        return self._invoke(route.function, event)

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60
    api: HttpApi

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_<METHOD>; every method is handled alike.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        try:
            length = announced(self.headers)
        except ValueError:
            self.close_connection = True
            self._reply(400, {"message": "Bad Request"})
            return
        if length > LARGEST_BODY:
            self._reply(413, {"message": "Request Entity Too Large"})
            return
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        found = self.api.match(self.command, unquote(path))
        if found is None:
            self._reply(404, NOT_FOUND)
            return
        route, parameters = found
        answer = self.api.call(route, self._event(route, parameters, body))
        if answer.throttled:
            self._reply(429, {"message": "Too Many Requests"})
        elif answer.error:
            self._reply(500, {"message": "Internal Server Error"})
        else:
            self._translate(answer.value)

    def _event(self, route: Route, parameters: dict[str, str], body: bytes) -> dict[str, Any]:
        request = Request(
            method=self.command,
            target=self.path,
            protocol=self.request_version,
            source_ip=self.client_address[0],
            headers=self.headers,
            body=body,
        )
        headers = {
            "x-forwarded-for": self.client_address[0],
            "x-forwarded-proto": "http",
            "x-forwarded-port": self.api.url.rpartition(":")[2],
        }
        return request_event(request, route.key, parameters, self.api.api_id, headers)

    def _translate(self, answer: Any) -> None:
        try:
            status, headers, body, cookies = response_of(answer)
        except ValueError:
            self._reply(500, {"message": "Internal Server Error"})
            return
        self._send(status, headers, body, cookies)

    def _reply(self, status: int, value: Any) -> None:
        self._send(status, {"content-type": "application/json"}, json.dumps(value).encode(), [])

    def _send(self, status: int, headers: dict[str, str], body: bytes, cookies: list[str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        for cookie in cookies:
            self.send_header("set-cookie", cookie)
        self.send_header("content-length", str(len(body)))
        self.send_header("apigw-requestid", uuid.uuid4().hex[:15])
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def version_string(self) -> str:
        """No server name, as API Gateway gives none."""
        return "apigateway"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: paths carry signed links."""
