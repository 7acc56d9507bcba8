"""Schemas, rows and changes, drawn from what PostgreSQL offers.

A source is a list of statements, some of which a server may refuse (an index on a type without an
operator class, a default that breaks a check): those are left out, so that the grammar need not
know all of PostgreSQL's rules. It is meant to be odd rather than likely.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import strategies as st

from tests.net.grammar import around, beside, lean, rows, series, tables
from tests.net.grammar.source import READER, STRANGER, Source, Table, quoted
from tests.net.grammar.values import POOL, TYPES, Type

__all__ = ["READER", "STRANGER", "Source", "Table", "quoted", "sources"]

NAMES = ("t", "T", "a_b", "a%b", "x.y", "sp ace", "日本", 'quo"te', "select", "a'b", "[ab]")
SCHEMAS = ("public", "public", "other", "S x.%")
CODECS = {"UTF8": "utf-8", "SQL_ASCII": "utf-8", "EUC_JP": "euc_jp", "LATIN1": "latin-1"}
"""Server encodings, and what tells which texts fit into them."""

FUNCTIONS = """
CREATE SCHEMA other;
CREATE SCHEMA "S x.%";
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW := jsonb_populate_record(NEW, '{"spoiled": "spoiled"}');
  RETURN NEW;
END $$;
CREATE FUNCTION twice(n integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 2 * n';
CREATE FUNCTION ranked(m mood) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 1';
CREATE SEQUENCE shared INCREMENT 5;
CREATE FUNCTION words() RETURNS text LANGUAGE sql AS 'SELECT ''{beyond}''::text';
COMMENT ON FUNCTION words() IS '{beyond}';
CREATE TYPE beyond AS ENUM ('{beyond}');
CREATE VIEW read_words AS SELECT '{beyond}' AS word;
"""


@st.composite
def sources(draw: st.DrawFn, version: int = 13) -> Source:
    """A whole source for a server of this major version or newer."""
    encoding = draw(st.sampled_from(("UTF8",) * 5 + ("EUC_JP", "LATIN1", "SQL_ASCII")))
    source = Source(encoding, plain_role=draw(st.integers(0, 4)) == 4, made=[TYPES])
    source.made.append(FUNCTIONS.replace("{beyond}", source.beyond))
    pool = [
        replace(
            type_, values=tuple(value for value in type_.values if _fits(value, encoding, type_))
        )
        for type_ in POOL
        if type_.since <= version
    ]
    names = [name for name in NAMES if _fits(name, encoding)]
    made: list[Table] = []
    for number, name in enumerate(
        draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    ):
        table = Table(f"{quoted(draw(st.sampled_from(SCHEMAS)))}.{quoted(name)}")
        kind = draw(
            st.sampled_from(("plain", "plain", "plain", "partitioned", "child", "unlogged"))
        )
        if kind == "child" and made:
            tables.child(draw, source, table, draw(st.sampled_from(made)))
        elif kind == "partitioned":
            tables.partitioned(draw, source, table, number)
        else:
            tables.plain(draw, source, table, version, pool, unlogged=kind == "unlogged")
        rows.fill(draw, source.made, table, draw(st.integers(0, 40)))
        _about(draw, source.made, number, table, version)
        made.append(table)
    lean.tables(draw, source, version)
    _choose(draw, source.made, beside.of_database(), 3)
    rarely = 5 if source.encoding == "UTF8" else 2
    if draw(st.integers(0, rarely)) == rarely:
        odd = beside.odd_texts(source.encoding) if draw(st.booleans()) else []
        source.made += draw(st.sampled_from(odd or beside.not_carried()))
    source.meanwhile += [
        # Once: what is written again later is seen later.
        f"UPDATE {table} SET v = 'meanwhile' WHERE v <> 'meanwhile'"  # noqa: S608 - generated
        for table in beside.READ_ALIKE
        if any(table in statement for statement in source.made)
    ]
    source.made.append("ANALYZE")
    if draw(st.booleans()):
        rows.change(draw, source.kept_open, draw(st.sampled_from(made)))
    for table in made:
        rows.change(draw, source.changes, table)
    _choose(draw, source.changes, series.later(source), 2)
    if draw(st.integers(0, 7)) == 7:
        emptied = re.findall(r"^CREATE TABLE (lean_\d) ", "\n".join(source.made), re.MULTILINE)
        source.altered += draw(st.sampled_from(beside.alterations(made, emptied)))
    return source


def _about(draw: st.DrawFn, statements: list[str], number: int, table: Table, version: int) -> None:
    columns = [name for name, _, _ in table.columns] + [name for name, _ in table.key]
    of_columns = [each for c in columns for each in around.of_column(number, table, c, version)]
    _choose(draw, statements, around.of_table(number, table), 3)
    _choose(draw, statements, [*series.of_column(number, table), *series.alone(number)], 2)
    _choose(draw, statements, beside.of_table(table), 1)
    if of_columns:
        _choose(draw, statements, of_columns, 4)


def _choose(draw: st.DrawFn, statements: list[str], options: list[list[str]], most: int) -> None:
    for chosen in draw(st.lists(st.sampled_from(options), max_size=most, unique_by=tuple)):
        statements += chosen


def _fits(text: str, encoding: str, type_: Type | None = None) -> bool:
    # Where bytes count as characters, a char(5) ends within one: databases.encoding warns.
    if type_ and type_.sql == "char(5)" and encoding == "SQL_ASCII":
        return text.isascii()
    try:
        text.encode(CODECS[encoding])
    except UnicodeEncodeError:
        return False
    return True
