"""Defect: string variables are pasted into JSONata expressions unescaped.

A quotation mark, a backslash or a newline in a value breaks the expression, or changes it.
Repair: JSON encoding, whose escapes JSONata shares.
"""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def declarations(bindings: dict[str, Any]) -> str:
    """``$name:=<JSON>;`` for each variable."""
    return "".join(
        f"{name}:={json.dumps(value, ensure_ascii=False, separators=(',', ':'), default=_text)};"
        for name, value in bindings.items()
    )


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def apply() -> None:
    """Replace the function in the three modules that hold it by name."""
    from moto.stepfunctions.parser.asl.eval import states, variable_store
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    for module in (jsonata, states, variable_store):
        replace(module, "encode_jsonata_variable_declarations", declarations)
