"""Where a PostgreSQL database is, and as whom one speaks to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from redash_migration.database.session.authority import authority_file
from redash_migration.errors import InvalidInput

DEFAULT_PORT = 5432

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""As libpq knows them; the last two compare the server's certificate with ``sslrootcert``."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """One database on one server. The password never shows in repr() or str().

    ``sslrootcert`` holds certificates in PEM, "" for none.
    """

    host: str
    port: int
    dbname: str
    username: str
    password: str = field(repr=False)
    sslmode: str = "prefer"
    sslrootcert: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}/{self.dbname}"

    @classmethod
    def from_secret(
        cls, secret: Mapping[str, Any], *, host: str = "", port: int = 0, dbname: str = ""
    ) -> DatabaseAddress:
        """The address in a Secrets Manager secret of a database.

        The keys are those that RDS and DMS use: username, password, host, port, dbname and,
        if wanted, sslmode and sslrootcert. Secrets that RDS manages hold only the first two: the
        arguments fill in what the secret doesn't say. Raises InvalidInput naming the key that is
        nowhere, or holds what it can't.
        """

        def text(key: str, otherwise: str = "") -> str:
            value = str(secret.get(key) or otherwise)
            if not value:
                raise InvalidInput(f"the database secret has no {key!r}: add it to the secret")
            return value

        try:
            number = int(text("port", str(port or DEFAULT_PORT)))
        except ValueError as error:
            raise InvalidInput("'port' in the database secret is not a number") from error
        sslmode = text("sslmode", "prefer")
        if sslmode not in SSL_MODES:
            raise InvalidInput(
                f"'sslmode' in the database secret is none of {', '.join(SSL_MODES)}"
            )
        authority = str(secret.get("sslrootcert") or "")
        if sslmode.startswith("verify") and "-----BEGIN CERTIFICATE-----" not in authority:
            raise InvalidInput(
                f"sslmode {sslmode} needs 'sslrootcert' in the database secret: the text of the"
                " authority's certificates in PEM (for RDS those of the region's bundle)"
            )
        return cls(
            host=text("host", host),
            port=number,
            dbname=text("dbname", dbname),
            username=text("username"),
            password=text("password"),
            sslmode=sslmode,
            sslrootcert=authority,
        )

    def as_role(self, username: str, password: str) -> DatabaseAddress:
        """The same database as another role."""
        return replace(self, username=username, password=password)

    def parameters(self) -> dict[str, str | int]:
        """Keyword parameters of libpq (PostgreSQL manual, 32.1.2); holds the password."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.dbname,
            "user": self.username,
            "password": self.password,
            "sslmode": self.sslmode,
            **({"sslrootcert": authority_file(self.sslrootcert)} if self.sslrootcert else {}),
        }

    def environment(self) -> dict[str, str]:
        """The same for psql and pg_dump, as PG* variables; holds the password."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGDATABASE": self.dbname,
            "PGUSER": self.username,
            "PGPASSWORD": self.password,
            "PGSSLMODE": self.sslmode,
            **({"PGSSLROOTCERT": authority_file(self.sslrootcert)} if self.sslrootcert else {}),
        }
