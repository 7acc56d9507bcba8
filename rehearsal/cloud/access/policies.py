"""What a policy allows: actions with wildcards, resources as ARN patterns, Deny over Allow.

IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". Of the conditions only
the partitions of a table (``dynamodb:LeadingKeys``) are looked at; the others are taken as
fulfilled: the calls compared here come from the functions themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

Statement = Mapping[str, Any]


def allows(
    statements: Iterable[Statement],
    action: str,
    resource: str | None,
    partition: str | None = None,
) -> bool:
    """Whether an action on a resource is allowed; None stands for a resource nobody knows, or a
    partition that the call does not tell."""
    effects = {
        statement["Effect"]
        for statement in statements
        if _applies(statement, action, resource) and _within(statement, partition)
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


def _within(statement: Statement, partition: str | None) -> bool:
    conditions = statement.get("Condition", {})
    patterns = [
        pattern
        for operator in ("ForAllValues:StringLike", "ForAllValues:StringEquals")
        for pattern in listed(conditions.get(operator, {}).get("dynamodb:LeadingKeys", []))
    ]
    return partition is None or not patterns or any(matches(one, partition) for one in patterns)


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
