"""Is the source's schema still the one that the plan was made for?

What somebody creates or alters on the source after the preflight (an upgrade of Redash, say) is
neither in the dump of the schema nor in the plan, and change capture does not carry it over: a new
table would stay behind without anybody's notice. So the schema is outlined in the preflight, and
again whenever the source is measured, and once more behind the fence. A table that was emptied by
TRUNCATE is told the same way (emptied.py).
"""

from __future__ import annotations

from redash_migration.database.schema.emptied import emptied
from redash_migration.database.schema.outline import Outline, changes, read_outline
from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import SchemaChanged
from redash_migration.record import Check, Record

FACT = "source_schema"
CHECK = "source.schema"
REMEDY = "Start again: the schema is copied anew. Change nothing in the old database until then."
_SHOWN = 10


def drift(record: Record, connection: Connection) -> SchemaChanged | None:
    """The failure that a change since the preflight is; its check is kept as well."""
    fact = record.fact(FACT)
    if fact is None:
        return None
    now = read_outline(connection)
    found = changes(Outline(fact["digest"], fact["objects"]), now)
    found += [f"{name} was emptied by TRUNCATE" for name in emptied(record, connection)]
    if not found:
        record.checks.put(
            Check(CHECK, "PASS", f"{len(now.objects)} objects, as when they were copied")
        )
        return None
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    detail = f"since the plan was made: {', '.join(found[:_SHOWN])}{more}"
    record.checks.put(Check(CHECK, "FAIL", detail, REMEDY))
    return SchemaChanged(f"the source's schema has changed {detail}. {REMEDY}")
