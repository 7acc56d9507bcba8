"""Making a restored dump usable in a rehearsal: an API key to call, secrets that open."""

from __future__ import annotations

import psycopg
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.redash.encryption import WrongSecretKey, decrypt_options, encrypt_options

_ENCRYPTED = ("data_sources", "notification_destinations")


def api_key(address: DatabaseAddress) -> str:
    """The API key of an enabled user, an administrator if there is one; LookupError if none."""
    with _connect(address) as connection:
        row = connection.execute(
            "SELECT u.api_key FROM users u LEFT JOIN groups g"
            " ON g.id = ANY (u.groups) AND 'admin' = ANY (g.permissions)"
            " WHERE u.disabled_at IS NULL ORDER BY g.id IS NULL, u.id LIMIT 1"
        ).fetchone()
    if row is None:
        raise LookupError("the database has no enabled user; restore a dump of a Redash in use")
    return str(row[0])


def adopt_secret_key(address: DatabaseAddress, secret_key: str) -> int:
    """Encrypt with ``secret_key`` what can't be decrypted with it; the number of such rows.

    Nobody need give away a real secret key for a rehearsal: options it would open are replaced by
    empty ones in the restored copy.
    """
    replaced = 0
    with _connect(address) as connection:
        for table in _ENCRYPTED:
            name = sql.Identifier(table)
            rows = connection.execute(
                sql.SQL("SELECT id, encrypted_options FROM {}").format(name)
            ).fetchall()
            for number, encrypted in rows:
                try:
                    decrypt_options(bytes(encrypted), secret_key)
                except WrongSecretKey:
                    connection.execute(
                        sql.SQL("UPDATE {} SET encrypted_options = %s WHERE id = %s").format(name),
                        [encrypt_options({}, secret_key), number],
                    )
                    replaced += 1
    return replaced


def _connect(address: DatabaseAddress) -> psycopg.Connection:
    return psycopg.connect(**address.parameters())  # type: ignore[arg-type]
