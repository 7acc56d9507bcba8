"""The Rules section, decided: CloudFormation checks it before it makes anything.

CloudFormation Template Reference, "Rule functions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def rule_refusals(document: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    """The descriptions of all assertions that the parameters' ``values`` do not fulfil."""
    found = []
    for name, rule in document.get("Rules", {}).items():
        if "RuleCondition" in rule and not _true(rule["RuleCondition"], values):
            continue
        for assertion in rule["Assertions"]:
            if not _true(assertion["Assert"], values):
                said = assertion.get("AssertDescription", "an assertion does not hold")
                found.append(f"Rules.{name}: {said}")
    return found


def _true(asked: Any, values: Mapping[str, Any]) -> bool:
    if isinstance(asked, bool):
        return asked
    function, argument = next(iter(asked.items()))
    if function in _OF_TRUTHS:
        return _OF_TRUTHS[function]([_true(one, values) for one in argument])
    if function not in _OF_VALUES:
        raise ValueError(f"{function}: is no rule function")
    return _OF_VALUES[function](*(_value(one, values) for one in argument))


_OF_TRUTHS: Mapping[str, Callable[[list[bool]], bool]] = {
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::Not": lambda truths: not truths[0],
}
_OF_VALUES: Mapping[str, Callable[[Any, Any], bool]] = {
    "Fn::Equals": lambda one, other: bool(one == other),
    "Fn::Contains": lambda texts, text: text in texts,
    "Fn::EachMemberEquals": lambda texts, text: all(one == text for one in texts),
    "Fn::EachMemberIn": lambda texts, others: all(one in others for one in texts),
}


def _value(given: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(given, Mapping):
        return values[given["Ref"]]
    if isinstance(given, list):
        return [_value(one, values) for one in given]
    return given
