"""API Gateway's HTTP API: HTTP on one side, Lambda events of payload format 2.0 on the other.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from rehearsal.cloud.backends import ACCOUNT

LARGEST_BODY = 10 * 1024 * 1024
TEXT = re.compile(r"(?i)^(text/|application/(json|xml|javascript|.*\+json|.*\+xml|x-www-form))")
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

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="HTTP API", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

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
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is no error."""


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
        length = int(self.headers.get("Content-Length", "0") or "0")
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
        """The event of payload format 2.0."""
        parts = urlsplit(self.path)
        headers: dict[str, str] = {}
        cookies: list[str] = []
        for name in dict.fromkeys(key.lower() for key in self.headers):
            values = self.headers.get_all(name) or []
            if name == "cookie":
                cookies = [part.strip() for value in values for part in value.split(";")]
            else:
                headers[name] = ",".join(values)
        headers.setdefault("x-forwarded-for", self.client_address[0])
        headers.setdefault("x-forwarded-proto", "http")
        headers.setdefault("x-forwarded-port", self.api.url.rpartition(":")[2])
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            query[name] = f"{query[name]},{value}" if name in query else value
        moment = time.time()
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": route.key,
            "rawPath": unquote(parts.path),
            "rawQueryString": parts.query,
            "headers": headers,
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": self.api.api_id,
                "domainName": headers.get("host", ""),
                "domainPrefix": self.api.api_id,
                "http": {
                    "method": self.command,
                    "path": unquote(parts.path),
                    "protocol": self.request_version,
                    "sourceIp": self.client_address[0],
                    "userAgent": headers.get("user-agent", ""),
                },
                "requestId": str(uuid.uuid4()),
                "routeKey": route.key,
                "stage": "$default",
                "time": datetime.fromtimestamp(moment, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
                "timeEpoch": int(moment * 1000),
            },
            "isBase64Encoded": False,
        }
        if cookies:
            event["cookies"] = cookies
        if query:
            event["queryStringParameters"] = query
        if parameters:
            event["pathParameters"] = parameters
        if body:
            text = TEXT.match(headers.get("content-type", "")) is not None
            event["isBase64Encoded"] = not text
            event["body"] = body.decode() if text else base64.b64encode(body).decode()
        return event

    def _translate(self, answer: Any) -> None:
        """A function's answer as HTTP; without a status code it is the body itself."""
        if not isinstance(answer, dict) or "statusCode" not in answer:
            self._reply(200, answer)
            return
        text = answer.get("body") or ""
        if not isinstance(text, str):
            # API Gateway takes a string only.
            self._reply(500, {"message": "Internal Server Error"})
            return
        body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        given = (answer.get("headers") or {}).items()
        headers = {str(name).lower(): str(value) for name, value in given}
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            headers[str(name).lower()] = ",".join(map(str, values))
        headers.setdefault("content-type", "text/plain; charset=utf-8")
        self._send(int(answer["statusCode"]), headers, body, answer.get("cookies") or [])

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
