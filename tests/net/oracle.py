"""What is true, told by other means than the project's: pg_dump of both sides, and next values.

The source's dump is restored beside the target, on the target's own server, and dumped again: what
one version prints otherwise than another is then printed alike. The two dumps must be the same,
rights and owners included: the target's are those of left-behind.sql.
"""

# ruff: noqa: S608 - the statements are made of what the server itself quoted
from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from os import environ
from typing import Any

import psycopg
from psycopg import sql

from redash_migration.database.planning.items import CopyItem
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.shape import read_shape
from rehearsal.postgres import programs, run

_OPTIONS = re.compile(r"(?<=CREATE USER MAPPING FOR )(.*?) OPTIONS \(.*?\n\)", re.DOTALL)
"""Passwords may be among them: left-behind.sql has them set by hand."""
_HARMLESS = re.compile(
    r'relation "public.(?:brought|configured)" does not exist|unrecognized configuration parameter'
)
"""The grammar adds tables to an extension whose script makes none; and a dump sets what an older
server than its pg_dump does not know."""
_HEADING = re.compile(r"\n\n--\n-- (?:Data for )?Name: ", re.DOTALL)
_OURS = ("--exclude-schema=redash_migration", "--exclude-schema=redash_migration_dms")
_DUMP = ("--encoding=UTF8", "--no-subscriptions", *_OURS)

_MARKED = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_extension e, unnest(e.extconfig) AS marked(oid)
JOIN pg_class c ON c.oid = marked.oid JOIN pg_namespace n ON n.oid = c.relnamespace
"""

_BESIDE = """
SELECT 'setting ' || coalesce(r.rolname, '') || ' ' || c
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS c
WHERE d.datname = current_database() AND c NOT LIKE 'default_transaction_read_only=%'
UNION ALL
SELECT format('right of %s: %s %s', coalesce(r.rolname, 'all'), a.privilege_type, a.is_grantable)
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE d.datname = current_database() AND a.grantee <> d.datdba
UNION ALL
SELECT 'comment ' || shobj_description(oid, 'pg_database') FROM pg_database
WHERE datname = current_database() AND shobj_description(oid, 'pg_database') IS NOT NULL
"""

_DRAWING = r"""
SELECT format('%I.%I', n.nspname, c.relname) AS place, quote_ident(a.attname),
       ARRAY(SELECT s.objid::regclass::text FROM pg_depend s
             WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass
               AND s.refobjid = c.oid AND s.refobjsubid = a.attnum AND s.deptype IN ('a', 'i')),
       replace(
           substring(pg_get_expr(d.adbin, d.adrelid)
                     FROM $re$^\(?nextval\('(.*)'::regclass\)\)?(?:::[a-z]+)?$$re$),
           $$''$$, $$'$$),
       d.oid IS NOT NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema|redash_migration)'
  AND coalesce(b.typname, t.typname) IN ('int2', 'int4', 'int8', 'numeric')
"""


def rows_of_extensions(source: DatabaseAddress) -> list[str]:
    """Tables of extensions with rows that a pg_dump carries."""
    with _session(source) as session:
        return [
            table
            for (table,) in session.execute(_MARKED).fetchall()
            if session.execute(f"SELECT FROM {table} LIMIT 1".encode()).rowcount
        ]


def taken_twice(source: DatabaseAddress, pieces: Sequence[CopyItem]) -> list[str]:
    """Tables whose ranges overlap or leave rows out: two runs at once would be at the same rows."""
    counted: dict[tuple[str, str], int] = {}
    with closing(open_session(source, purpose="net")) as session:
        for piece in pieces:
            shape = read_shape(session, piece.schema, piece.name)
            rows = session.execute(
                sql.SQL("SELECT FROM {} t WHERE {}").format(
                    shape.only, piece.range.condition(shape)
                )
            ).rowcount
            name = piece.schema, piece.name
            counted[name] = counted.get(name, 0) + rows
        wrong = []
        for name, rows in counted.items():
            shape = read_shape(session, *name)
            there = session.execute(sql.SQL("SELECT FROM {}").format(shape.only)).rowcount
            if rows != there:
                wrong.append(f"{shape.qualified_name}: {there} rows, {rows} in its ranges")
        return wrong


def truth(source: DatabaseAddress, reference: DatabaseAddress) -> Counter[str]:
    """What a superuser's pg_dump and psql would have made of the source, in an empty database."""
    plain = run(programs("target"), "pg_dump", *_DUMP, environment=_alike(source))
    complaints = psql(reference, _loadable(plain))
    assert not complaints, complaints
    return contents(reference)


