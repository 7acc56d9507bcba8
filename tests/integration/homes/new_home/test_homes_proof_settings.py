"""Faults of a new home's settings and surroundings that a Redash which answers does not show."""

from __future__ import annotations

import datetime
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from redash_migration.database.session.connection import connect
from redash_migration.record import Check
from redash_migration.traffic.proof.answers import Proof
from redash_migration.traffic.proof.judging import judge
from rehearsal.old_host.redis import Redis
from rehearsal.redash.encryption import encrypt_options
from tests.integration.homes.local_aws import SECRET_KEY
from tests.integration.homes.new_home.conftest import QUEUES, Homes, statuses


def told(new: Proof, old: Proof) -> dict[str, Check]:
    return {one.id: one for one in judge(new, old, QUEUES) if one.status != "PASS"}


SETTINGS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    # The compose file's own name: Redash's client of statsd asks for it as Redash is loaded.
    "a statsd that only the old host knows": (
        {"REDASH_STATSD_HOST": "statsd.invalid"},
        {"proof.redash": "FAIL"},
        "name not found, at settings.STATSD_HOST",
    ),
    "a number that is none": (
        {"REDASH_PROXIES_COUNT": "two"},
        {"proof.redash": "FAIL"},
        "ValueError, at REDASH_PROXIES_COUNT",
    ),
    "the old home's nginx still counted": (
        {"REDASH_PROXIES_COUNT": "2"},
        {"proof.place": "WARN"},
        "users then come from its address alone",
    ),
    "no proxy counted at all": (
        {"REDASH_PROXIES_COUNT": "0"},
        {"proof.place": "WARN"},
        "sign-in leads back to http://",
    ),
    "links to an address in numbers": (
        {"REDASH_HOST": "http://10.1.2.3:5000"},
        {"proof.place": "WARN"},
        "links in mails and alerts go past the load balancer",
    ),
    "links to the container itself": (
        {"REDASH_HOST": "localhost:5000"},
        {"proof.place": "WARN"},
        "REDASH_HOST",
    ),
    "another time zone": ({"TZ": "Asia/Tokyo"}, {"proof.place": "WARN"}, "+9 h"),
    "a Sentry out of reach": (
        {"REDASH_SENTRY_DSN": "http://hunter2@127.0.0.1:1/4"},
        {"proof.addresses": "WARN"},
        "Sentry (fails, refused)",
    ),
    "a proxy out of reach": (
        {"HTTPS_PROXY": "http://u:hunter2@127.0.0.1:1"},
        {"proof.addresses": "WARN"},
        "HTTPS_PROXY (fails, refused)",
    ),
}


@pytest.mark.parametrize("fault", SETTINGS)
def test_each_is_named_by_its_own_check_alone(homes: Homes, fault: str) -> None:
    variables, expected, words = SETTINGS[fault]
    found = told(homes.new(**variables), homes.old())
    assert {name: one.status for name, one in found.items()} == expected
    assert words in " ".join(one.detail for one in found.values())


@pytest.mark.parametrize(
    "variables",
    [
        {"REDASH_HOST": "https://redash.example.com"},
        {"REDASH_HOST": "10things.example.com", "REDASH_PROXIES_COUNT": "1", "TZ": "UTC"},
    ],
)
def test_what_fits_raises_no_alarm(homes: Homes, variables: dict[str, str]) -> None:
    assert statuses(homes.new(**variables), homes.old(TZ="UTC")) == {}


ROLE: dict[str, tuple[str, str]] = {
    "requests cut off": ("SET statement_timeout = '5s'", "statement_timeout is 5000 ms"),
    "transactions cut off": (
        "SET idle_in_transaction_session_timeout = 60000",
        "idle_in_transaction_session_timeout is 60000 ms",
    ),
    "few connections": ("CONNECTION LIMIT 5", "it may have 5 connections"),
    "idle ones ended after a day": ("SET idle_in_transaction_session_timeout = '1d'", ""),
}


@pytest.mark.parametrize("fault", ROLE)
def test_what_redash_s_role_is_limited_by_is_named(homes: Homes, fault: str) -> None:
    change, words = ROLE[fault]
    place = homes.database
    with connect(place, purpose="test", read_only=False, autocommit=True) as session:
        session.execute("CREATE ROLE limited LOGIN SUPERUSER PASSWORD 'limited'")
        session.execute(f"ALTER ROLE limited {change}".encode())
    url = f"postgresql://limited:limited@{place.host}:{place.port}/{place.dbname}"
    try:
        new = homes.new(REDASH_DATABASE_URL=url)
    finally:
        with connect(place, purpose="test", read_only=False, autocommit=True) as session:
            session.execute("DROP ROLE limited")
    found = told(new, homes.old())
    assert {name: one.status for name, one in found.items()} == (
        {"proof.database": "WARN"} if words else {}
    )
    assert not words or words in found["proof.database"].detail
    limits = {"writing": new.facts["writing"]}
    before = replace(homes.old(), facts={**homes.old().facts, **limits})
    assert statuses(new, before) == {}, "the old home has the same"


