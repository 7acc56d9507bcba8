"""A source in another encoding is carried and compared as text, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from redash_migration.database.copying.restore import restore
from redash_migration.database.integrity.objects import compare_objects, read_objects
from redash_migration.database.schema.dump import entries
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.verification.compare import Part, compare
from redash_migration.preflight.pair.encodings import encodings
from redash_migration.record import Check
from rehearsal.postgres import Cluster, programs
from rehearsal.postgres import run as program

Run = Callable[..., list[tuple[Any, ...]]]

TABLE = "CREATE TABLE queries (id int PRIMARY KEY, name varchar(255), options text, tags varchar[])"
TEXTS = {
    "EUC_JP": ["売上 ①番倉庫", "高橋様", "ｶﾅ", "plain"],
    "EUC_JIS_2004": ["売上", "鷗外"],
    "LATIN1": ["café", "Größe", "plain"],
    "WIN1252": ["“quoted” – €"],
    "UTF8": ["売上 🗾", "plain"],
}


@contextmanager
def database(cluster: Cluster, encoding: str) -> Iterator[DatabaseAddress]:
    """A database of its own in this encoding."""
    name = f"in_{encoding.lower()}"
    with cluster.connect() as session:
        session.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LOCALE 'C'").format(
                sql.Identifier(name), sql.Literal(encoding)
            )
        )
    try:
        yield cluster.address(name)
    finally:
        cluster.drop_database(name)


def fill(address: DatabaseAddress, texts: list[str]) -> None:
    with connect(address, purpose="test", read_only=False) as session:
        session.execute(TABLE.encode())
        for number, text in enumerate(texts):
            with session.transaction():
                session.execute(
                    "INSERT INTO queries VALUES (%s, %s, %s, %s)",
                    (number, text, text * 3, [text, None]),
                )


@pytest.mark.parametrize("encoding", TEXTS)
def test_texts_are_carried_and_compared_whatever_bytes_they_are(
    source_cluster: Cluster, target_database: DatabaseAddress, run: Run, encoding: str
) -> None:
    with database(source_cluster, encoding) as source:
        fill(source, TEXTS[encoding])
        run(target_database, TABLE)
        with connect(source, purpose="t") as old, connect(target_database, purpose="t") as new:
            assert {check.status for check in encodings(old, new)} <= {"PASS", "WARN"}
        restore(source, target_database, "public", "queries", KeyRange())
        assert [row[0] for row in run(target_database, "SELECT name FROM queries ORDER BY id")] == (
            TEXTS[encoding]
        )
        [found] = compare(source, target_database, [Part("public", "queries")])
        assert found.verdict == "equal", found.reason
        # And what differs is still found.
        run(target_database, "UPDATE queries SET name = name || '.' WHERE id = 0")
        [found] = compare(source, target_database, [Part("public", "queries")])
        assert found.verdict == "different"
        assert [key.key for key in found.keys] == [{"id": "0"}]
        restored = restore(source, target_database, "public", "queries", KeyRange())
        assert (restored.way, restored.changed) == ("delta", 1)


def ascii_database(cluster: Cluster, address: DatabaseAddress, texts: dict[str, str]) -> None:
    """Rows as a client in another encoding wrote them into SQL_ASCII, which looks at no byte."""
    with psycopg.connect(**address.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
        session.execute(TABLE.encode())
        for number, (text, encoding) in enumerate(texts.items()):
            hexed = text.encode(encoding).hex()
            session.execute(
                f"INSERT INTO queries VALUES ({number},"  # noqa: S608 - hexadecimal digits
                f" convert_from('\\x{hexed}'::bytea, 'SQL_ASCII'), 'x', NULL)".encode()
            )


@pytest.mark.parametrize(
    ("texts", "status", "says"),
    [
        ({"plain": "ascii"}, "WARN", "UTF8"),
        ({"売上": "utf-8", "plain": "ascii"}, "WARN", "UTF8"),
        ({"売上": "euc_jp"}, "FAIL", "public.queries"),
        ({"売上": "utf-8", "顧客": "euc_jp"}, "FAIL", "public.queries"),
    ],
)
def test_sql_ascii_is_carried_when_it_holds_utf8_and_else_refused(
    source_cluster: Cluster,
    target_database: DatabaseAddress,
    run: Run,
    texts: dict[str, str],
    *,
    status: str,
    says: str,
) -> None:
    with database(source_cluster, "SQL_ASCII") as source:
        ascii_database(source_cluster, source, texts)
        run(target_database, TABLE)
        with connect(source, purpose="t") as old, connect(target_database, purpose="t") as new:
            [check] = encodings(old, new)
        assert (check.status, says in check.detail) == (status, True), check
        if status == "FAIL":
            assert "売上" not in check.detail
            assert check.remedy
            return
        restore(source, target_database, "public", "queries", KeyRange())
        [found] = compare(source, target_database, [Part("public", "queries")])
        assert found.verdict == "equal"
        rows = run(target_database, "SELECT name FROM queries ORDER BY id")
        assert [row[0] for row in rows] == list(texts)


@pytest.mark.parametrize("encoding", ["EUC_JP", "LATIN1"])
def test_a_schema_dumped_in_another_encoding_is_read(
    source_cluster: Cluster, encoding: str
) -> None:
    """Names and defaults outside ASCII come as the text they are."""
    name = {"EUC_JP": "売上", "LATIN1": "café"}[encoding]
    with database(source_cluster, encoding) as source:
        with connect(source, purpose="test", read_only=False) as session:
            session.execute(
                sql.SQL("CREATE TABLE {} (id int, w text DEFAULT {})").format(
                    sql.Identifier(name), sql.Literal(name)
                )
            )
        text = program(
            programs("source"),
            "pg_dump",
            *("--schema-only", "--no-owner", "--no-acl", "--encoding=UTF8"),
            environment=source.environment(),
        )
        assert name in {entry.name for entry in entries(text)}


@pytest.mark.parametrize(
    "odd",
    [
        r"COMMENT ON TABLE queries IS E'\xe9'",
        r"DO $$ BEGIN EXECUTE E'CREATE TYPE mood AS ENUM (''\xe9'')'; END $$",
        r"ALTER TABLE queries ADD CHECK (name <> E'\xe9')",
        "CREATE TYPE pair AS (a text); CREATE TABLE t (c pair);"
        r"INSERT INTO t VALUES (ROW(E'\xe9'))",
        "CREATE TYPE span AS RANGE (subtype = text); CREATE TABLE t (c span);"
        r"INSERT INTO t VALUES (span(E'\xe9', NULL))",
    ],
)
def test_bytes_that_are_no_text_are_found_wherever_they_are(
    source_cluster: Cluster, target_database: DatabaseAddress, run: Run, odd: str
) -> None:
    with database(source_cluster, "SQL_ASCII") as source:
        run(source, TABLE)
        with connect(source, purpose="t") as old, connect(target_database, purpose="t") as new:
            [before] = encodings(old, new)
            run(source, odd)
            [check] = encodings(old, new)
    assert (before.status, check.status) == ("WARN", "FAIL")


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("jsonb", "%s"),
        ("jsonb[]", "ARRAY['1', %s]::jsonb[]"),
        ("pair", "ROW(1, ROW(%s))"),
        ("pair[]", "ARRAY[NULL, ROW(1, ROW(%s))]::pair[]"),
        ("document", "%s"),
        ("document[]", "ARRAY[%s]::document[]"),
        ("paired", "ROW(1, ROW(%s))"),
        ("span", "span(NULL, %s)"),
        ("spans", "span(%s, NULL)"),
    ],
)
def test_keys_of_json_are_found_wherever_the_document_lies(
    source_cluster: Cluster, target_database: DatabaseAddress, run: Run, type_: str, value: str
) -> None:
    """A jsonb orders its keys by the server's own bytes."""
    with database(source_cluster, "EUC_JP") as source:
        run(
            source,
            'CREATE TYPE inner_one AS (doc jsonb); CREATE TYPE pair AS (数 int, "in" inner_one);'
            "CREATE DOMAIN document AS jsonb; CREATE DOMAIN paired AS pair;"
            "CREATE TYPE span AS RANGE (subtype = jsonb); CREATE DOMAIN spans AS span;"
            f"CREATE TABLE held (id int, v {type_});",
        )
        with connect(source, purpose="t") as old, connect(target_database, purpose="t") as new:
            harmless = value.replace("%s", """'{"a": [{"b": "売上"}]}'""")
            run(source, f"INSERT INTO held VALUES (0, NULL), (1, {harmless})")  # noqa: S608
            [before] = encodings(old, new)
            odd = value.replace("%s", """'{"a": [{"亜": 1, "一": 2}]}'""")
            run(source, f"INSERT INTO held VALUES (2, {odd})")  # noqa: S608
            [check] = encodings(old, new)
    assert (before.status, check.status) == ("PASS", "FAIL")
    assert "public.held (keys of JSON documents" in check.detail


