"""Where an endpoint's database is: its fields as moto keeps them, or its Secrets Manager secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

_SESSION = "-c default_transaction_read_only=off -c search_path="


@dataclass(frozen=True, slots=True)
class Database:
    """One database as a replication instance reaches it."""

    host: str
    port: int
    dbname: str
    username: str
    password: str = field(repr=False)

    def connect(self, *, timeout_seconds: int = 5, autocommit: bool = True) -> psycopg.Connection:
        """A session with no search path, whose transactions may write behind a read-only fence."""
        return psycopg.connect(
            self.conninfo(connect_timeout=timeout_seconds, options=_SESSION),
            autocommit=autocommit,
        )

    def conninfo(self, **more: Any) -> str:
        """A libpq connection string, with the password."""
        return psycopg.conninfo.make_conninfo(
            host=self.host,
            port=self.port,
            dbname=self.dbname,
            user=self.username,
            password=self.password,
            application_name="aws-dms",
            **more,
        )


class UnknownAddress(Exception):
    """The endpoint does not say where its database is; the message names what is missing."""


def database_of(endpoint: Any, read_secret: Callable[[str], str]) -> Database:
    """The database of a moto endpoint.

    ``read_secret`` gives the string of a secret by its ARN or name. The fields of the endpoint's
    PostgreSQLSettings go before its own, a secret before both (AWS DMS User Guide, "Using secrets
    to access AWS DMS endpoints": username, password, host, port). Raises UnknownAddress.
    """
    settings: dict[str, Any] = endpoint.postgre_sql_settings or {}
    found: dict[str, Any] = {
        "host": settings.get("ServerName") or endpoint.server_name,
        "port": settings.get("Port") or endpoint.port,
        "dbname": settings.get("DatabaseName") or endpoint.database_name,
        "username": settings.get("Username") or endpoint.username,
        "password": settings.get("Password") or endpoint.password,
    }
    secret = settings.get("SecretsManagerSecretId")
    if secret:
        found |= _from_secret(str(secret), read_secret)
    missing = [name for name, value in found.items() if value in {None, ""}]
    if missing:
        raise UnknownAddress(
            f"endpoint {endpoint.endpoint_identifier}: no {', '.join(missing)} in its settings"
            + (" or its secret" if secret else "")
        )
    return Database(**{**found, "port": int(found["port"])})


def _from_secret(secret: str, read_secret: Callable[[str], str]) -> dict[str, Any]:
    try:
        content = json.loads(read_secret(secret))
    except ValueError:
        raise UnknownAddress(f"secret {secret} does not hold a JSON object") from None
    names = ("username", "password", "host", "port", "dbname")
    return {name: content[name] for name in names if content.get(name)}
