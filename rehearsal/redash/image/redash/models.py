"""Stands for redash.models: data sources that decrypt as they are loaded, and their runners."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from redash import settings
from rehearsal.redash.encryption import decrypt_options

NO_TEST = ("csv", "excel", "insecure_script", "json", "python", "url")
"""Whose test_connection is ``pass`` (redash/query_runner)."""


class _Session:
    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def execute(self, statement: str) -> psycopg.Cursor[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(settings.DATABASE_URL, connect_timeout=5)
        return self._connection.execute(statement.encode())

    def rollback(self) -> None:
        if self._connection is not None:
            self._connection.rollback()

    def remove(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _Database:
    session = _Session()

    def init_app(self, app: object) -> None:
        """Nothing to be set."""

    def text(self, statement: str) -> str:
        return statement


db = _Database()


class _Options(dict[str, Any]):
    def to_json(self) -> str:
        return json.dumps(self)


class _Runner:
    def __init__(self, number: int, kind: str, options: dict[str, Any]) -> None:
        self._number = number
        self._kind = kind
        self._options = options

    def test_connection(self) -> None:
        if self._kind in NO_TEST:
            return
        if self._kind == "sqlite":
            with closing(sqlite3.connect(self._options["dbpath"])) as made_if_it_is_missing:
                made_if_it_is_missing.execute("pragma quick_check")
        if str(self._number) in settings.UNREACHABLE:
            raise ConnectionError("could not connect: Connection refused (password=hunter2)")

    def run_query(self, _query: str, _user: object) -> tuple[Any, str | None]:
        """As text, as 10.1 answers; 25.8 answers the same as a dict."""
        servers = dict(one.split("=") for one in settings.SERVERS.split())
        who = servers.get(str(self._number))
        return json.dumps({"rows": [{"who": who}]}) if who else None, None if who else "refused"


class _Encrypted:
    """A row whose options decrypt as it is loaded."""

    def __init__(self, number: int, kind: str, options: bytes) -> None:
        self._number, self.type = number, kind
        self.options = _Options(decrypt_options(options, settings.DATASOURCE_SECRET_KEY))


class DataSource(_Encrypted):
    """One row."""

    @property
    def query_runner(self) -> _Runner | None:
        if f"redash.query_runner.{self.type}" in settings.DISABLED_QUERY_RUNNERS:
            return None
        return _Runner(self._number, self.type, self.options)

    class query:  # noqa: N801 - as SQLAlchemy names it
        """Finds rows."""

        @staticmethod
        def get(number: int) -> DataSource:
            row = db.session.execute(
                f"SELECT type, encrypted_options FROM data_sources WHERE id = {int(number)}"  # noqa: S608
            ).fetchone()
            assert row is not None  # noqa: S101 - its id was just read
            return DataSource(number, str(row[0]), bytes(row[1]))


class NotificationDestination(_Encrypted):
    """One row."""

    class query:  # noqa: N801 - as SQLAlchemy names it
        """Finds rows."""

        @staticmethod
        def get(number: int) -> NotificationDestination:
            row = db.session.execute(
                f"SELECT type, encrypted_options FROM notification_destinations WHERE id = {int(number)}"  # noqa: S608, E501
            ).fetchone()
            assert row is not None  # noqa: S101 - its id was just read
            return NotificationDestination(number, str(row[0]), bytes(row[1]))


class Organization:
    """One row."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept.get("settings", {})

    def get_setting(self, name: str) -> Any:
        return self._kept.get(name, False)

    class query:  # noqa: N801 - as SQLAlchemy names it
        """Finds rows."""

        @staticmethod
        def all() -> list[Organization]:
            rows = db.session.execute("SELECT settings FROM organizations ORDER BY id").fetchall()
            return [Organization(row[0] or {}) for row in rows]
