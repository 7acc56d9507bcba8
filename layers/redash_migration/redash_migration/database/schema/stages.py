"""When an entry of the dump is put on the target, and which never are.

Before the load: whatever rows need to exist. After it: what makes loading slow or could fire
(secondary indexes, foreign keys, triggers). Types are those of pg_dump's archive entries.
"""

from __future__ import annotations

import re
from typing import Literal

from redash_migration.database.schema.dump import Entry
from redash_migration.database.tables.catalog import OWN_SCHEMAS

Stage = Literal["base", "index", "final", "last", "never"]

_INDEXES = {"INDEX"}
_FINAL = {
    *("INDEX ATTACH", "FK CONSTRAINT", "TRIGGER", "RULE", "POLICY", "ROW SECURITY"),
    *("STATISTICS", "COMMENT", "EVENT TRIGGER", "SECURITY LABEL"),
}
# Rows, rights and another server's replication are not schema.
_NEVER = {
    *("PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "SUBSCRIPTION"),
    *("SUBSCRIPTION TABLE", "ACL", "DEFAULT ACL", "DATABASE", "DATABASE PROPERTIES", "BLOB"),
    *("BLOB METADATA", "BLOB COMMENTS", "TABLE DATA", "SEQUENCE SET", "MATERIALIZED VIEW DATA"),
    *("STATISTICS DATA", "USER MAPPING"),
}
READ_ROWS = {"INDEX", "CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT"}
"""What rows go through when it is made."""
_CONSTRAINTS = {"CHECK CONSTRAINT", "CONSTRAINT"}
_NOT_VALID = re.compile(r"NOT VALID;?\s*\Z")
_OF_DMS = re.compile(r"(?:^|\s)awsdms_")
_MAY_FAIL = {"COMMENT", "EVENT TRIGGER", "SECURITY LABEL"}


def stage(entry: Entry) -> Stage:
    """`index` entries may be built side by side; the others go in the dump's order. `last` are
    constraints that old rows need not keep: they come when every row is there."""
    if entry.type in _NEVER or not entry.sql or _is_ours(entry):
        return "never"
    if entry.type in _INDEXES:
        return "index"
    if entry.type in _CONSTRAINTS and _NOT_VALID.search(entry.sql):
        return "last"
    if entry.type in _FINAL:
        return "final"
    return "base"


def may_fail(entry: Entry) -> bool:
    """Whether the target may refuse it without harm to rows or queries (RDS has no superuser)."""
    return entry.type in _MAY_FAIL


def _is_ours(entry: Entry) -> bool:
    if entry.type == "SCHEMA":
        return entry.name in OWN_SCHEMAS
    return entry.schema in OWN_SCHEMAS or _OF_DMS.search(entry.name) is not None
