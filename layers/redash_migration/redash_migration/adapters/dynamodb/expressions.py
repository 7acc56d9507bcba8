"""Expressions with placeholders, and attribute values, as DynamoDB has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.record.table import Expected, Item, Value


class Expression:
    """Placeholders of one request."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}

    def name(self, name: str) -> str:
        """The placeholder of an attribute's name."""
        for placeholder, known in self._names.items():
            if known == name:
                return placeholder
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = name
        return placeholder

    def value(self, value: Value) -> str:
        """A placeholder for a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = _attribute(value)
        return placeholder

    def condition(self, expected: Mapping[str, Expected]) -> dict[str, Any]:
        """The request's part that demands these values; nothing where there are none."""
        terms = [self._term(name, value) for name, value in expected.items()]
        return {"ConditionExpression": " AND ".join(terms)} if terms else {}

    def _term(self, name: str, wanted: Expected) -> str:
        if wanted is None:
            return f"attribute_not_exists({self.name(name)})"
        if isinstance(wanted, tuple):
            values = [self.value(value) for value in wanted if value is not None]
            one_of = f"{self.name(name)} IN ({', '.join(values)})"
            return f"({self._term(name, None)} OR {one_of})" if None in wanted else one_of
        return f"{self.name(name)} = {self.value(wanted)}"

    def attributes(self) -> dict[str, Any]:
        """The request's part that says what the placeholders stand for."""
        found: dict[str, Any] = {}
        if self._names:
            found["ExpressionAttributeNames"] = self._names
        if self._values:
            found["ExpressionAttributeValues"] = self._values
        return found


def _attribute(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": repr(value)}
    return {"S": value}


def encode(item: Mapping[str, Value]) -> dict[str, Any]:
    """An item as the service takes it."""
    return {name: _attribute(value) for name, value in item.items()}


def decode(item: Mapping[str, Any]) -> Item:
    """An item as the service gives it, in plain values; what no function writes is left out."""
    plain = ((name, _plain(attribute)) for name, attribute in item.items())
    return {name: value for name, value in plain if value is not None}


def _plain(attribute: Mapping[str, Any]) -> Value | None:
    if "BOOL" in attribute:
        return bool(attribute["BOOL"])
    if "N" in attribute:
        number = float(attribute["N"])
        return int(number) if number.is_integer() else number
    return str(attribute["S"]) if "S" in attribute else None
