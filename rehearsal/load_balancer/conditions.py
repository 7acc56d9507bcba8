"""Whether a request meets a listener rule's conditions.

Elastic Load Balancing, "Condition types for listener rules": all conditions of a rule must be met,
each by one of its values; ``*`` stands for any number of characters, ``?`` for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules look at: header names in lower case; ``source`` is the client's own address."""

    source: str
    method: str
    path: str
    host: str
    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]


def all_met(conditions: Iterable[Mapping[str, Any]], asked: Asked) -> bool:
    """Whether every condition is met; a rule without conditions is for everybody."""
    return all(_met(condition, asked) for condition in conditions)


def _met(condition: Mapping[str, Any], asked: Asked) -> bool:
    field = condition["Field"]
    return field in _MET and _MET[field](condition, asked)


def _header_met(condition: Mapping[str, Any], asked: Asked) -> bool:
    name = condition["HttpHeaderConfig"]["HttpHeaderName"].lower()
    value = asked.headers.get(name)
    return value is not None and _any_like(_values(condition, "HttpHeaderConfig"), value)


def _source_met(condition: Mapping[str, Any], asked: Asked) -> bool:
    ranges = map(ip_network, _values(condition, "SourceIpConfig"))
    return any(ip_address(asked.source) in one for one in ranges)


_MET: Mapping[str, Callable[[Mapping[str, Any], Asked], bool]] = {
    "path-pattern": lambda condition, asked: _any_like(
        _values(condition, "PathPatternConfig"), asked.path, exact_case=True
    ),
    "host-header": lambda condition, asked: _any_like(
        _values(condition, "HostHeaderConfig"), asked.host
    ),
    "http-request-method": lambda condition, asked: (
        asked.method in _values(condition, "HttpRequestMethodConfig")
    ),
    "http-header": _header_met,
    "query-string": lambda condition, asked: any(
        _in_query(wanted, asked) for wanted in _values(condition, "QueryStringConfig")
    ),
    "source-ip": _source_met,
}


def _values(condition: Mapping[str, Any], config: str) -> list[Any]:
    return list(condition.get(config, {}).get("Values") or condition.get("Values") or [])


def _in_query(wanted: Mapping[str, str], asked: Asked) -> bool:
    return any(
        _like(wanted["Value"], value) and ("Key" not in wanted or _like(wanted["Key"], key))
        for key, value in asked.query
    )


def _any_like(patterns: Iterable[str], text: str, *, exact_case: bool = False) -> bool:
    return any(_like(pattern, text, exact_case) for pattern in patterns)


def _like(pattern: str, text: str, exact_case: bool = False) -> bool:
    return _compiled(pattern, exact_case).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, exact_case: bool) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(letter, re.escape(letter)) for letter in pattern)
    return re.compile(expression, re.DOTALL if exact_case else re.DOTALL | re.IGNORECASE)
