"""Table mappings of the task: exactly the plan's tables, each named, and the canary.

Naming each table, rather than ``%`` and exclusions, keeps a table that appears after the preflight
out of the task until somebody has looked at it. (AWS DMS User Guide, "Selection rules and
actions".)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

CANARY_SCHEMA = "redash_migration"
CANARY_TABLE = "canary"


def table_mappings(tables: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The TableMappings document for (schema, table) pairs."""
    names = [*tables, (CANARY_SCHEMA, CANARY_TABLE)]
    return {
        "rules": [
            {
                "rule-type": "selection",
                "rule-id": str(number),
                "rule-name": f"include-{number}",
                "object-locator": {"schema-name": schema, "table-name": table},
                "rule-action": "explicit",
            }
            for number, (schema, table) in enumerate(names, start=1)
        ]
    }
