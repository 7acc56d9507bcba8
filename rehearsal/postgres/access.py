"""A server's databases and roles: made, reached and dropped as its superuser."""

from __future__ import annotations

import time

import psycopg
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress


class Access:
    """What can be asked of a running server on 127.0.0.1 whose superuser's password is known."""

    host = "127.0.0.1"
    superuser = "postgres"
    password: str
    copies_files = False
    """Whether a database is made by copying files, not by writing every page into the WAL: half the
    work where nothing is flushed to the disk, more where it is."""

    @property
    def port(self) -> int:
        """Where the server listens."""
        raise NotImplementedError

    def address(
        self, dbname: str = "postgres", user: str | None = None, password: str | None = None
    ) -> DatabaseAddress:
        """A database's address; as the superuser unless a user is given."""
        return DatabaseAddress(
            host=self.host,
            port=self.port,
            dbname=dbname,
            username=user or self.superuser,
            password=self.password if password is None else password,
            sslmode="prefer",
        )

    def dsn(
        self, dbname: str = "postgres", user: str | None = None, password: str | None = None
    ) -> str:
        """The same as a libpq connection string."""
        address = self.address(dbname, user, password)
        return psycopg.conninfo.make_conninfo("", **address.parameters())

    def connect(self, dbname: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A superuser's session in autocommit."""
        return psycopg.connect(self.dsn(dbname), autocommit=True)

    def create_database(
        self,
        name: str,
        *,
        owner: str | None = None,
        template: str = "template0",
        encoding: str = "UTF8",
    ) -> DatabaseAddress:
        """Make a database as a copy of ``template``; its address as the superuser."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.Literal(encoding)
        )
        if self.copies_files:
            statement += sql.SQL(" STRATEGY FILE_COPY")
        if owner is not None:
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
        with self.connect() as connection:
            connection.execute(statement)
        return self.address(name)

    def drop_database(self, name: str) -> None:
        """Ends the sessions in it, drops its logical slots, and the database."""
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                " WHERE database = %s AND active_pid IS NOT NULL",
                [name],
            )
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                connection.execute(
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                    " WHERE database = %s AND NOT active",
                    [name],
                )
                left = connection.execute(
                    "SELECT 1 FROM pg_replication_slots WHERE database = %s", [name]
                ).fetchone()
                if left is None:
                    break
                time.sleep(0.05)
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def create_role(self, name: str, password: str, attributes: str = "LOGIN") -> None:
        """`attributes` are SQL words such as "LOGIN REPLICATION"."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} WITH {} PASSWORD {}").format(
                    sql.Identifier(name), sql.SQL(attributes), sql.Literal(password)
                )
            )
