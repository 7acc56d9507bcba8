"""An HTTP request as a Lambda event of payload format 2.0, and a function's answer as HTTP.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from rehearsal.cloud.backends import ACCOUNT

TEXT = re.compile(r"(?i)^(text/|application/(json|xml|javascript|[^;]*\+json|[^;]*\+xml))")
"""Bodies that API Gateway hands on as text; forms are not among them."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request; ``target`` is path and query as they were sent."""

    method: str
    target: str
    protocol: str
    source_ip: str
    headers: Message
    body: bytes


def request_event(
    request: Request,
    route_key: str,
    parameters: dict[str, str],
    api_id: str,
    more_headers: dict[str, str],
) -> dict[str, Any]:
    """The event; ``more_headers`` are added where the client sent none of that name."""
    parts = urlsplit(request.target)
    headers, cookies = _headers(request.headers)
    headers = {**more_headers, **headers}
    query: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    moment = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": unquote(parts.path),
        "rawQueryString": parts.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api_id,
            "domainName": headers.get("host", ""),
            "domainPrefix": api_id,
            "http": {
                "method": request.method,
                "path": unquote(parts.path),
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
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
    if request.body:
        text = TEXT.match(headers.get("content-type", "")) is not None
        event["isBase64Encoded"] = not text
        body = request.body
        event["body"] = body.decode() if text else base64.b64encode(body).decode()
    return event


def _headers(given: Message) -> tuple[dict[str, str], list[str]]:
    """Names in lower case, several values joined by commas; cookies apart."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name in dict.fromkeys(key.lower() for key in given):
        values = given.get_all(name) or []
        if name == "cookie":
            cookies = [part.strip() for value in values for part in value.split(";")]
        else:
            headers[name] = ",".join(values)
    return headers, cookies


def response_of(answer: Any) -> tuple[int, dict[str, str], bytes, list[str]]:
    """Status, headers, body and cookies of a function's answer.

    An answer without a status code is the body itself, as JSON. ValueError: API Gateway would
    answer 500, because the body is no string.
    """
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return 200, {"content-type": "application/json"}, json.dumps(answer).encode(), []
    text = answer.get("body") or ""
    if not isinstance(text, str):
        raise ValueError("body: must be a string")
    body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    given = (answer.get("headers") or {}).items()
    headers = {str(name).lower(): str(value) for name, value in given}
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[str(name).lower()] = ",".join(map(str, values))
    headers.setdefault("content-type", "text/plain; charset=utf-8")
    return int(answer["statusCode"]), headers, body, answer.get("cookies") or []
