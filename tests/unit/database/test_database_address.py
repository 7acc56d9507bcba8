"""Addresses out of secrets, which never show their password."""

from __future__ import annotations

from pathlib import Path

import pytest

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.errors import InvalidInput

SECRET = {
    "username": "redash",
    "password": "hidden",
    "host": "db.example.com",
    "port": "5433",
    "dbname": "redash",
}


def test_a_secret_as_rds_and_dms_write_it() -> None:
    address = DatabaseAddress.from_secret({**SECRET, "sslmode": "require", "engine": "pg"})
    assert (address.port, address.sslmode) == (5433, "require")
    assert str(address) == "redash@db.example.com:5433/redash"
    assert "hidden" not in repr(address) + str(address)
    assert address.parameters()["password"] == "hidden"
    assert address.environment()["PGSSLMODE"] == "require"


def test_what_a_managed_secret_lacks_is_filled_in() -> None:
    address = DatabaseAddress.from_secret(
        {"username": "u", "password": "p"}, host="h", port=1, dbname="d"
    )
    assert str(address) == "u@h:1/d"
    plain = DatabaseAddress.from_secret({**SECRET, "port": None})
    assert plain.port == 5432


@pytest.mark.parametrize("key", ["username", "password", "host", "dbname"])
def test_a_key_that_is_nowhere_is_named(key: str) -> None:
    with pytest.raises(InvalidInput, match=key):
        DatabaseAddress.from_secret({name: SECRET[name] for name in SECRET if name != key})


def test_a_port_that_is_none_is_named_without_the_rest() -> None:
    with pytest.raises(InvalidInput, match="port") as caught:
        DatabaseAddress.from_secret({**SECRET, "port": "hidden"})
    assert "hidden" not in str(caught.value)


def test_an_authority_in_the_secret_reaches_libpq_as_a_file() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nhere\n-----END CERTIFICATE-----\n"
    address = DatabaseAddress.from_secret({**SECRET, "sslmode": "verify-full", "sslrootcert": pem})
    path = Path(str(address.parameters()["sslrootcert"]))
    assert path.read_text(encoding="ascii") == pem
    assert address.environment()["PGSSLROOTCERT"] == str(path)
    assert "BEGIN" not in repr(address)
    path.unlink()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"sslmode": "strict"}, "'sslmode' in the database secret is none of disable"),
        ({"sslmode": "verify-full"}, "needs 'sslrootcert'"),
        ({"sslmode": "verify-ca", "sslrootcert": "/etc/ca.pem"}, "needs 'sslrootcert'"),
    ],
)
def test_tls_that_could_not_work_is_named(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        DatabaseAddress.from_secret({**SECRET, **given})
