"""Which API operation an HTTP request to AWS is, and with which parameters."""

from __future__ import annotations

import functools
import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl

Environ = dict[str, Any]


def operation_of(service: str, environ: Environ) -> tuple[str, dict[str, Any]]:
    """The operation's name and its parameters; bodies of S3 objects are left alone.

    ``service`` is the signing name of the request. JSON services name the operation in a header,
    query services in the form, REST services by method and path (matched against the API model).
    """
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rpartition(".")[2], _json_object(_body(environ))
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(_body(environ).decode(), keep_blank_values=True))
        action = form.pop("Action", "")
        form.pop("Version", None)
        return action, form
    path, query = environ.get("PATH_INFO", "/"), environ.get("QUERY_STRING", "")
    for route in _routes(service):
        params = route.match(environ["REQUEST_METHOD"], path, query, environ)
        if params is not None:
            if service != "s3":
                params |= _json_object(_body(environ))
            return route.operation, params
    return f"{environ['REQUEST_METHOD']} {path}", {}


def _body(environ: Environ) -> bytes:
    """The request's body, which stays readable for whoever comes next."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of a REST service: its method, path and the query keys that tell it apart."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    headers: tuple[str, ...]

    def match(self, method: str, path: str, query: str, environ: Environ) -> dict[str, Any] | None:
        """The path's parameters where this is the operation, else None."""
        if method != self.method:
            return None
        given = parse_qs(query, keep_blank_values=True)
        for key, value in self.query:
            if key not in given or (value and value not in given[key]):
                return None
        for header in self.headers:
            if "HTTP_" + header.upper().replace("-", "_") not in environ:
                return None
        found = self.path.fullmatch(path)
        return None if found is None else dict(found.groupdict())


@functools.cache
def _routes(service: str) -> tuple[Route, ...]:
    """The operations of a REST service, most specific first."""
    from botocore.loaders import Loader

    loader = Loader()
    name = {"apigateway": "apigatewayv2"}.get(service, service)
    if name not in loader.list_available_services("service-2"):
        return ()
    model = loader.load_service_model(name, "service-2")
    routes = [_route(operation, found, model) for operation, found in model["operations"].items()]
    return tuple(sorted(routes, key=_specificity))


def _route(name: str, operation: dict[str, Any], model: dict[str, Any]) -> Route:
    uri, _, query = operation["http"]["requestUri"].partition("?")
    shape = model["shapes"].get(operation.get("input", {}).get("shape", ""), {})
    required = set(shape.get("required", ()))
    members = shape.get("members", {})
    if members.get("Bucket", {}).get("location") == "uri" and "{Bucket}" not in uri:
        # A client of S3 has had the model in hand, and has taken the bucket out of its paths.
        uri = "/{Bucket}" + uri.rstrip("/")
    keys = dict(parse_qsl(query, keep_blank_values=True))
    for member, found in members.items():
        if member in required and found.get("location") == "querystring":
            keys.setdefault(found["locationName"], "")
    headers = tuple(
        found["locationName"]
        for member, found in members.items()
        if member in required and found.get("location") == "header"
    )
    pattern = re.sub(
        r"\\\{(\w+)(\\\+)?\\\}",
        lambda found: f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})",
        re.escape(uri),
    )
    return Route(
        name, operation["http"]["method"], re.compile(pattern + "/?"), tuple(keys.items()), headers
    )


def _specificity(route: Route) -> tuple[int, int, int]:
    literal = re.sub(r"\(\?P<.*?>.*?\)", "", route.path.pattern)
    return (-len(route.query) - len(route.headers), -len(literal), len(route.operation))
