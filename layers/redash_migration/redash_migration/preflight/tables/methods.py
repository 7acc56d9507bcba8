"""The plan's tables: which way each goes, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from redash_migration.database.planning.items import copied_and_verified, verify_items
from redash_migration.database.planning.pace import COMPARE, COPY, MOST_PIECES
from redash_migration.database.tables.carriable import (
    ALTERED,
    alike_but_for_case,
    exclusions,
    is_lob,
)
from redash_migration.database.tables.catalog import CatalogTable, Connection
from redash_migration.plan import Column, Exclusion, TablePlan
from redash_migration.preflight.tables.sizes import Size, measure_tables
from redash_migration.record import Check

MEGABYTE = 1 << 20


def plan_tables(connection: Connection, catalog: list[CatalogTable]) -> tuple[TablePlan, ...]:
    """Every table that holds rows of its own, with its size measured."""
    holding = [table for table in catalog if table.kind == "r"]
    sizes = measure_tables(connection, holding)
    alike = alike_but_for_case(holding)
    return tuple(
        table_plan(table, sizes[table.schema, table.name], table.qualified_name in alike)
        for table in holding
    )


def table_plan(table: CatalogTable, size: Size, alike: bool = False) -> TablePlan:
    """One table's plan; `alike`: another table's name differs in letter case only."""
    reasons = exclusions(table)
    reasons += tuple(
        Exclusion(column.name, column.type, ALTERED)
        for column in table.columns
        if column.name in size.altered
    )
    if alike:
        reasons += (Exclusion("", "", "another table's name differs in letter case only"),)
    return TablePlan(
        schema=table.schema,
        name=table.name,
        method="restore" if reasons else "dms",
        rows=size.rows,
        bytes=table.bytes,
        raw_bytes=size.raw_bytes,
        largest_lob_bytes=size.largest_lob_bytes,
        largest_row_bytes=size.largest_row_bytes,
        primary_key=table.primary_key,
        columns=tuple(
            Column(column.name, column.type, is_lob(column), column.not_null)
            for column in table.columns
        ),
        excluded_because=reasons,
        relaxed_not_null=()
        if reasons
        else tuple(column.name for column in table.columns if is_lob(column) and column.not_null),
    )


def table_checks(tables: tuple[TablePlan, ...]) -> Iterable[Check]:
    """What the plan says about tables, for the reader of a report."""
    carried = [table for table in tables if table.method == "dms"]
    restored = [table for table in tables if table.method == "restore"]
    if not carried:
        yield Check(
            "plan.carried",
            "FAIL",
            "there is no table that DMS could carry",
            "Name Redash's database in the source's secret.",
        )
    else:
        largest = max(table.largest_lob_bytes for table in carried)
        yield Check(
            "plan.carried",
            "PASS",
            f"DMS carries {len(carried)} tables, the largest single value {largest} bytes",
        )
    yield _fits(tables)
    yield Check(
        "plan.restored",
        "PASS",
        "; ".join(f"{table.qualified_name}: {_why(table)}" for table in restored)[:2000]
        or "DMS can carry every table",
    )


MOST_PLANNED_BYTES = 250_000
"""Step Functions quotas: a state's output has room for 262,144 bytes, and what is larger ends an
execution without a Catch."""
PIECE_BYTES = 200


def _uncut(_: TablePlan) -> None:
    return None


def planned_bytes(tables: Iterable[TablePlan]) -> int:
    """What PlanCopies would answer for a return, which restores every table."""
    known = list(tables)
    whole = [replace(table, bytes=0, raw_bytes=0) for table in known]
    uncut = copied_and_verified(whole, verify_items(whole, _uncut), _uncut)
    cuts = sum(
        max(table.bytes, table.raw_bytes) // pace.piece_bytes
        for table in known
        for pace in (COMPARE, COMPARE, COPY, COPY)
    )
    return len(json.dumps(uncut).encode()) + PIECE_BYTES * min(cuts, 4 * MOST_PIECES)


def _fits(tables: tuple[TablePlan, ...]) -> Check:
    size = planned_bytes(tables)
    said = f"{len(tables)} tables; planning them takes {size} of {MOST_PLANNED_BYTES} bytes"
    if size <= MOST_PLANNED_BYTES:
        return Check("plan.fits", "PASS", said)
    return Check(
        "plan.fits",
        "FAIL",
        f"{said}: more than one execution can hold, as far as Step Functions goes",
        "Move tables that are not Redash's own (it has some 30) to another database.",
    )


def _why(table: TablePlan) -> str:
    return ", ".join(
        f"{reason.column} {reason.type} ({reason.reason})" if reason.column else reason.reason
        for reason in table.excluded_because
    )
