"""Integrity: what is broken is found and named, what can be set right is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from redash_migration.database.integrity import not_null
from redash_migration.database.integrity.early import (
    failures,
    judge_new_home,
    judge_text_search,
)
from redash_migration.database.integrity.results import write_checks
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.errors import IntegrityViolated, NotDrained
from redash_migration.record.checks import Check
from redash_migration.record.record import Record

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[Any, ...]]]

SCHEMA = """
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('db0aca1ebd32');
CREATE TABLE queries (id serial PRIMARY KEY, name text NOT NULL, options text NOT NULL,
                      search_vector tsvector);
CREATE TABLE alerts (id serial PRIMARY KEY, query_id integer, name text NOT NULL,
    CONSTRAINT alerts_query FOREIGN KEY (query_id) REFERENCES queries NOT VALID,
    CONSTRAINT alerts_self FOREIGN KEY (id) REFERENCES alerts NOT VALID);
CREATE INDEX ix_search ON queries USING gin (search_vector);
CREATE FUNCTION search() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.search_vector := to_tsvector('simple', NEW.name); RETURN NEW; END$$;
CREATE TRIGGER search BEFORE INSERT OR UPDATE ON queries FOR EACH ROW EXECUTE FUNCTION search();
CREATE VIEW names AS SELECT name FROM queries;
INSERT INTO queries (name, options) SELECT 'q' || n, '{}' FROM generate_series(1, 100) n;
INSERT INTO alerts (query_id, name) SELECT n, 'a' FROM generate_series(1, 30) n;
"""
TABLES = [("public", name) for name in ("alembic_version", "queries", "alerts")]
PROVED = "SELECT convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY conname"


def checks(source: DatabaseAddress, target: DatabaseAddress, role: str = "") -> dict[str, Check]:
    return {check.id: check for check in verify_integrity(source, target, TABLES, role)}


def test_a_whole_target_passes_and_is_made_strict_again(both: Both, run: Run) -> None:
    source, target = both(SCHEMA)
    run(target, "ALTER TABLE queries ALTER name DROP NOT NULL, ALTER options DROP NOT NULL")
    for _ in range(2):
        found = checks(source, target)
        assert {check.status for check in found.values()} == {"PASS"}
        assert run(target, PROVED) == [(True,), (True,)]
    nullable = run(
        target,
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'queries'::regclass AND attnotnull"
        " AND attnum > 0",
    )
    assert nullable == [(3,)]


def test_not_null_on_a_large_table_is_proved_by_a_check_that_goes_again(
    both: Both, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(not_null, "LARGE_HEAP_BYTES", 0)
    source, target = both(SCHEMA)
    run(target, "ALTER TABLE queries ALTER name DROP NOT NULL, ALTER options DROP NOT NULL")
    assert checks(source, target)["integrity.not_null"].status == "PASS"
    left = run(target, "SELECT conname FROM pg_constraint WHERE conname LIKE '%redash%'")
    assert left == []
    run(target, "ALTER TABLE queries ALTER options DROP NOT NULL")
    run(target, "UPDATE queries SET options = NULL WHERE id < 4")
    found = checks(source, target)["integrity.not_null"]
    assert (found.status, found.detail) == ("FAIL", "public.queries.options: 3 rows hold NULL")
    assert run(target, "SELECT conname FROM pg_constraint WHERE conname LIKE '%redash%'") == []


@pytest.mark.parametrize("claims", ["NOT VALID", ""])
def test_orphans_are_named_even_where_the_constraint_claims_to_be_valid(
    both: Both, run: Run, record: Record, claims: str
) -> None:
    source, target = both(SCHEMA)
    run(target, "ALTER TABLE alerts DROP CONSTRAINT alerts_query")
    run(
        target,
        "ALTER TABLE alerts ADD CONSTRAINT alerts_query FOREIGN KEY (query_id)"
        f" REFERENCES queries {claims}",
    )
    run(
        target,
        "SET session_replication_role = replica; DELETE FROM queries WHERE id IN (7, 8);"
        "UPDATE alerts SET query_id = NULL WHERE id = 9",
    )
    found = checks(source, target)
    broken = found["integrity.foreign_keys"]
    assert broken.status == "FAIL"
    assert "alerts_query: 2 rows refer to no row of public.queries; id: 7, 8" in broken.detail
    with pytest.raises(IntegrityViolated, match="7, 8"):
        write_checks(record.checks, list(found.values()))
    assert len(record.checks.all()) == len(found)


@pytest.mark.parametrize(
    ("spoil", "identifier", "detail"),
    [
        ("ALTER TABLE queries DISABLE TRIGGER search", "integrity.triggers", "search"),
        ("DROP TRIGGER search ON queries", "integrity.triggers", "public.queries.search"),
        ("DROP INDEX ix_search", "integrity.indexes", "ix_search"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_search'::regclass",
            "integrity.indexes",
            "ix_search",
        ),
        ("ALTER TABLE alerts DROP CONSTRAINT alerts_query", "integrity.constraints", "alerts_q"),
        (
            "ALTER TABLE alerts DROP CONSTRAINT alerts_query, ADD CONSTRAINT alerts_query"
            " FOREIGN KEY (query_id) REFERENCES queries ON DELETE CASCADE",
            "integrity.constraints",
            "public.alerts.alerts_query is FOREIGN KEY (query_id) REFERENCES public.queries(id)"
            " ON DELETE CASCADE, on the source",
        ),
        (
            "ALTER TABLE alerts ADD CONSTRAINT no_more CHECK (id < 31)",
            "integrity.constraints",
            "public.alerts.no_more (CHECK) is new",
        ),
        (
            "ALTER TABLE alerts ALTER id DROP DEFAULT",
            "integrity.columns",
            "public.alerts.id is integer, on the source integer with a default",
        ),
        ("ALTER TABLE alerts ADD late text", "integrity.columns", "late (text) is new"),
        (
            "ALTER TABLE alerts ALTER query_id TYPE bigint",
            "integrity.columns",
            "public.alerts.query_id is bigint, on the source integer",
        ),
        (
            "ALTER TABLE alerts ALTER query_id SET NOT NULL",
            "integrity.columns",
            "public.alerts.query_id (NOT NULL) is new",
        ),
        ("CREATE UNIQUE INDEX one ON alerts (query_id)", "integrity.indexes", "one (unique btree"),
        (
            "CREATE TRIGGER more BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION search()",
            "integrity.triggers",
            "public.alerts.more (enabled) is new",
        ),
        (
            "CREATE OR REPLACE FUNCTION search() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RETURN NEW; END$$",
            "integrity.functions",
            "public.search() is plpgsql v f",
        ),
        ("DROP FUNCTION search() CASCADE", "integrity.functions", "public.search() is missing"),
        ("DROP VIEW names", "integrity.views", "public.names is missing"),
        (
            "ALTER SEQUENCE alerts_id_seq INCREMENT BY 2 CYCLE",
            "integrity.sequences",
            "public.alerts_id_seq is integer from 1 by 2",
        ),
        ("ALTER TABLE alerts SET UNLOGGED", "integrity.tables", "public.alerts is unlogged"),
        (
            "ALTER TABLE queries ENABLE ROW LEVEL SECURITY",
            "integrity.tables",
            "public.queries is logged with row security, on the source logged",
        ),
        (
            "CREATE RULE gone AS ON DELETE TO alerts DO INSTEAD NOTHING",
            "integrity.tables",
            "public.alerts.gone (O) is new",
        ),
        ("DELETE FROM alembic_version", "integrity.alembic_version", "the target none"),
        (
            "INSERT INTO alembic_version VALUES ('other')",
            "integrity.alembic_version",
            "db0aca1ebd32, other",
        ),
        (
            "ALTER TABLE queries DISABLE TRIGGER search; UPDATE queries SET search_vector = NULL"
            " WHERE id = 4; ALTER TABLE queries ENABLE TRIGGER search",
            "integrity.search_vector.public.queries.search_vector",
            "NULL in 1 rows",
        ),
        (
            "DROP FUNCTION search() CASCADE; CREATE FUNCTION search() RETURNS trigger LANGUAGE"
            " plpgsql AS $$BEGIN RETURN nonsense(NEW); END$$; CREATE TRIGGER search BEFORE UPDATE"
            " ON queries FOR EACH ROW EXECUTE FUNCTION search()",
            "integrity.search_vector.public.queries.search_vector",
            "trigger fails",
        ),
    ],
)
def test_what_is_broken_is_named(
    both: Both, run: Run, spoil: str, identifier: str, detail: str
) -> None:
    source, target = both(SCHEMA)
    run(target, spoil)
    found = checks(source, target)
    assert found[identifier].status == "FAIL"
    assert detail in found[identifier].detail
    assert found[identifier].remedy


def test_a_stale_search_vector_of_the_source_is_a_warning(both: Both, run: Run) -> None:
    stale = (
        "ALTER TABLE queries DISABLE TRIGGER search; UPDATE queries SET search_vector = 'old'"
        " WHERE id > 98; ALTER TABLE queries ENABLE TRIGGER search"
    )
    source, target = both(SCHEMA + stale)
    before = run(target, "SELECT search_vector FROM queries ORDER BY id")
    found = checks(source, target)["integrity.search_vector.public.queries.search_vector"]
    assert (found.status, "2 of 20" in found.detail) == ("WARN", True)
    assert run(target, "SELECT search_vector FROM queries ORDER BY id") == before


@pytest.mark.parametrize("place", ["ROLE", "DATABASE"])
def test_replica_left_on_for_the_application_is_found(
    both: Both, run: Run, make_role: Callable[..., tuple[str, str]], place: str
) -> None:
    source, target = both(SCHEMA)
    name, _ = make_role("target", "LOGIN")
    of = name if place == "ROLE" else target.dbname
    run(target, f"ALTER {place} {of} SET session_replication_role = replica")
    found = checks(source, target, role=name)["integrity.session_replication_role"]
    assert found.status == "FAIL"
    run(target, f"ALTER {place} {of} RESET session_replication_role")
    assert checks(source, target, role=name)[found.id].status == "PASS"


def test_rights_that_the_application_lacks_are_found(
    both: Both, run: Run, make_role: Callable[..., tuple[str, str]]
) -> None:
    source, target = both(SCHEMA)
    name, _ = make_role("target", "LOGIN")
    rights = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"
    found = checks(source, target, role=name)["integrity.application_rights"]
    assert (found.status, name in found.remedy) == ("FAIL", True)
    run(
        target,
        f"GRANT {rights} TO {name}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
    )
    assert checks(source, target, role=name)[found.id].status == "PASS"
    for right, place in (("UPDATE", "queries"), ("USAGE", "SEQUENCE queries_id_seq")):
        run(target, f"REVOKE {right} ON {place} FROM {name}")
        found = checks(source, target, role=name)[found.id]
        assert found.detail == f"{name} has no {right} on {place.removeprefix('SEQUENCE ')}"
        run(target, f"GRANT {right} ON {place} TO {name}")


@pytest.mark.parametrize("place", ["ROLE", "DATABASE"])
def test_a_target_that_is_read_only_for_the_application_is_found(
    both: Both, run: Run, place: str
) -> None:
    source, target = both(SCHEMA)
    of = target.username if place == "ROLE" else target.dbname
    run(target, f"ALTER {place} {of} SET default_transaction_read_only = on")
    found = checks(source, target)["integrity.application_rights"]
    assert (found.status, "default_transaction_read_only=on for " in found.detail) == (
        "FAIL",
        True,
    )
    run(
        target,
        f"SET default_transaction_read_only = off;"
        f" ALTER {place} {of} RESET default_transaction_read_only",
    )


@pytest.mark.parametrize(
    ("spoil", "identifier"),
    [
        ("ALTER TABLE queries DISABLE TRIGGER search", "integrity.triggers"),
        ("DROP VIEW names", "integrity.views"),
        ("ALTER TABLE alerts ADD CONSTRAINT more CHECK (id > 0)", "integrity.constraints"),
        ("DROP FUNCTION search() CASCADE", "integrity.functions"),
        (
            "ALTER ROLE {role} SET default_transaction_read_only = on",
            "integrity.application_rights",
        ),
        (
            "ALTER ROLE {role} SET session_replication_role = replica",
            "integrity.session_replication_role",
        ),
    ],
)
def test_what_can_be_known_is_judged_while_nobody_waits(
    both: Both, run: Run, make_role: Callable[..., tuple[str, str]], spoil: str, identifier: str
) -> None:
    source, target = both(SCHEMA)
    role, _ = make_role("target", "LOGIN SUPERUSER")
    # As it is before the last row: proofs, NOT NULL and what fires for replicated rows come later.
    run(
        source,
        "ALTER TABLE alerts VALIDATE CONSTRAINT alerts_query,"
        " ADD CONSTRAINT c CHECK (id > 5) NOT VALID;"
        "CREATE TRIGGER replica BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION search();"
        "ALTER TABLE alerts ENABLE REPLICA TRIGGER replica",
    )
    run(
        target,
        "ALTER TABLE queries ALTER name DROP NOT NULL;"
        "CREATE TRIGGER replica BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION search();"
        "ALTER TABLE alerts DISABLE TRIGGER replica",
    )
    assert failures(judge_new_home(source, target, TABLES, role)) == []
    run(target, spoil.format(role=role))
    found = {check.id for check in failures(judge_new_home(source, target, TABLES, role))}
    assert identifier in found


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("RETURN NEW", "PASS"),
        ("RETURN nonsense(NEW)", "FAIL"),
        ("RAISE EXCEPTION 'leave it as it is'", "WARN"),
    ],
)
def test_triggers_of_a_text_search_are_tried_when_rows_are_there(
    both: Both, run: Run, body: str, status: str
) -> None:
    """What a user's trigger says by itself, it says on the source too."""
    source, target = both(
        SCHEMA + "CREATE OR REPLACE FUNCTION search() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN {body}; END$$;"
    )
    with closing(open_session(source, purpose="test")) as session:
        [found] = judge_text_search(session, target, ("public", "queries"))
        assert judge_text_search(session, target, ("public", "alerts")) == []
    assert found.status == status


def test_changes_that_could_not_be_applied_are_told_before_the_pause(both: Both, run: Run) -> None:
    source, target = both(SCHEMA)
    run(target, "CREATE TABLE awsdms_apply_exceptions (a int)")
    judge_new_home(source, target, TABLES)
    run(target, "INSERT INTO awsdms_apply_exceptions VALUES (1)")
    with pytest.raises(NotDrained, match="holds 1 changes"):
        judge_new_home(source, target, TABLES)
