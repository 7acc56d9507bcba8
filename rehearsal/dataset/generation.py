"""The generated data set: definitions, rows made inside the server, then keys."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dataset.scale import scale_named
from rehearsal.redash.encryption import encrypt_options

ADMIN_API_KEY = "rehearsalAdminApiKey00000000000000000001"
"""API key of user 1, an administrator."""

DATA_SOURCES = (
    ("本番データベース", "pg"),
    ("分析基盤 BigQuery", "bigquery"),
    ("広告 MySQL", "mysql"),
    ("スプレッドシート", "google_spreadsheets"),
    ("Python", "python"),
)

_DEFINITIONS = Path(__file__).parent


def load(
    address: DatabaseAddress,
    scale: str = "small",
    *,
    secret_key: str,
    seed: int = 1,
    api_key: str = ADMIN_API_KEY,
) -> None:
    """Fill an empty database with Redash's tables and rows.

    Equal seeds give equal rows, the encrypted columns and ``now()`` aside. Whatever the scale,
    one result is over 10 MB. ``secret_key`` is the REDASH_SECRET_KEY that encrypts the options
    of data sources and destinations. ValueError for an unknown scale.
    """
    sizes = {**asdict(scale_named(scale)), "seed": seed, "api_key": api_key}
    with _connect(address) as connection, connection.transaction():
        for name, value in sizes.items():
            connection.execute("SELECT set_config(%s, %s, true)", [f"rehearsal.{name}", str(value)])
        _run(connection, "tables.sql")
        _run(connection, "search.sql")
        _insert_data_sources(connection, secret_key)
        _run(connection, "rows.sql")
        _run(connection, "keys.sql")
    with _connect(address) as connection:
        connection.execute("ANALYZE")


def _connect(address: DatabaseAddress) -> psycopg.Connection:
    return psycopg.connect(
        **address.parameters(),  # type: ignore[arg-type]
        application_name="rehearsal data set",
        autocommit=True,
    )


def _run(connection: psycopg.Connection, name: str) -> None:
    connection.execute((_DEFINITIONS / name).read_bytes())


def _insert_data_sources(connection: psycopg.Connection, secret_key: str) -> None:
    for name, kind in DATA_SOURCES:
        options = {"host": "db.internal.example.jp", "dbname": name, "password": "パスワード"}
        connection.execute(
            "INSERT INTO data_sources (org_id, name, type, encrypted_options, queue_name,"
            " scheduled_queue_name, created_at)"
            " VALUES (1, %s, %s, %s, 'queries', 'scheduled_queries', now())",
            [name, kind, encrypt_options(options, secret_key)],
        )
