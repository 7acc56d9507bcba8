"""A dump is taken apart at its headings, and at nothing that only looks like one."""

from __future__ import annotations

import gzip
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redash_migration.database.schema.completion import foreign_key_not_valid
from redash_migration.database.schema.dump import Entry, entries, unpack
from redash_migration.database.schema.stages import may_fail, stage
from redash_migration.errors import SchemaNotCopied

HEAD = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k\n\nSET client_encoding = 'UTF8';\n\n"
TAIL = "\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k\n\n"
FAKE = "--\n-- Name: fake; Type: TABLE; Schema: public; Owner: -\n--\n"


def section(name: str, kind: str, sql: str, schema: str = "public") -> str:
    return f"--\n-- Name: {name}; Type: {kind}; Schema: {schema}; Owner: -\n--\n\n{sql}\n\n\n"


def entry(kind: str, name: str = "x", schema: str = "public", sql: str = "SELECT 1;") -> Entry:
    return Entry(1, name, kind, schema, sql)


@pytest.mark.parametrize(
    "body",
    [
        f"COMMENT ON TABLE t IS 'a\n{FAKE}';",
        f"COMMENT ON TABLE t IS 'it''s\n{FAKE}';",
        f"COMMENT ON TABLE t IS E'it\\'s\n{FAKE}';",
        f'CREATE TABLE "odd "" name\n{FAKE}" ();',
        f"CREATE FUNCTION f() AS $$\n{FAKE}$$;",
        f"CREATE FUNCTION f() AS $_x1$ $$ '\n{FAKE}$_x1$;",
        f"SELECT 1 /* one /* two */\n{FAKE}*/;",
        "SELECT a$1, 'plain \\', E'x\\\\';",
    ],
)
def test_what_is_quoted_is_no_heading(body: str) -> None:
    found = entries(
        HEAD + section("a", "TABLE", body) + section("b", "TABLE", "CREATE TABLE b ();") + TAIL
    )
    assert [(e.name, e.sql) for e in found] == [("a", body), ("b", "CREATE TABLE b ();")]


@given(st.text(alphabet="ab'\"$\\-\n; EeＡ", max_size=60))
def test_any_text_in_quotes_stays_whole(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    body = f"COMMENT ON TABLE t IS {quoted};"
    found = entries(HEAD + section("a", "COMMENT", body) + section("b", "X", "SELECT 2;") + TAIL)
    assert [e.sql for e in found] == [body, "SELECT 2;"]


def test_names_may_hold_what_separates_a_heading() -> None:
    found = entries(HEAD + section("we; Type: ird", "FK CONSTRAINT", "SELECT 1;", "s; t") + TAIL)
    assert (found[0].name, found[0].type, found[0].schema) == (
        "we; Type: ird",
        "FK CONSTRAINT",
        "s; t",
    )


@pytest.mark.parametrize("end", ["'open", "$$ open", '"open', "/* open", "E'open\\'"])
def test_a_dump_cut_off_is_noticed(end: str) -> None:
    with pytest.raises(SchemaNotCopied, match="incomplete"):
        entries(HEAD + section("a", "TABLE", f"SELECT {end}"))


def test_something_else_than_a_dump_is_refused() -> None:
    with pytest.raises(SchemaNotCopied, match="section comments"):
        entries("CREATE TABLE t ();")


def test_parts_are_put_together_and_damage_is_noticed() -> None:
    text = HEAD + section("名前", "TABLE", "SELECT 1;") + TAIL
    packed = b64encode(gzip.compress(text.encode()))
    parts = [packed[start : start + 50] for start in range(0, len(packed), 50)]
    assert unpack(parts) == text
    for damaged in (parts[:-1], parts[1:], [*parts, parts[0]], [b"?"], []):
        with pytest.raises(SchemaNotCopied):
            entries(unpack(damaged))


def test_the_dumps_own_encoding_counts() -> None:
    text = (HEAD + section("名前", "TABLE", "SELECT 1;")).replace("'UTF8'", "'EUC_JP'")
    assert entries(unpack([b64encode(gzip.compress(text.encode("euc_jp")))]))[0].name == "名前"


@pytest.mark.parametrize(
    ("kind", "when"),
    [
        ("TABLE", "base"),
        ("CONSTRAINT", "base"),
        ("SEQUENCE OWNED BY", "base"),
        ("SOMETHING NEW", "base"),
        ("INDEX", "index"),
        ("FK CONSTRAINT", "final"),
        ("TRIGGER", "final"),
        ("PUBLICATION", "never"),
        ("TABLE DATA", "never"),
        ("ACL", "never"),
    ],
)
def test_when_an_entry_is_put_on_the_target(kind: str, when: str) -> None:
    assert stage(entry(kind)) == when


def test_our_own_and_what_dms_made_is_never_carried() -> None:
    assert stage(entry("TABLE", "canary", "redash_migration")) == "never"
    assert stage(entry("SCHEMA", "redash_migration", "-")) == "never"
    assert stage(entry("TABLE", "awsdms_ddl_audit")) == "never"
    assert stage(entry("COMMENT", "TABLE awsdms_ddl_audit")) == "never"
    assert stage(entry("TABLE", "not_awsdms_at_all")) == "base"
    assert stage(entry("TABLE", sql="")) == "never"
    assert may_fail(entry("COMMENT"))
    assert not may_fail(entry("TRIGGER"))


def test_foreign_keys_are_added_not_valid_once() -> None:
    statement = "ALTER TABLE ONLY a\n    ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d(e);"
    changed = foreign_key_not_valid(statement)
    assert changed.endswith("REFERENCES d(e) NOT VALID;")
    assert foreign_key_not_valid(changed) == changed
