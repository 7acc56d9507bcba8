"""The plan survives a trip through JSON."""

from __future__ import annotations

import json

import pytest

from redash_migration.plan import Column, Exclusion, Plan, TablePlan


def table(name: str, **changes: object) -> TablePlan:
    values: dict[str, object] = {
        "schema": "public",
        "name": name,
        "method": "dms",
        "rows": 3,
        "bytes": 8192,
        "raw_bytes": 100,
        "largest_lob_bytes": 50,
        "primary_key": ("id",),
        "columns": (Column("id", "integer", lob=False, not_null=True),),
        **changes,
    }
    return TablePlan(**values)  # type: ignore[arg-type]


def plan(*tables: TablePlan) -> Plan:
    return Plan(
        migration_id="redash-20261123-013005",
        source_version=16,
        target_version=18,
        tables=tables,
        sequences_count=1,
        total_bytes=8192,
        predicted_write_pause_seconds=12.5,
        predicted_parts={"drain": 2.5, "restore": 10.0},
        slots_before=("somebody_elses",),
        disk_free_bytes=None,
        wal_budget_bytes=1 << 30,
    )


def test_a_plan_comes_back_from_json_as_it_went() -> None:
    made = plan(
        table("users"),
        table(
            "queries",
            method="restore",
            largest_lob_bytes=99,
            excluded_because=(Exclusion("search_vector", "tsvector", "not supported"),),
            relaxed_not_null=("query",),
        ),
    )
    assert Plan.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_only_what_dms_carries_counts_for_its_lob_size() -> None:
    made = plan(table("users"), table("queries", method="restore", largest_lob_bytes=99))
    assert made.largest_lob_bytes == 50
    assert [t.name for t in made.restored] == ["queries"]
    assert made.table("public", "users").qualified_name == "public.users"
    with pytest.raises(KeyError, match=r"public\.nothing"):
        made.table("public", "nothing")
