"""The generated data set is shaped as Redash's, and holds what is hard to carry."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dataset import ADMIN_API_KEY, adopt_secret_key, api_key, load
from rehearsal.redash.encryption import decrypt_options, encrypt_options


def rows(address: DatabaseAddress, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        return connection.execute(statement.encode()).fetchall()


def test_its_shape(redash_database: DatabaseAddress) -> None:
    (shape,) = rows(
        redash_database,
        "SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public'),"
        " (SELECT count(*) FROM pg_constraint WHERE contype = 'f'),"
        " (SELECT count(*) FROM pg_constraint WHERE contype = 'p'"
        "   AND connamespace = 'public'::regnamespace),"
        " (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        "   AND (proname LIKE 'tsq_%' OR proname = 'array_nremove')),"
        " (SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_queries_search_vector'),"
        " (SELECT count(*) FROM alembic_version)",
    )
    assert shape == (20, 35, 20, 9, 1, 1)


def test_every_sequence_is_owned_and_not_behind(redash_database: DatabaseAddress) -> None:
    owned = rows(
        redash_database,
        "SELECT c.relname, a.attname, pg_sequence_last_value(s.seqrelid) FROM pg_sequence s"
        " JOIN pg_depend d ON d.objid = s.seqrelid AND d.deptype = 'a'"
        " JOIN pg_class c ON c.oid = d.refobjid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid",
    )
    assert len(owned) == 19
    last = {table: value for table, _, value in owned}
    assert last["access_permissions"] is None, "a sequence that was never called"
    for table in ("queries", "query_results", "events", "widgets"):
        ((largest,),) = rows(redash_database, f"SELECT max(id) FROM {table}")  # noqa: S608
        assert last[table] > largest, f"{table}: deleted tail rows"


def test_values_that_are_hard_to_carry(redash_database: DatabaseAddress) -> None:
    (found,) = rows(
        redash_database,
        "SELECT (SELECT max(octet_length(data)) FROM query_results) > 10 * 1024 * 1024,"
        " (SELECT max(octet_length(data)) FROM query_results)"
        "   > (SELECT max(char_length(data)) FROM query_results),"
        " EXISTS (SELECT FROM query_results WHERE data IS NULL),"
        " EXISTS (SELECT FROM query_results WHERE data = ''),"
        " EXISTS (SELECT FROM queries WHERE tags = '{}'),"
        " EXISTS (SELECT FROM queries WHERE array_position(tags, NULL) IS NOT NULL),"
        " EXISTS (SELECT FROM queries WHERE schedule = 'null'),"
        " EXISTS (SELECT FROM users WHERE groups IS NULL),"
        " EXISTS (SELECT FROM queries WHERE options::text LIKE '%1.50%')",
    )
    assert found == (True,) * 9


def test_search_finds_japanese_words_by_the_trigger_s_vector(
    redash_database: DatabaseAddress,
) -> None:
    ((name, hits),) = rows(
        redash_database,
        "SELECT q.name, (SELECT count(*) FROM queries WHERE search_vector @@"
        " tsq_parse('pg_catalog.simple', split_part(q.name, ' ', 1)))"
        " FROM queries q WHERE q.name ~ '^[売在顧]' ORDER BY id LIMIT 1",
    )
    assert hits > 1, name


def test_the_same_seed_makes_the_same_rows(
    redash_database: DatabaseAddress, source_database: DatabaseAddress
) -> None:
    load(source_database, "small", secret_key="another")
    hashed = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} AS t"
    for table in ("queries", "events", "visualizations", "changes", "alembic_version"):
        statement = hashed.format(table)
        assert rows(redash_database, statement) == rows(source_database, statement)


def test_an_unknown_scale_is_refused(source_database: DatabaseAddress) -> None:
    with pytest.raises(ValueError, match="SCALE: 'huge' is unknown; take one of small"):
        load(source_database, "huge", secret_key="k")


def test_adopting_a_secret_key_replaces_only_what_it_does_not_open(
    redash_database: DatabaseAddress,
) -> None:
    known = encrypt_options({"host": "db"}, "mine")
    with psycopg.connect(**redash_database.parameters()) as connection:  # type: ignore[arg-type]
        connection.execute("UPDATE data_sources SET encrypted_options = %s WHERE id = 1", [known])
    assert adopt_secret_key(redash_database, "mine") == 6
    assert adopt_secret_key(redash_database, "mine") == 0
    options = rows(redash_database, "SELECT encrypted_options FROM data_sources ORDER BY id")
    assert decrypt_options(bytes(options[0][0]), "mine") == {"host": "db"}
    assert decrypt_options(bytes(options[1][0]), "mine") == {}


def test_the_administrator_s_key_is_found(redash_database: DatabaseAddress) -> None:
    assert api_key(redash_database) == ADMIN_API_KEY
    with psycopg.connect(**redash_database.parameters()) as connection:  # type: ignore[arg-type]
        connection.execute("UPDATE users SET disabled_at = now()")
    with pytest.raises(LookupError, match="no enabled user"):
        api_key(redash_database)
