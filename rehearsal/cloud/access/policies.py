"""What a policy allows: actions with wildcards, resources as ARN patterns, Deny over Allow.

IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". Conditions are looked at
whose keys the call tells (``needs``): one statement has to hold for all of its values together. The
others are taken as fulfilled (who passes a role on, the way to a key).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

Statement = Mapping[str, Any]
Context = Mapping[str, tuple[str, ...]]
"""Condition keys that a call tells -> its values of each."""


def allows(
    statements: Iterable[Statement],
    action: str,
    resource: str | None,
    context: Context | None = None,
) -> bool:
    """Whether an action on a resource is allowed; None stands for a resource nobody knows."""
    effects = {
        statement["Effect"]
        for statement in statements
        if _applies(statement, action, resource) and _fulfilled(statement, context or {})
    }
    return "Allow" in effects and "Deny" not in effects


def granted(statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
    """Every (action, resource pattern) that is allowed somewhere."""
    for statement in statements:
        if statement["Effect"] == "Allow":
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield action, resource


def listed(value: Any) -> list[str]:
    """A policy's value, which may be one text or several."""
    return [value] if isinstance(value, str) else list(value)


def _fulfilled(statement: Statement, context: Context) -> bool:
    return all(
        _holds(operator, listed(wanted), context[key])
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
        if key in context
    )


def _holds(operator: str, wanted: list[str], values: tuple[str, ...]) -> bool:
    """ForAllValues holds for no value at all; a single-valued operator needs one."""
    quantifier, _, comparison = operator.rpartition(":")
    alike = [any(_alike(comparison, one, value) for one in wanted) for value in values]
    return all(alike) if quantifier == "ForAllValues" else any(alike)


def _alike(comparison: str, wanted: str, value: str) -> bool:
    match comparison:
        case "StringLike" | "ArnLike" | "ArnEquals":  # of ARNs the two are one
            return matches(wanted, value)
        case "StringEquals":
            return wanted == value
    raise ValueError(f"{comparison}: this comparison is not known here")


def _applies(statement: Statement, action: str, resource: str | None) -> bool:
    if not any(matches(pattern, action, fold=True) for pattern in listed(statement["Action"])):
        return False
    patterns = listed(statement["Resource"])
    return resource is None or any(matches(pattern, resource) for pattern in patterns)


def matches(pattern: str, text: str, *, fold: bool = False) -> bool:
    """IAM's wildcards: * for any run of characters, ? for one; actions in either case."""
    return _compiled(pattern, fold).fullmatch(text) is not None


@cache
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.IGNORECASE if fold else 0)
