"""Which tables DMS can carry, type by type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from redash_migration.database.tables.carriable import alike_but_for_case, exclusions, is_lob
from redash_migration.database.tables.catalog import CatalogColumn, CatalogTable

KEY = CatalogColumn(
    name="id",
    type="integer",
    base_type="int4",
    kind="b",
    array=False,
    modifier=-1,
    not_null=True,
    domain=False,
    domain_not_null=False,
    generated=False,
    identity_always=False,
    width=4,
)
TABLE = CatalogTable(
    oid=1,
    schema="public",
    name="things",
    kind="r",
    persistence="p",
    partition=False,
    inherits=False,
    replica_identity="d",
    rows=0,
    heap_bytes=0,
    bytes=0,
    primary_key=("id",),
    deferrable_key=False,
    columns=(KEY,),
)


def column(base_type: str, **changes: object) -> CatalogColumn:
    values = {"name": "c", "type": base_type, "base_type": base_type, "not_null": False, **changes}
    return replace(KEY, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "base_type",
    [
        *("int2", "int4", "int8", "float4", "float8", "bool", "text", "bytea", "json", "jsonb"),
        *("uuid", "date", "time", "timestamp", "timestamptz", "cidr", "money"),
    ],
)
def test_types_that_dms_carries(base_type: str) -> None:
    assert exclusions(replace(TABLE, columns=(KEY, column(base_type)))) == ()


@pytest.mark.parametrize(
    "base_type",
    [
        *("tsvector", "tsquery", "inet", "macaddr", "xml", "interval", "timetz", "oid"),
        *("point", "path", "bit", "hstore", "geometry", "a_type_of_the_future"),
    ],
)
def test_types_that_it_does_not_carry_or_nobody_knows(base_type: str) -> None:
    found = exclusions(replace(TABLE, columns=(KEY, column(base_type))))
    assert [(why.column, why.type) for why in found] == [("c", base_type)]
    assert found[0].reason


@pytest.mark.parametrize(
    "changed",
    [
        column("mood", kind="e"),
        column("int4range", kind="r"),
        column("pair", kind="c"),
        column("mood", kind="e", array=True),
        column("numeric"),
        column("numeric", modifier=(39 << 16 | 2) + 4),
        column("varchar"),
        column("int4", generated=True),
        column("int4", identity_always=True),
        column("text", domain=True, domain_not_null=True),
    ],
)
def test_columns_that_it_can_not_carry(changed: CatalogColumn) -> None:
    assert len(exclusions(replace(TABLE, columns=(KEY, changed)))) == 1


def test_columns_that_it_can_carry() -> None:
    for fine in (
        column("numeric", modifier=(38 << 16 | 10) + 4),
        column("varchar", modifier=259),
        column("varchar", array=True),
        column("int4", domain=True),
    ):
        assert exclusions(replace(TABLE, columns=(KEY, fine))) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"primary_key": ()},
        {"persistence": "u"},
        {"partition": True},
        {"inherits": True},
        {"replica_identity": "n"},
        {"replica_identity": "i"},
        {"coalesce_index": True},
        {"deferrable_key": True},
        {"name": "100%"},
        {"schema": "[s]"},
    ],
)
def test_tables_that_it_can_not_carry(changes: dict[str, object]) -> None:
    found = exclusions(replace(TABLE, **changes))  # type: ignore[arg-type]
    assert [(why.column, why.type) for why in found] == [("", "")]


def test_a_lob_in_a_key_or_under_a_check_can_not_be_null_meanwhile() -> None:
    text = column("text", name="t")
    assert is_lob(text)
    assert is_lob(column("int4", array=True))
    assert not is_lob(column("varchar", modifier=5000))
    in_key = replace(TABLE, columns=(text,), primary_key=("t",))
    assert "primary key" in exclusions(in_key)[0].reason
    checked = replace(TABLE, columns=(KEY, text), checked_columns=frozenset({"t"}))
    assert "CHECK" in exclusions(checked)[0].reason


def test_names_that_differ_in_case_only() -> None:
    tables = [replace(TABLE, name=name) for name in ("Things", "things", "others")]
    assert alike_but_for_case(tables) == {"public.Things", "public.things"}
