"""Go templates, as docker's --format takes them."""

from __future__ import annotations

import json
import re
from typing import Any


def filled(template: str, document: dict[str, Any]) -> str:
    """A Go template with plain fields: {{.State.Status}}, {{json .}}, {{index .Map "key"}}, and
    {{range $key, $one := .Map}}{{$key}} {{$one.Field}}{{end}}; ValueError as Docker refuses others.
    """

    def one_of(path: str) -> Any:
        current: Any = document
        for name in filter(None, path.split(".")):
            if not isinstance(current, dict) or name not in current:
                raise ValueError(f'template parsing error: map has no entry for key "{name}"')
            current = current[name]
        return current

    def value(found: re.Match[str]) -> str:
        current = one_of(found["path"])
        if found["key"]:
            current = (current or {}).get(found["key"], "<no value>")
        if found["word"] == "json":
            return json.dumps(current, separators=(",", ":"))
        if isinstance(current, bool | dict | list):
            return json.dumps(current)
        return str(current)

    def each(found: re.Match[str]) -> str:
        said = []
        for key, one in one_of(found["path"]).items():
            text = found["body"].replace(f"{{{{${found['key']}}}}}", key)
            for field, held in one.items():
                text = text.replace(f"{{{{${found['one']}.{field}}}}}", str(held))
            said.append(text)
        return "".join(said)

    if template == "json":
        return json.dumps(document)
    template = re.sub(
        r"\{\{range \$(?P<key>\w+), \$(?P<one>\w+) := \.(?P<path>[\w.]+)\}\}"
        r"(?P<body>.*?)\{\{end\}\}",
        each,
        template,
        flags=re.DOTALL,
    )
    return re.sub(
        r'\{\{\s*(?P<word>json|index)?\s*\.(?P<path>[\w.]*)(?:\s+"(?P<key>[^"]*)")?\s*\}\}',
        value,
        template,
    )