@contextmanager
def source(homes: Homes, kind: str, options: dict[str, str]) -> Iterator[int]:
    """A data source more in the database of both."""
    with connect(homes.database, purpose="test", read_only=False, autocommit=True) as session:
        [(number,)] = session.execute(
            "INSERT INTO data_sources (org_id, name, type, encrypted_options, queue_name,"
            " scheduled_queue_name, created_at) SELECT org_id, 'one more', %s, %s, queue_name,"
            " scheduled_queue_name, now() FROM data_sources ORDER BY id LIMIT 1 RETURNING id",
            [kind, encrypt_options(options, SECRET_KEY)],
        ).fetchall()
        try:
            yield int(number)
        finally:
            session.execute("DELETE FROM data_sources WHERE id = %s", [number])


def test_a_file_that_only_the_old_container_has_is_named_and_not_made(
    homes: Homes, tmp_path: Path
) -> None:
    shop, keys = tmp_path / "shop.db", tmp_path / "krb5.keytab"
    for file in (shop, keys):
        file.touch()
    odd = {"keytab": str(keys), "httpPath": "/sql/1.0/hunter2", "everything": "/*"}
    with (
        source(homes, "sqlite", {"dbpath": str(shop)}) as first,
        source(homes, "hive", odd) as second,
    ):
        old = homes.old(TZ="UTC")
        assert old.sources[first]["state"] == "answers"
        shop.unlink()
        keys.unlink()
        new = homes.new()
    assert not shop.exists(), "a connection to a file that is not there makes it"
    found = told(new, old)
    assert {name: one.status for name, one in found.items()} == {
        "proof.data_sources": "WARN",
        "proof.files": "WARN",
    }
    assert f"data source {first} (sqlite): fails, no such file" in (
        found["proof.data_sources"].detail
    )
    assert found["proof.files"].detail.endswith(
        f"data source {first} (sqlite): dbpath; data source {second} (hive): keytab"
    )
    assert {one.id for one in judge(new, new, QUEUES) if one.status != "PASS"} == {"proof.redis"}


def test_a_python_module_that_was_installed_by_hand_is_named(homes: Homes, tmp_path: Path) -> None:
    (tmp_path / "forecast_2024.py").touch()
    wanted = {
        "allowedImportModules": "json, sys,os.path,forecast_2024.models",
        "additionalModulesPaths": str(tmp_path),
    }
    with source(homes, "python", wanted) as number:
        old = homes.old(TZ="UTC")
        (tmp_path / "forecast_2024.py").unlink()
        new = homes.new()
    assert new.sources[number]["state"] == "untested"
    found = told(new, old)
    assert {name: one.status for name, one in found.items()} == {"proof.files": "WARN"}
    assert found["proof.files"].detail.endswith(f"{number} (python): forecast_2024")


@pytest.mark.parametrize(("kind", "name"), [("json", "base_url"), ("url", "url")])
def test_what_redash_s_own_test_never_asks_is_asked(homes: Homes, kind: str, name: str) -> None:
    with source(homes, kind, {name: "http://intranet.invalid/api?token=hunter2"}) as number:
        new = homes.new()
    answering = {n: {**one, "state": "answers"} for n, one in new.sources.items()}
    found = told(new, replace(homes.old(), sources=answering))
    assert list(found) == ["proof.data_sources"]
    assert f"data source {number} ({kind}): fails, name not found" in (
        found["proof.data_sources"].detail
    )


def certificate(directory: Path) -> ssl.SSLContext:
    """A server's side of TLS, by an authority that no system knows; its ca.pem beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (directory / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "ca.pem", directory / "key.pem")
    return context


TLS: dict[str, tuple[str, str]] = {
    "an authority that is not known there": (
        "rediss://:secret@127.0.0.1:{port}/2",
        "its certificate is not trusted",
    ),
    "an authority's file that is not there": (
        "rediss://:secret@127.0.0.1:{port}/2?ssl_ca_certs=/etc/ssl/hunter2/ca.pem",
        "no such file",
    ),
    "no TLS where it is wanted": ("redis://:secret@127.0.0.1:{port}/2", "maybe it wants TLS"),
    "the authority's file": ("rediss://:secret@127.0.0.1:{port}/2?ssl_ca_certs=CA", ""),
    "an authority that nobody asks for": (
        "rediss://:secret@127.0.0.1:{port}/2?ssl_cert_reqs=none",
        "",
    ),
}


@pytest.mark.parametrize("fault", TLS)
def test_a_redis_of_a_private_authority(homes: Homes, tmp_path: Path, fault: str) -> None:
    url, words = TLS[fault]
    redis = Redis("secret", 2, tls=certificate(tmp_path))
    redis.start()
    try:
        secure = replace(homes, new_redis=redis)
        new = secure.new(REDASH_REDIS_URL=url.replace("CA", str(tmp_path / "ca.pem")))
    finally:
        redis.stop()
    found = told(new, homes.old())
    assert {name: one.status for name, one in found.items()} == (
        {"proof.redis": "FAIL"} if words else {}
    )
    assert not words or words in found["proof.redis"].detail


def test_what_many_sources_lack_fits_into_a_line() -> None:
    """Behind 4,000 characters host/prove.sh cuts a line off, and all of it is lost."""
    ids = range(10_000, 10_060)
    line = {"ids": [*ids], "kind": "sources", "state": "answers", "type": "insecure_script",
            "why": "", "who": {}, "lacks": {number: ["a" * 30] for number in ids}}  # fmt: skip
    assert len("@proof " + json.dumps(line, separators=(",", ":"))) < 4000
