"""A template's own words and rules for its parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rehearsal.cloud.template.parameters import refusal
from rehearsal.cloud.template.reading import parse_template


class Parameters:
    """What a template asks for; a name it doesn't have raises KeyError."""

    def __init__(self, template: Path) -> None:
        document = parse_template(template.read_text(encoding="utf-8"))
        self._declared: dict[str, dict[str, Any]] = document["Parameters"]

    def names(self) -> list[str]:
        """All names, in the template's order."""
        return list(self._declared)

    def sentence(self, name: str) -> str:
        """What the parameter is."""
        return " ".join(str(self._declared[name]["Description"]).split())

    def default(self, name: str) -> str | None:
        """What counts without an answer; None where one is demanded."""
        value = self._declared[name].get("Default")
        return None if value is None else str(value)

    def refuse(self, name: str, value: str) -> str:
        """Why a value can't be, by the template's own rule; empty where it can."""
        if not value and self.default(name) is None:
            return "an answer is needed"
        said = refusal(self._declared[name], value)
        wanted = " ".join(str(self._declared[name].get("ConstraintDescription", "")).split())
        return f"this has to be {wanted}" if wanted and said.startswith("does not match") else said
