"""Which target gets a request, and the request's way there."""

from __future__ import annotations

import http.client
import itertools
import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from rehearsal.load_balancer.registry import Registered
from rehearsal.load_balancer.rules import Share

IDLE_TIMEOUT = 60.0
"""Seconds without an answer after which it is a 504 (the load balancer's idle timeout)."""

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
     "transfer-encoding", "upgrade", "expect", "content-length"}
)  # fmt: skip


class Unanswered(Exception):
    """The load balancer answers by itself, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Chosen:
    """A target of a group."""

    target_group: str
    target: Registered


class Choice:
    """Chooses in turn among a group's healthy targets."""

    def __init__(self, targets: Callable[[str], list[Registered]]) -> None:
        self._targets = targets
        self._turn = itertools.count()

    def choose(self, groups: Sequence[Share]) -> Chosen:
        """A target; Unanswered(503) when no group has a weight, or the group has no target.

        A group without a healthy target is used all the same: it fails open.
        """
        weighted = [share for share in groups if share.weight > 0]
        if not weighted:
            raise Unanswered(503)
        group = random.choices(weighted, [share.weight for share in weighted])[0].target_group
        registered = [one for one in self._targets(group) if one.state != "draining"]
        serving = [one for one in registered if one.state == "healthy"] or registered
        if not serving:
            raise Unanswered(503)
        return Chosen(group, serving[next(self._turn) % len(serving)])


def ask(
    place: tuple[str, int] | None, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Send a request on; Unanswered(502) when nobody answers, (504) when not in time.

    Each request has a connection of its own: one that was kept open may be closed by the target
    at the same moment, and then nobody could tell whether a write was carried out.
    """
    if place is None:
        raise Unanswered(502)
    connection = http.client.HTTPConnection(*place, timeout=IDLE_TIMEOUT)
    try:
        target = quote(path.encode("latin-1"), safe=string.punctuation)
        connection.request(method, target, body or None, dict(headers))
        return connection, connection.getresponse()
    except TimeoutError:
        connection.close()
        raise Unanswered(504) from None
    except (OSError, http.client.HTTPException):
        connection.close()
        raise Unanswered(502) from None


def end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers without those that concern one connection only."""
    return {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}


def forwarded(headers: Mapping[str, str], client: str, port: int) -> dict[str, str]:
    """The headers that a target sees."""
    before = headers.get("X-Forwarded-For")
    return {
        **end_to_end(headers),
        "X-Forwarded-For": f"{before}, {client}" if before else client,
        # Users come by HTTPS everywhere; here only the certificate is missing.
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": str(port),
        "Connection": "close",
    }
