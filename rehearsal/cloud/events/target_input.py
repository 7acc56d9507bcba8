"""What a rule's target gets: the event, a part of it, a constant, or a transformed text.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from typing import Any

PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.\-]+)>")


def target_input(target: dict[str, Any], event: dict[str, Any], rule_arn: str = "") -> Any:
    """The payload for one target of a rule (the target as PutTargets took it)."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        return at_path(event, target["InputPath"])
    transformer = target.get("InputTransformer")
    if not transformer:
        return event
    paths = transformer.get("InputPathsMap", {})
    values = {name: at_path(event, path) for name, path in paths.items()}
    values["aws.events.rule-arn"] = rule_arn
    values["aws.events.event.ingestion-time"] = event.get("time", "")
    values["aws.events.event"] = event
    values["aws.events.event.json"] = event
    return json.loads(_fill(transformer["InputTemplate"], values))


def _fill(template: str, values: dict[str, Any]) -> str:
    """Put the values in: as text inside quotation marks, as JSON outside."""
    filled, position, quoted = [], 0, False
    for found in PLACEHOLDER.finditer(template):
        between = template[position : found.start()]
        filled.append(between)
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        value = values.get(found[1])
        if quoted:
            text = value if isinstance(value, str) else json.dumps(value)
            filled.append(json.dumps("" if value is None else text, ensure_ascii=False)[1:-1])
        else:
            filled.append(json.dumps(value, ensure_ascii=False))
        position = found.end()
    return "".join(filled) + template[position:]


def at_path(event: Any, path: str) -> Any:
    """``$.detail.state`` or ``$.resources[0]``; None where there is nothing."""
    found = event
    for name, index in re.findall(r"\.([A-Za-z0-9_\-]+)|\[(\d+)\]", path):
        try:
            found = found[name] if name else found[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return found
