"""Who may speak to the local AWS: whoever signs with this run's key, and no browser.

Run Command really runs a shell here, so the port must not be open to a page in the user's browser,
nor to another user of the machine. AWS itself asks for a signature (Signature Version 4, "Create a
signed AWS API request" in the IAM user guide); so does this door, with a secret access key that is
made anew for each process and stands in no file.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote

from rehearsal.cloud.web.local_http import as_length

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

ACCESS_KEY = "rehearsal"
"""The access key id of whoever is no function; a function's is its logical id."""
SECRET_KEY = secrets.token_urlsafe(32)
"""This process's secret access key."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<scope>(?P<date>\d{8})/(?P<region>[^/]+)"
    r"/(?P<service>[^/]+)/aws4_request),\s*SignedHeaders=(?P<headers>[^,\s]+),"
    r"\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_BROWSER = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE", "HTTP_REFERER")
"""What a browser sends with each request to another site, and no AWS client ever does."""


class Door:
    """WSGI middleware before everything else; ``hosts`` are the names it answers to."""

    def __init__(self, app: Wsgi, hosts: Iterable[str], secret: str = SECRET_KEY) -> None:
        self._app = app
        self.hosts = set(hosts)
        self._secret = secret

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """The application's answer, or 403 with what was wrong with the request."""
        problem = self._problem(environ)
        if problem is None:
            return self._app(environ, start_response)
        body = f"{problem}\n".encode()
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        start_response("403 Forbidden", headers)
        return [body]

    def _problem(self, environ: Environ) -> str | None:
        """Why a request stays outside; None for one that is let in."""
        if any(name in environ for name in _BROWSER):
            return "no browser may speak to the AWS of a rehearsal"
        if environ.get("HTTP_HOST", "") not in self.hosts:
            return "this host name is not served here"
        found = _AUTHORIZATION.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
        if found is None:
            return "the request is not signed (Signature Version 4, in the Authorization header)"
        try:
            as_length(environ.get("CONTENT_LENGTH"))
        except ValueError:
            return "the length of the body is none, or beyond what is taken here"
        expected = _signature(environ, found, self._secret)
        if not hmac.compare_digest(expected, found["signature"]):
            return "the signature is not made with this run's secret access key"
        return None


def _signature(environ: Environ, found: re.Match[str], secret: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in (found["date"], found["region"], found["service"], "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    request = hashlib.sha256(_canonical(environ, found).encode()).hexdigest()
    moment = environ.get("HTTP_X_AMZ_DATE", "")
    text = "\n".join(("AWS4-HMAC-SHA256", moment, found["scope"], request))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _canonical(environ: Environ, found: re.Match[str]) -> str:
    """The canonical request. Every service but S3 encodes the path a second time."""
    names = found["headers"].split(";")
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"])
    path, _, query = raw.partition("?")
    # A normalised path: what the client has encoded stays encoded once for S3, twice elsewhere.
    encoded = quote(unquote(path), safe="/-_.~") if found["service"] == "s3" else quote(path)
    pairs = sorted(
        (quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~"))
        for name, _, value in (part.partition("=") for part in query.split("&") if part)
    )
    headers = "".join(f"{name}:{' '.join(_header(environ, name).split())}\n" for name in names)
    return "\n".join(
        (
            environ["REQUEST_METHOD"],
            encoded or "/",
            "&".join(f"{name}={value}" for name, value in pairs),
            headers,
            ";".join(names),
            _payload_hash(environ),
        )
    )


def _header(environ: Environ, name: str) -> str:
    variable = name.upper().replace("-", "_")
    if variable not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        variable = f"HTTP_{variable}"
    return str(environ.get(variable, ""))


def _payload_hash(environ: Environ) -> str:
    """As the client states it, where it states it (S3); else of the body, which is put back."""
    stated = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if stated:
        return str(stated)
    length = as_length(environ.get("CONTENT_LENGTH"))
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return hashlib.sha256(body).hexdigest()
