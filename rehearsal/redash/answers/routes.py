"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.redash.answers.exchange import Answer, NotFound, Request

Endpoint = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path with ``<number>`` places, and who answers it."""

    method: str
    path: re.Pattern[str]
    endpoint: Endpoint


_ROUTES: list[Route] = []


def route(method: str, path: str) -> Callable[[Endpoint], Endpoint]:
    """Let a function answer: its arguments are the request and the path's numbers and names."""
    pattern = path.replace("<number>", r"(\d+)").replace("<name>", r"([^/]+)")

    def register(endpoint: Endpoint) -> Endpoint:
        _ROUTES.append(Route(method, re.compile(pattern), endpoint))
        return endpoint

    return register


def dispatch(method: str, path: str, request: Request) -> Answer:
    """The answer of the route; NotFound if there is none."""
    for candidate in _ROUTES:
        found = candidate.path.fullmatch(path)
        if candidate.method == method and found:
            parts = [int(part) if part.isdecimal() else part for part in found.groups()]
            return candidate.endpoint(request, *parts)
    raise NotFound
