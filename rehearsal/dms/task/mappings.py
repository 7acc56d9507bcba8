"""Table mappings: which tables of the source a task carries.

AWS DMS User Guide, "Selection rules and actions" and "Wildcards in table mapping": ``%`` stands for
any characters, ``_`` for one, ``[_]`` for itself, ``[ab]`` and ``[a-d]`` for a set; names in
PostgreSQL compare with case. A table is carried when an include or explicit rule names it and no
exclude rule does. ``explicit`` takes no wildcards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rehearsal.dms.faults import InvalidParameterValue

TableName = tuple[str, str]
"""Schema and table."""


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """One selection rule."""

    schema: str
    table: str
    action: str

    def matches(self, name: TableName) -> bool:
        """Whether the rule speaks of this table."""
        if self.action == "explicit":
            return (self.schema, self.table) == name
        return bool(_pattern(self.schema).fullmatch(name[0])) and bool(
            _pattern(self.table).fullmatch(name[1])
        )


@dataclass(frozen=True, slots=True)
class TableMappings:
    """The selection rules of one task."""

    rules: tuple[SelectionRule, ...]

    @classmethod
    def parse(cls, document: str) -> TableMappings:
        """Read a TableMappings document.

        Raises InvalidParameterValue, which names the rule and what is wrong with it.
        """
        try:
            content = json.loads(document)
        except ValueError as error:
            raise _invalid(f"not JSON: {error}") from None
        rules = content.get("rules") if isinstance(content, dict) else None
        if not isinstance(rules, list) or not rules:
            raise _invalid('"rules" must be a list with at least one rule')
        seen: dict[str, set[str]] = {"rule-id": set(), "rule-name": set()}
        found = []
        for number, rule in enumerate(rules, start=1):
            if not isinstance(rule, dict):
                raise _invalid(f"rule {number} is not an object")
            for key, taken in seen.items():
                value = str(rule.get(key, ""))
                if not value:
                    raise _invalid(f'rule {number} has no "{key}"')
                if value in taken:
                    raise _invalid(f'rule {number}: {key} "{value}" is used twice')
                taken.add(value)
            found.append(_selection(number, rule))
        return cls(tuple(found))

    def select(self, names: Iterable[TableName]) -> list[TableName]:
        """The tables that the task carries, in order of name."""
        return sorted(name for name in names if self._selected(name))

    def explicit(self) -> list[TableName]:
        """The tables that explicit rules name, whether they exist or not."""
        return sorted({(r.schema, r.table) for r in self.rules if r.action == "explicit"})

    def _selected(self, name: TableName) -> bool:
        hits = {rule.action for rule in self.rules if rule.matches(name)}
        return bool(hits & {"include", "explicit"}) and "exclude" not in hits


def _selection(number: int, rule: dict[str, Any]) -> SelectionRule:
    kind = rule.get("rule-type")
    if kind != "selection":
        raise _invalid(
            f'rule {number}: rule-type "{kind}" is not carried by the rehearsal, only "selection"'
        )
    action = rule.get("rule-action")
    if action not in {"include", "exclude", "explicit"}:
        raise _invalid(f'rule {number}: rule-action "{action}" is not include, exclude or explicit')
    locator = rule.get("object-locator")
    if not isinstance(locator, dict):
        raise _invalid(f'rule {number} has no "object-locator"')
    names = [locator.get("schema-name"), locator.get("table-name")]
    if not all(isinstance(name, str) and name for name in names):
        raise _invalid(f'rule {number}: "object-locator" needs schema-name and table-name')
    if rule.get("filters"):
        raise _invalid(f'rule {number}: "filters" are not carried by the rehearsal')
    if action == "explicit" and any("%" in str(name) for name in names):
        raise _invalid(f"rule {number}: an explicit rule takes no wildcards")
    return SelectionRule(str(names[0]), str(names[1]), str(action))


def _pattern(value: str) -> re.Pattern[str]:
    parts = re.split(r"(%|_|\[[^\]]+\])", value)
    expression = "".join(
        {"%": ".*", "_": "."}.get(part, part if part[:1] == "[" else re.escape(part))
        for part in parts
    )
    return re.compile(expression, re.DOTALL)


def _invalid(reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Invalid Table Mappings document: {reason}")
