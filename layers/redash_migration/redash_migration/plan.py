"""The plan of a migration: what is moved, by which way, and what it will cost.

Preflight makes it from the catalogs and stores it as the artifact `plan.json`; every later step
reads it. Sizes are in bytes, times in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

PLAN_ARTIFACT = "plan.json"

Method = Literal["dms", "restore"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the source's catalog has it; `type` is format_type()'s spelling."""

    name: str
    type: str
    lob: bool
    not_null: bool


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why DMS can't carry a table. `column` and `type` are empty when it is the table's nature."""

    column: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table.

    `method` is "dms" (full load and change capture) or "restore" (copied by ourselves during the
    write pause). `rows` is the planner's estimate unless the table was counted. `bytes` is the
    total relation size with indexes and TOAST; `raw_bytes` estimates the values uncompressed;
    `largest_lob_bytes` is the longest single value in a LOB column, `largest_row_bytes` the longest
    row as COPY sends it. `relaxed_not_null` are the LOB
    columns whose NOT NULL is taken off while DMS writes and set again by VerifyIntegrity.
    """

    schema: str
    name: str
    method: Method
    rows: int
    bytes: int
    raw_bytes: int
    largest_lob_bytes: int
    primary_key: tuple[str, ...]
    columns: tuple[Column, ...]
    excluded_because: tuple[Exclusion, ...] = ()
    relaxed_not_null: tuple[str, ...] = ()
    largest_row_bytes: int = 0

    @property
    def qualified_name(self) -> str:
        """schema.name, for people and as a key; not quoted for SQL. Two tables that read alike so
        are refused (`source.names`)."""
        return f"{self.schema}.{self.name}"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TablePlan:
        """The inverse of to_json()."""
        return cls(
            schema=value["schema"],
            name=value["name"],
            method=value["method"],
            rows=int(value["rows"]),
            bytes=int(value["bytes"]),
            raw_bytes=int(value["raw_bytes"]),
            largest_lob_bytes=int(value["largest_lob_bytes"]),
            primary_key=tuple(value["primary_key"]),
            columns=tuple(Column(**column) for column in value["columns"]),
            excluded_because=tuple(Exclusion(**reason) for reason in value["excluded_because"]),
            relaxed_not_null=tuple(value["relaxed_not_null"]),
            largest_row_bytes=int(value.get("largest_row_bytes", 0)),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole migration.

    `slots_before` are the replication slots that existed on the source before we made ours.
    `disk_free_bytes` is what the host's data disk had left (None: not known), `wal_budget_bytes`
    how much WAL our slot may hold back before the migration gives up.
    """

    migration_id: str
    source_version: int
    target_version: int
    tables: tuple[TablePlan, ...]
    sequences_count: int
    total_bytes: int
    predicted_write_pause_seconds: float
    predicted_parts: Mapping[str, float] = field(default_factory=dict)
    slots_before: tuple[str, ...] = ()
    disk_free_bytes: int | None = None
    wal_budget_bytes: int | None = None

    @property
    def carried(self) -> tuple[TablePlan, ...]:
        """The tables that DMS carries."""
        return tuple(table for table in self.tables if table.method == "dms")

    @property
    def restored(self) -> tuple[TablePlan, ...]:
        """The tables that are restored during the write pause."""
        return tuple(table for table in self.tables if table.method == "restore")

    @property
    def largest_lob_bytes(self) -> int:
        """The longest single value DMS has to carry."""
        return max((table.largest_lob_bytes for table in self.carried), default=0)

    def table(self, schema: str, name: str) -> TablePlan:
        """Raises KeyError for a table that is not in the plan."""
        for table in self.tables:
            if (table.schema, table.name) == (schema, name):
                return table
        raise KeyError(f"{schema}.{name} is not in the plan")

    def to_json(self) -> dict[str, Any]:
        """Plain values, as json.dumps() takes them."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Plan:
        """The inverse of to_json(), also after a trip through JSON."""
        return cls(
            migration_id=value["migration_id"],
            source_version=int(value["source_version"]),
            target_version=int(value["target_version"]),
            tables=tuple(TablePlan.from_json(table) for table in value["tables"]),
            sequences_count=int(value["sequences_count"]),
            total_bytes=int(value["total_bytes"]),
            predicted_write_pause_seconds=float(value["predicted_write_pause_seconds"]),
            predicted_parts={
                part: float(seconds) for part, seconds in value["predicted_parts"].items()
            },
            slots_before=tuple(value["slots_before"]),
            disk_free_bytes=_optional_int(value.get("disk_free_bytes")),
            wal_budget_bytes=_optional_int(value.get("wal_budget_bytes")),
        )


def _optional_int(value: Any) -> int | None:
    return None if value is None else int(value)
