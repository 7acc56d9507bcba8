"""The row hash: alike on 16 and 18 for every type, and different for any two different values."""

# ruff: noqa: S608 - the statements are made of constants
from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.row_hash import Scheme, row_hash, scheme_for
from redash_migration.database.tables.shape import read_shape
from redash_migration.database.verification.checksum import checksum
from rehearsal.postgres import programs, server_version

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]

TYPES = """
CREATE TYPE mood AS ENUM ('fine', 'bad');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
"""

# type, two values that some comparison or hash of PostgreSQL's takes for one, or nearly
CLOSE = [
    ("bigint", "1", "4294967296"),
    ("bigint", "-1", "-4294967297"),
    ("integer", "1", "2"),
    ("numeric", "1.0", "1.00"),
    ("numeric", "'NaN'", "NULL"),
    ("double precision", "0", "'-0'"),
    ("double precision", "0.1", "0.1::float8 + 1e-17 + 2e-17"),
    ("real", "0", "'-0'"),
    ("text", "''", "NULL"),
    ("text", "'a'", "'a '"),
    ("varchar(9)", "'a'", "'A'"),
    ("char(4)", "'a'", "'b'"),
    ("bytea", r"'\x00'", r"'\x0000'"),
    ("jsonb", "'1.0'", "'1.00'"),
    ("json", "'[1]'", "'[ 1]'"),
    ("boolean", "false", "NULL"),
    ("timestamptz", "'2026-01-31 02:00:00.000001Z'", "'2026-01-31 02:00:00.000002Z'"),
    ("timestamp", "'2026-01-31'", "'infinity'"),
    ("date", "'2026-01-31'", "'2026-02-01'"),
    ("time", "'10:00'", "'10:00:00.000001'"),
    ("timetz", "'10:00+00'", "'11:00+01'"),
    ("interval", "'1 day'", "'24 hours'"),
    ("uuid", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"),
    ("integer[]", "'{1,2}'", "'[0:1]={1,2}'"),
    ("text[]", "'{NULL}'", "'{\"NULL\"}'"),
    ("timestamptz[]", "'{2026-01-31 02:00:00Z}'", "'{2026-01-31 02:00:01Z}'"),
    ("tsvector", "'a:1'", "'a:2'"),
    ("tsvector", "'a:1A'", "'a:1B'"),
    ("tsquery", "'a & b'", "'a | b'"),
    ("inet", "'10.0.0.1/24'", "'10.0.0.1/25'"),
    ("bit varying", "B'0'", "B'00'"),
    ("int4range", "'empty'", "'[1,2)'"),
    ("point", "'(0,0)'", "'(-0,0)'"),
    ("mood", "'fine'", "'bad'"),
    ("mood[]", "'{fine}'", "'{bad}'"),
    ("pair", "'(1,x)'", "'(1,)'"),
    ("positive", "1", "2"),
    ("regclass", "'pg_class'", "'pg_type'"),
    ("money", "1", "2"),
]

SCHEMES: list[Scheme] = ["chain"]
if server_version(programs("source")) >= 14:  # SOURCE_PG_BIN may name an older one
    SCHEMES.append("record")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_close_values_hash_differently_and_alike_on_both_servers(
    both: Both, scheme: Scheme
) -> None:
    tables = "".join(
        f"CREATE TABLE t{n} (id int PRIMARY KEY, v {type_});"
        f"INSERT INTO t{n} VALUES (1, {left}), (2, {right});"
        for n, (type_, left, right) in enumerate(CLOSE)
    )
    addresses = both(f"{TYPES} {tables}")
    found: list[dict[str, list[int]]] = []
    for address in addresses:
        with closing(open_session(address, purpose="test")) as session:
            hashes = {}
            for n, (type_, left, right) in enumerate(CLOSE):
                shape = read_shape(session, "public", f"t{n}")
                # The same key in both rows, so that only the value can tell them apart.
                query = sql.SQL(
                    "SELECT {} FROM (SELECT 7 AS id, u.v FROM {} u ORDER BY u.id) t"
                ).format(row_hash(shape, scheme), shape.identifier)
                hashes[f"{type_}: {left} / {right}"] = [
                    row[0] for row in session.execute(query).fetchall()
                ]
            found.append(hashes)
    assert found[0] == found[1]
    assert [case for case, (one, other) in found[0].items() if one == other] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_rows_that_exchange_a_value_change_the_checksum(
    both: Both, run: Callable[..., object], scheme: Scheme
) -> None:
    source, target = both(
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text);"
        "INSERT INTO t SELECT n, 'a' || n, 'b' || n FROM generate_series(1, 100) n"
    )
    for one in range(1, 100, 25):
        run(
            target,
            "UPDATE t SET b = 'b' || (%s - id) WHERE id IN (%s, %s)",
            2 * one + 1,
            one,
            one + 1,
        )
        sums = []
        for address in (source, target):
            with closing(open_session(address, purpose="test")) as session:
                shape = read_shape(session, "public", "t")
                sums.append(checksum(session, shape, KeyRange(), scheme))
        assert sums[0].rows == sums[1].rows == 100
        assert sums[0].total != sums[1].total
        run(target, "UPDATE t SET b = 'b' || id")


def test_the_record_scheme_needs_14_on_both_sides() -> None:
    assert scheme_for(14, 18) == "record"
    assert scheme_for(13, 18) == "chain"
    assert scheme_for(16, 13) == "chain"


def test_session_settings_do_not_change_a_hash(both: Both, run: Callable[..., object]) -> None:
    source, target = both(
        "CREATE TABLE t (id int PRIMARY KEY, a timestamptz[], b float8[], c bytea[], d interval);"
        "INSERT INTO t VALUES (1, '{2026-01-31 02:00Z}', '{0.1}', '{\"\\\\x00\"}', '1 day 2 hours')"
    )
    name = target.dbname
    run(
        target,
        f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo';"
        f"ALTER DATABASE {name} SET datestyle = 'German';"
        f"ALTER DATABASE {name} SET extra_float_digits = -10;"
        f"ALTER DATABASE {name} SET intervalstyle = 'iso_8601';"
        f"ALTER DATABASE {name} SET bytea_output = 'escape'",
    )
    for scheme in SCHEMES:
        sums = []
        for address in (source, target):
            with closing(open_session(address, purpose="test")) as session:
                shape = read_shape(session, "public", "t")
                sums.append(checksum(session, shape, KeyRange(), scheme))
        assert sums[0] == sums[1]
