"""Somebody's own dump."""

from __future__ import annotations

import gzip
import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dataset import DumpNotRestored, restore_dump
from rehearsal.postgres import Cluster, programs


def dump(cluster: Cluster, address: DatabaseAddress, file: Path, *options: str) -> Path:
    subprocess.run(
        [str(cluster.bin_dir / "pg_dump"), *options, "-f", str(file)],
        env={**os.environ, **address.environment()},
        check=True,
    )
    return file


def count(address: DatabaseAddress, table: str) -> int:
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        return connection.execute(f"TABLE {table}".encode()).rowcount


@pytest.mark.parametrize("form", ["custom", "directory", "tar", "plain", "plain.gz"])
def test_every_form(
    form: str,
    redash_database: DatabaseAddress,
    target_database: DatabaseAddress,
    source_cluster: Cluster,
    tmp_path: Path,
) -> None:
    file = dump(source_cluster, redash_database, tmp_path / "d", f"-F{form.partition('.')[0]}")
    if form == "plain.gz":
        (tmp_path / "d.sql.gz").write_bytes(gzip.compress(file.read_bytes(), 1))
        file = tmp_path / "d.sql.gz"
    restored = restore_dump(target_database, file, programs("target"))
    assert restored.ignored == ()
    for table in ("queries", "query_results", "events"):
        assert count(target_database, table) == count(redash_database, table)


@pytest.mark.parametrize("form", ["custom", "plain"])
def test_owners_and_grants_of_roles_that_do_not_exist_here(
    form: str,
    redash_database: DatabaseAddress,
    target_database: DatabaseAddress,
    source_cluster: Cluster,
    tmp_path: Path,
) -> None:
    with psycopg.connect(**redash_database.parameters()) as connection:  # type: ignore[arg-type]
        connection.execute("CREATE ROLE somebody")
        connection.execute("ALTER TABLE queries OWNER TO somebody")
        connection.execute("GRANT SELECT ON users TO somebody")
    try:
        file = dump(source_cluster, redash_database, tmp_path / "d", f"-F{form}")
        restored = restore_dump(target_database, file, programs("target"))
    finally:
        with psycopg.connect(**redash_database.parameters()) as connection:  # type: ignore[arg-type]
            connection.execute("DROP OWNED BY somebody CASCADE")
            connection.execute("DROP ROLE somebody")
    assert all("somebody" in message for message in restored.ignored)
    assert count(target_database, "queries") > 0


def test_an_archive_that_is_newer_than_the_old_server(
    redash_database: DatabaseAddress,
    source_database: DatabaseAddress,
    target_cluster: Cluster,
    tmp_path: Path,
) -> None:
    file = dump(target_cluster, redash_database, tmp_path / "d", "-Fc")
    restore_dump(source_database, file, programs("source"))
    assert count(source_database, "queries") == count(redash_database, "queries")


def refused(address: DatabaseAddress, file: Path) -> str:
    with pytest.raises(DumpNotRestored) as failure:
        restore_dump(address, file, programs("target"))
    message = str(failure.value)
    assert message.startswith(f"SOURCE_DUMP: {file} ")
    assert "\n" not in message
    return message


def test_wrong_files(target_database: DatabaseAddress, tmp_path: Path) -> None:
    assert "does not exist" in refused(target_database, tmp_path / "none.dump")
    empty = tmp_path / "empty"
    empty.touch()
    assert "is empty" in refused(target_database, empty)
    other = tmp_path / "notes.txt"
    other.write_text("-- MySQL dump 10.13")
    assert "not a dump of PostgreSQL" in refused(target_database, other)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"PGDMP\x01\x0e\x00 cut short")
    assert "could not be restored" in refused(target_database, broken)
    assert "is a directory" in refused(target_database, tmp_path)


def test_a_dump_of_a_whole_server_is_refused(
    target_database: DatabaseAddress, tmp_path: Path
) -> None:
    file = tmp_path / "all.sql"
    file.write_text("--\n-- PostgreSQL database cluster dump\n--\n\\connect template1\n")
    assert "pg_dump --format=custom" in refused(target_database, file)


def test_a_dump_of_something_else(
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    source_cluster: Cluster,
    tmp_path: Path,
) -> None:
    file = dump(source_cluster, source_database, tmp_path / "d", "-Fc")
    assert "holds no Redash: no table data_sources" in refused(target_database, file)


def test_a_statement_that_fails_is_shown(target_database: DatabaseAddress, tmp_path: Path) -> None:
    file = tmp_path / "d.sql"
    file.write_text("-- PostgreSQL database dump\nSELECT 1/0;\nCREATE EXTENSION nix;\n")
    assert "division by zero" in refused(target_database, file)
