"""EventBridge event patterns.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event matches: every field of the pattern has to, extra fields don't matter."""
    if not isinstance(event, Mapping):
        return False
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(option, event) for option in wanted):
                return False
        elif isinstance(wanted, Mapping):
            if not matches(wanted, event.get(name, {})):
                return False
        elif not _any_matches(wanted, event, name):
            return False
    return True


def _any_matches(wanted: list[Any], event: Mapping[str, Any], name: str) -> bool:
    if not isinstance(wanted, list):
        raise ValueError(f"event pattern: {name!r} must be a list or an object")
    for option in wanted:
        if isinstance(option, Mapping) and "exists" in option:
            # A field that holds an object does not count: exists works on leaves only.
            there = name in event and not isinstance(event[name], Mapping)
            if there is option["exists"]:
                return True
        elif name in event:
            value = event[name]
            values = value if isinstance(value, list) else [value]
            if any(_value_matches(option, found) for found in values):
                return True
    return False


def _value_matches(option: Any, value: Any) -> bool:
    if not isinstance(option, Mapping):
        return (type(option) is type(value) and option == value) or _same_number(option, value)
    if len(option) != 1:
        raise ValueError(f"event pattern: one operator at a time, not {sorted(option)}")
    operator, argument = next(iter(option.items()))
    test = OPERATORS.get(operator)
    if test is None:
        raise ValueError(f"event pattern: the operator {operator!r} is not known")
    return bool(test(argument, value))


def _same_number(left: Any, right: Any) -> bool:
    numbers = all(
        isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right)
    )
    return numbers and left == right


def _prefix(argument: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, Mapping):
        return value.lower().startswith(argument["equals-ignore-case"].lower())
    return value.startswith(argument)


def _suffix(argument: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, Mapping):
        return value.lower().endswith(argument["equals-ignore-case"].lower())
    return value.endswith(argument)


def _anything_but(argument: Any, value: Any) -> bool:
    if isinstance(argument, Mapping):
        operator, inner = next(iter(argument.items()))
        options = inner if isinstance(inner, list) else [inner]
        return not any(OPERATORS[operator](option, value) for option in options)
    options = argument if isinstance(argument, list) else [argument]
    return not any(_value_matches(option, value) for option in options)


def _ignore_case(argument: str, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == argument.lower()


def _wildcard(argument: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    parts = re.split(r"(\\.|\*)", argument)
    pattern = "".join(
        ".*" if part == "*" else re.escape(part[1:] if part.startswith("\\") else part)
        for part in parts
    )
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def _numeric(argument: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    tests = {
        "=": lambda limit: value == limit,
        "<": lambda limit: value < limit,
        "<=": lambda limit: value <= limit,
        ">": lambda limit: value > limit,
        ">=": lambda limit: value >= limit,
    }
    pairs = zip(argument[::2], argument[1::2], strict=True)
    return all(tests[operator](limit) for operator, limit in pairs)


def _cidr(argument: str, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return False


OPERATORS = {
    "prefix": _prefix,
    "suffix": _suffix,
    "anything-but": _anything_but,
    "equals-ignore-case": _ignore_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
}
