"""Where a PostgreSQL database is, and as whom one speaks to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from redash_migration.errors import InvalidInput

DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """One database on one server. The password never shows in repr() or str()."""

    host: str
    port: int
    dbname: str
    username: str
    password: str = field(repr=False)
    sslmode: str = "prefer"

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}/{self.dbname}"

    @classmethod
    def from_secret(
        cls, secret: Mapping[str, Any], *, host: str = "", port: int = 0, dbname: str = ""
    ) -> DatabaseAddress:
        """The address in a Secrets Manager secret of a database.

        The keys are those that RDS and DMS use: username, password, host, port, dbname and,
        if wanted, sslmode. Secrets that RDS manages hold only the first two: the arguments fill
        in what the secret doesn't say. Raises InvalidInput naming the key that is nowhere.
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
        return cls(
            host=text("host", host),
            port=number,
            dbname=text("dbname", dbname),
            username=text("username"),
            password=text("password"),
            sslmode=text("sslmode", "prefer"),
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
        }