def test_functions_of_another_encoding_are_the_same_on_the_target(
    source_cluster: Cluster, target_database: DatabaseAddress, run: Run
) -> None:
    words = "CREATE FUNCTION words() RETURNS text LANGUAGE sql AS 'SELECT ''売上''::text'"
    with database(source_cluster, "EUC_JP") as source:
        for side in (source, target_database):
            run(side, words)
        with (
            closing(open_session(source, purpose="t")) as old,
            closing(open_session(target_database, purpose="t")) as new,
        ):
            checks = compare_objects(read_objects(old, []), read_objects(new, []))
    assert {check.status for check in checks} == {"PASS"}


def test_sequences_are_set_whatever_their_columns_are_called(
    source_cluster: Cluster, target_database: DatabaseAddress, run: Run
) -> None:
    """In a return the old database is the one that is set."""
    with database(source_cluster, "SQL_ASCII") as source:
        for side in (source, target_database):
            run(side, 'CREATE TABLE "売上" ("番号" serial PRIMARY KEY)')
        run(target_database, 'INSERT INTO "売上" SELECT FROM generate_series(1, 5)')
        [found] = fix_sequences(target_database, source)
    assert (found.ok, found.target_last_value) == (True, 5)


def test_a_target_that_can_not_hold_the_texts_is_refused(
    source_cluster: Cluster, target_cluster: Cluster
) -> None:
    with (
        database(source_cluster, "UTF8") as source,
        database(target_cluster, "LATIN1") as target,
        connect(source, purpose="t") as old,
        connect(target, purpose="t") as new,
    ):
        found: list[Check] = list(encodings(old, new))
    assert [check.status for check in found] == ["FAIL"]
