"""The source's schema on the target: before the load, after it, cut off, refused, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from redash_migration.database.schema import completion, progress
from redash_migration.database.schema import tables as schema
from redash_migration.database.schema.completion import complete_schema
from redash_migration.database.schema.contents import Foundation, contents, empty
from redash_migration.database.schema.dump import Entry
from redash_migration.database.schema.tables import copy_schema
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.canary import drop
from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import SchemaNotCopied, TargetNotEmpty, TransientFailure
from redash_migration.plan import Plan

Rows = Callable[..., list[tuple[Any, ...]]]
PlanOf = Callable[[DatabaseAddress], Plan]
DumpOf = Callable[[DatabaseAddress], list[Entry]]


def nothing(_: Foundation) -> None:
    """Nothing to note."""


def test_what_rows_need_comes_before_the_load_and_the_rest_after_it(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    rows: Rows,
) -> None:
    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, before_first_change=nothing)

    keys = rows(
        target_database, "SELECT contype::text FROM pg_constraint WHERE contype IN ('p','u','f')"
    )
    assert {kind for (kind,) in keys} == {"p", "u"}
    assert rows(target_database, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == []
    assert rows(target_database, "SELECT 1 FROM pg_class WHERE relname LIKE 'ix\\_%'") == []
    not_null = rows(
        target_database,
        "SELECT attname FROM pg_attribute WHERE attrelid = 'query_results'::regclass"
        " AND attnum > 0 AND attnotnull ORDER BY 1",
    )
    # query is a LOB: NULL while DMS writes it
    assert [name for (name,) in not_null] == ["id", "org_id", "query_hash", "runtime"]

    done = complete_schema(target_database, dump, plan, seconds=120)
    assert done.refused == ()
    definitions = (
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname IN ('public', 'other; schema') ORDER BY 1"
    )
    assert rows(target_database, definitions) == rows(sample, definitions)
    validated = rows(
        target_database,
        "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND conparentid = 0",
    )
    assert len(validated) == 6
    assert not any(is_valid for _, is_valid in validated)
    routines = (
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' ORDER BY 1"
    )
    assert rows(target_database, routines) == rows(sample, routines)
    triggers = rows(target_database, "SELECT tgenabled FROM pg_trigger WHERE NOT tgisinternal")
    assert [str(enabled) for (enabled,) in triggers] == ["O"] or triggers == [(b"O",)]
    comment = "SELECT obj_description('queries'::regclass)"
    assert rows(target_database, comment) == rows(sample, comment)
    assert rows(target_database, "SELECT 1 FROM pg_publication") == []


def test_both_steps_may_run_twice(
    sample: DatabaseAddress, target_database: DatabaseAddress, dump_of: DumpOf, plan_of: PlanOf
) -> None:
    dump, plan = dump_of(sample), plan_of(sample)
    for _ in range(2):
        copy_schema(target_database, dump, plan, before_first_change=nothing)
    first = complete_schema(target_database, dump, plan, seconds=120)
    again = complete_schema(target_database, dump, plan, seconds=120)
    assert first.entries > 0
    assert again.entries == 0


def test_an_entry_that_another_run_adds_meanwhile_is_no_failure(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, before_first_change=nothing)
    complete_schema(target_database, dump, plan, seconds=120)
    looks: list[str] = []

    def look(connection: Connection, migration_id: str) -> set[int]:
        looks.append(migration_id)
        # As when the other run's note comes right after the look.
        return set() if len(looks) == 1 else set(progress.done(connection, migration_id))

    monkeypatch.setattr(completion, "progress", SimpleNamespace(done=look, note=progress.note))
    index = next(entry for entry in dump if entry.type == "INDEX")
    with connect(target_database, purpose="test", read_only=False) as session:
        completion._commit(session, plan, index, index.sql)
    assert len(looks) == 2


def test_a_copy_cut_off_half_way_is_taken_up_again(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dump, plan = dump_of(sample), plan_of(sample)
    monkeypatch.setattr(schema, "_BATCH", 4)
    broken = [
        replace(entry, sql="SELECT 1/0")
        if entry.name == "queries" and entry.type == "TABLE"
        else entry
        for entry in dump
    ]
    with pytest.raises(SchemaNotCopied, match=r"TABLE public\.queries: division by zero"):
        copy_schema(target_database, broken, plan, before_first_change=nothing)
    assert rows(target_database, "SELECT to_regclass('queries'), to_regclass('organizations')")[0][
        1
    ]

    told: list[Foundation] = []
    copy_schema(target_database, dump, plan, before_first_change=told.append)
    assert told == []
    complete_schema(target_database, dump, plan, seconds=120)
    tables = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'S', 'v', 'm', 'p')"
    ours = 2  # canary and schema_entries
    assert rows(target_database, tables)[0][0] - ours - _system(rows, target_database) == (
        rows(sample, tables)[0][0] - _system(rows, sample)
    )


def _system(rows: Rows, address: DatabaseAddress) -> int:
    statement = (
        "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'S', 'v', 'm', 'p')"
        " AND relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
    )
    return int(rows(address, statement)[0][0])


def test_a_target_with_something_of_somebody_elses_is_refused(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    rows: Rows,
) -> None:
    rows(target_database, "CREATE TABLE users (id int); INSERT INTO users VALUES (1)")
    with pytest.raises(TargetNotEmpty, match=r"with rows: table public\.users"):
        copy_schema(target_database, dump_of(sample), plan_of(sample), before_first_change=nothing)
    assert rows(target_database, "SELECT to_regnamespace('redash_migration')") == [(None,)]


WITHOUT_ROWS = """
CREATE TEXT SEARCH CONFIGURATION "a b.c" (COPY = simple);
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple); CREATE COLLATION c FROM "C";
CREATE OPERATOR public.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
CREATE CONVERSION v FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CAST (int AS tsvector) WITH INOUT; CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
"""
"""What stands in no table's way, and would in that of the next CopySchema."""