def contents(address: DatabaseAddress) -> Counter[str]:
    """Every entry of a database's dump, rows in no particular order."""
    plain = run(programs("target"), "pg_dump", *_DUMP, environment=_alike(address))
    found: Counter[str] = Counter()
    for entry in _HEADING.split(plain)[1:]:
        heading = entry.splitlines()[0]
        # Whose schema public is, a new server decides: from 15 on the database's owner's.
        if "; Type: SEQUENCE SET;" in heading or heading.startswith("public; Type: SCHEMA;"):
            continue
        found[_sorted_rows(entry.replace(heading, heading.split("; Owner: ")[0], 1))] += 1
    return found


def _alike(address: DatabaseAddress) -> Mapping[str, str]:
    """For pg_dump, which prints times and names as the database has it set."""
    options = (
        "-c timezone=UTC -c bytea_output=hex -c quote_all_identifiers=off"
        " -c standard_conforming_strings=on -c lc_monetary=C"
    )
    return {**address.environment(), "PGOPTIONS": options}


def beside(address: DatabaseAddress) -> Counter[str]:
    """What a dump does not tell of a database: its settings, rights and comment."""
    with _session(address) as session:
        return Counter(str(line) for (line,) in session.execute(_BESIDE))


def differences(wanted: Counter[str], found: Counter[str]) -> list[str]:
    """Entries that are missing or too many, cut short."""
    return [
        *(f"missing: {entry[:400]}" for entry in (wanted - found)),
        *(f"too many: {entry[:400]}" for entry in (found - wanted)),
    ]


def psql(address: DatabaseAddress, script: str) -> list[str]:
    """Run a script to its end; the errors it met."""
    finished = subprocess.run(
        [str(programs("target") / "psql"), "-q", "-X", "-f", "-"],
        input=script,
        env={**environ, **address.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        line
        for line in finished.stderr.splitlines()
        if "ERROR:" in line and not _HARMLESS.search(line)
    ]


def next_values(address: DatabaseAddress) -> Mapping[str, int | None]:
    """What each sequence hands out next, None at its end; the database is not used any more."""
    with _session(address) as session:
        return {name: _next(session, name) for name, *_ in _sequences(session)}


def right_next_values(reference: DatabaseAddress) -> Mapping[str, int | None]:
    """What each has to hand out next: what the source would, or where a column that it fills holds
    that value or a later one, the first on its raster behind all of them."""
    with _session(reference) as session:
        columns = session.execute(_DRAWING.encode()).fetchall()
        values: dict[str, int | None] = {}
        for name, step, least, most, cycle in _sequences(session):
            value = _next(session, name)
            held = [
                int(number)
                for table, column, owned, drawn, default in columns
                if drawn == name or (name in owned and not default)
                for (number,) in session.execute(
                    f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL".encode()
                )
            ]
            ahead = [n for n in held if value is not None and (n - value) * step >= 0]
            if value is not None and ahead and not cycle:
                farthest = max(ahead) if step > 0 else min(ahead)
                value += ((farthest - value) // step + 1) * step
                value = value if least <= value <= most else None
            values[name] = value
        return values


def _sequences(session: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return session.execute(
        "SELECT format('%I.%I', schemaname, sequencename), increment_by, min_value, max_value,"
        " cycle FROM pg_sequences WHERE schemaname NOT LIKE 'redash\\_migration%'"
    ).fetchall()


def _next(session: psycopg.Connection[Any], name: str) -> int | None:
    try:
        row = session.execute("SELECT nextval(%s)", [name]).fetchone()
    except psycopg.errors.SequenceGeneratorLimitExceeded:
        return None
    return int(row[0]) if row else None


def _session(address: DatabaseAddress) -> psycopg.Connection[Any]:
    """Names are spelt in full in it."""
    parameters: dict[str, Any] = address.parameters()
    return psycopg.connect(
        autocommit=True,
        options="-c default_transaction_read_only=off -c search_path=pg_catalog",
        client_encoding="UTF8",
        **parameters,
    )


def _sorted_rows(entry: str) -> str:
    """A COPY block or a list of rights with its lines in order; anything else, less what differs
    from run to run."""
    text = re.sub(r"^\\(?:un)?restrict .*$", "", entry, flags=re.MULTILINE)
    text = text.split("\n--\n-- PostgreSQL database dump complete")[0].strip()
    text = _OPTIONS.sub(r"\1", text)
    # What pg_dump sets for the entries that follow.
    text = re.sub(r"(?:\s*^SET default_\w+ = [^;\n]*;$)+\s*\Z", "", text, flags=re.MULTILINE)
    if re.search(r"; Type: (?:DEFAULT )?ACL;", text.splitlines()[0]):
        return "\n".join(sorted(text.splitlines()))
    match = re.search(r"^COPY .* FROM stdin;\n", text, re.MULTILINE)
    if match is None:
        return text
    head, rows = text[: match.end()], text[match.end() :]
    lines = rows.split("\n\\.")[0].split("\n")
    return head + "\n".join(sorted(lines))


def _loadable(plain: str) -> str:
    """Without the schema that every new database has already."""
    return plain.replace("CREATE SCHEMA public;", "CREATE SCHEMA IF NOT EXISTS public;")
