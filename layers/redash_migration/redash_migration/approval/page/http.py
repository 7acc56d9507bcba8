"""Requests and answers of the page: API Gateway's HTTP API, payload format 2.0.

(API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MAXIMUM_BODY = 32_768


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case; ``path`` is without the stage."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    host: str

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """The request that an event carries; a body that can't be decoded counts as empty."""
        event = _object(event)
        context = _object(event.get("requestContext"))
        path = str(event.get("rawPath") or "/")
        stage = str(context.get("stage") or "$default")
        if stage != "$default" and (path == f"/{stage}" or path.startswith(f"/{stage}/")):
            path = path[len(stage) + 1 :] or "/"
        return cls(
            method=str(_object(context.get("http")).get("method") or "GET").upper(),
            path=path,
            query=dict(parse_qsl(str(event.get("rawQueryString") or ""), keep_blank_values=True)),
            headers={
                str(name).lower(): str(value)
                for name, value in _object(event.get("headers")).items()
            },
            body=_body(event),
            host=str(context.get("domainName") or ""),
        )

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form; the first of each name counts."""
        fields: dict[str, str] = {}
        text = self.body.decode("utf-8", "replace")
        for name, value in parse_qsl(text, keep_blank_values=True):
            fields.setdefault(name, value)
        return fields

    @property
    def is_form(self) -> bool:
        """Whether the body is what an HTML form sends."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind == "application/x-www-form-urlencoded"

    def from_own_page(self) -> bool:
        """Whether the browser says that the form was on this very site.

        Our pages send no referrer, and browsers then write ``Origin: null`` even for their own
        forms (Fetch Standard, "append a request Origin header"): so null and no origin are judged
        by Sec-Fetch-Site, and where a browser sends neither, by the form's nonce alone.
        """
        origin = self.headers.get("origin", "")
        site = self.headers.get("sec-fetch-site", "")
        if site not in {"", "same-origin", "none"}:
            return False
        if origin in {"", "null"}:
            return True
        try:
            own = urlsplit(origin).netloc.lower()
        except ValueError:  # an address that is none, such as https://[
            return False
        return own in {self.host.lower(), self.headers.get("host", self.host).lower()}


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_event(self, *, with_body: bool) -> dict[str, Any]:
        """As Lambda returns it; HEAD gets the same headers and no body."""
        return {
            "statusCode": self.status,
            "headers": dict(self.headers),
            "body": self.body if with_body else "",
            "isBase64Encoded": False,
        }


def _object(value: Any) -> Mapping[str, Any]:
    """The value, where it is an object; else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _body(event: Mapping[str, Any]) -> bytes:
    text = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