def test_emptying_takes_back_what_the_copy_made_and_nothing_else(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    rows: Rows,
) -> None:
    rows(target_database, "CREATE SCHEMA kept")
    kept: list[Foundation] = []
    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, before_first_change=kept.append)
    complete_schema(target_database, dump, plan, seconds=120)
    rows(target_database, WITHOUT_ROWS)
    with connect(target_database, purpose="test", read_only=False) as session:
        assert len([item for item in contents(session) if item.spelt]) == WITHOUT_ROWS.count(";")
        for _ in range(2):
            empty(session, kept[0])
            drop(session)
        assert contents(session) == []
    schemas = rows(
        target_database,
        "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ORDER BY 1",
    )
    assert [name for (name,) in schemas] == ["information_schema", "kept", "public"]
    copy_schema(target_database, dump, plan, before_first_change=nothing)


def test_settings_and_commands_the_target_does_not_know_are_left_out(
    target_database: DatabaseAddress, plan_of: PlanOf, source_database: DatabaseAddress, rows: Rows
) -> None:
    from redash_migration.database.schema.dump import entries

    text = (
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET some_future_setting = 0;\n\n"
        "--\n-- Name: t; Type: TABLE; Schema: public; Owner: -; Tablespace: fast\n--\n\n"
        "CREATE TABLE public.t (\n    id integer\n);\n\n\nSET default_tablespace = fast;\n\n"
        "SET default_table_access_method = columnar;\n\n"
        "--\n-- Name: t t_pkey; Type: CONSTRAINT; Schema: public; Owner: -\n--\n\n"
        "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\n\n"
        "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"
    )
    copy_schema(
        target_database, entries(text), plan_of(source_database), before_first_change=nothing
    )
    assert rows(
        target_database, "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"
    ) == [(1,)]


def test_the_applications_role_may_use_tables_and_sequences(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    rows: Rows,
    make_role: Callable[..., tuple[str, str]],
) -> None:
    role, password = make_role("target")
    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, application_role=role, before_first_change=nothing)
    as_application = target_database.as_role(role, password)
    rows(as_application, "INSERT INTO organizations (name, settings) VALUES ('x', '{}')")
    with pytest.raises(SchemaNotCopied, match="nobody_of_this_name"):
        copy_schema(
            target_database,
            dump,
            plan,
            application_role="nobody_of_this_name",
            before_first_change=nothing,
        )
    rows(target_database, f"DROP OWNED BY {role}")


def test_an_index_that_a_dead_run_still_builds_is_waited_for(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
) -> None:
    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, before_first_change=nothing)
    number = next(entry.number for entry in dump if entry.type == "INDEX")
    with connect(target_database, purpose="dead-run", read_only=False) as other:
        other.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"{plan.migration_id}/{number}"]
        )
        with pytest.raises(TransientFailure, match="tried again"):
            complete_schema(
                target_database, dump, plan, seconds=completion._RESERVE + 0.5, workers=1
            )
    complete_schema(target_database, dump, plan, seconds=120)


def test_a_lock_held_by_somebody_else_ends_in_a_failure_worth_another_try(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
) -> None:
    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, before_first_change=nothing)
    with connect(target_database, purpose="other", read_only=False, autocommit=False) as other:
        other.execute("LOCK TABLE query_results IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TransientFailure):
            complete_schema(target_database, dump, plan, seconds=completion._RESERVE + 1.5)
        other.rollback()
    complete_schema(target_database, dump, plan, seconds=120)


def test_what_is_added_behind_the_last_row_is_tried_when_the_schema_is_complete(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: DumpOf,
    plan_of: PlanOf,
    rows: Rows,
) -> None:
    def constraint(condition: str) -> Entry:
        add = f"ALTER TABLE public.users ADD CONSTRAINT c CHECK ({condition}) NOT VALID;"
        return Entry(99_999, "users c", "CHECK CONSTRAINT", "public", add)

    dump, plan = dump_of(sample), plan_of(sample)
    copy_schema(target_database, dump, plan, before_first_change=nothing)
    with pytest.raises(SchemaNotCopied, match=r"CHECK CONSTRAINT public\.users c"):
        complete_schema(target_database, [*dump, constraint("nonsense(id)")], plan, seconds=120)
    done = complete_schema(target_database, [*dump, constraint("id > 0")], plan, seconds=120)
    assert [entry.name for entry in done.last] == ["users c"]
    assert rows(target_database, "SELECT FROM pg_constraint WHERE conname = 'c'") == []
