"""Faults of a new home's settings: each is named before the approval, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from redash_migration.host.inspection import fingerprint
from redash_migration.record import Check
from redash_migration.traffic.new_home.secrets import compare_secrets, respelt
from redash_migration.traffic.proof.containers import ROLES
from redash_migration.traffic.proof.essentials import essentials
from redash_migration.traffic.proof.redash_settings import (
    NewSettings,
    by_role,
    compare_settings,
    with_baked,
)

KEY = "k" * 32
ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:"
SECRETS = {
    "REDASH_SECRET_KEY": f"{ARN}redash/secret-key-AbCdEf",
    "REDASH_COOKIE_SECRET": f"{ARN}redash/cookie-secret-AbCdEf",
}
VALUES = {"REDASH_SECRET_KEY": "s3cret", "REDASH_COOKIE_SECRET": "c00kie"}
WORKERS = ("scheduled_queries,schemas", "queries", "periodic,emails,default")

FULL = {
    "REDASH_MAIL_SERVER": "smtp.example.com",
    "REDASH_MAIL_DEFAULT_SENDER": "redash@example.com",
    "REDASH_HOST": "https://redash.example.com",
    "REDASH_GOOGLE_CLIENT_ID": "an-id",
    "REDASH_SAML_AUTH_ENABLED": "true",
    "REDASH_ADDITIONAL_QUERY_RUNNERS": "redash.query_runner.python",
    "REDASH_ENFORCE_HTTPS": "true",
    "REDASH_CONTENT_SECURITY_POLICY": "default-src 'self'",
    "REDASH_THROTTLE_LOGIN_PATTERN": "50/hour",
    "REDASH_QUERY_RESULTS_CLEANUP_ENABLED": "false",
    "REDASH_GUNICORN_TIMEOUT": "300",
    "HTTPS_PROXY": "http://proxy.example.com:3128",
    "TZ": "Asia/Tokyo",
}


@dataclass
class Homes:
    """An old home, and a new one whose containers are right until something is done to them."""

    settings: dict[str, str] = field(default_factory=dict)
    containers: list[dict[str, Any]] = field(default_factory=list)
    old_secrets: dict[str, str] = field(default_factory=lambda: dict(VALUES))
    new_secrets: dict[str, str] = field(default_factory=lambda: dict(VALUES))
    known: tuple[str, ...] = ()

    def of(self, *roles: str) -> list[dict[str, Any]]:
        return [one for one in self.containers if one["command"][0] in roles]

    def set(self, name: str, value: str | None, *roles: str) -> None:
        """Give a variable another value in the new home, or take it out."""
        for one in self.of(*(roles or ROLES)):
            kept = [pair for pair in one["environment"] if pair["name"] != name]
            one["environment"] = kept + ([] if value is None else [{"name": name, "value": value}])

    def secret(self, name: str, source: str | None, *roles: str) -> None:
        for one in self.of(*(roles or ROLES)):
            kept = [pair for pair in one["secrets"] if pair["name"] != name]
            one["secrets"] = kept + (
                [] if source is None else [{"name": name, "valueFrom": source}]
            )

    def checks(self) -> list[Check]:
        every = {**self.settings, **self.old_secrets, "REDASH_REDIS_URL": "redis://redis:6379/0",
                 "REDASH_DATABASE_URL": "postgresql://postgres:p@postgres/postgres",
                 "POSTGRES_PASSWORD": "p", "PYTHONUNBUFFERED": "0"}  # fmt: skip
        old = {role: {n: [fingerprint(KEY, v)] for n, v in every.items()} for role in ROLES}
        new = {name: fingerprint(KEY, value) for name, value in self.new_secrets.items()}
        others = respelt(KEY, self.new_secrets.__getitem__, {name: name for name in SECRETS})
        return [
            *compare_secrets(old["server"], new, others),
            essentials(self.containers, SECRETS, old["server"], KEY),
            *compare_settings(old, by_role(self.containers, KEY), known=self.known),
        ]

    def named(self) -> dict[str, str]:
        return {check.id: check.status for check in self.checks() if check.status != "PASS"}


def homes(settings: dict[str, str]) -> Homes:
    secrets = [{"name": name, "valueFrom": arn} for name, arn in SECRETS.items()]
    secrets.append(
        {"name": "REDASH_DATABASE_URL", "valueFrom": f"{ARN}redash/database-AbCdEf:url::"}
    )
    shared = {"REDASH_REDIS_URL": "rediss://cache.example:6379/0", "REDASH_LOG_LEVEL": "INFO"}
    jobs = [("server", {}), ("scheduler", {}), *(("worker", {"QUEUES": one}) for one in WORKERS)]
    containers = [
        {
            "name": f"redash-{place}",
            "image": "redash/redash:25.8.0",
            "command": [role],
            "environment": [
                {"name": name, "value": value}
                for name, value in {**shared, **settings, **own}.items()
            ],
            "secrets": deepcopy(secrets),
        }
        for place, (role, own) in enumerate(jobs)
    ]
    return Homes(dict(settings), containers)


def emails_alone(new: Homes) -> None:
    """The one worker that sends mails has no mail server."""
    worker = new.of("worker")[2]
    worker["environment"] = [e for e in worker["environment"] if e["name"] != "REDASH_MAIL_SERVER"]


def empty_cookie_secret(new: Homes) -> None:
    """Given, and worth nothing: Redash takes it as it is."""
    new.secret("REDASH_COOKIE_SECRET", None)
    new.set("REDASH_COOKIE_SECRET", "")


FAULTS: dict[str, tuple[Callable[[Homes], None], dict[str, str], str]] = {
    "another mail server": (
        lambda new: new.set("REDASH_MAIL_SERVER", "old-smtp.example.com"),
        {"settings.mail": "WARN"}, "REDASH_MAIL_SERVER",
    ),
    "no mail server for the worker that sends": (
        emails_alone, {"settings.mail": "WARN"}, "REDASH_MAIL_SERVER (worker)",
    ),
    "no cookie secret for the scheduler": (
        lambda new: new.secret("REDASH_COOKIE_SECRET", None, "scheduler"),
        {"services.essentials": "FAIL"}, "REDASH_COOKIE_SECRET is missing in redash-1",
    ),
    "an empty cookie secret": (
        empty_cookie_secret,
        {"services.essentials": "FAIL"}, "REDASH_COOKIE_SECRET is missing",
    ),
    "the secret key from another secret than was compared": (
        lambda new: new.secret("REDASH_SECRET_KEY", f"{ARN}staging/secret-key-XyZ"),
        {"services.essentials": "FAIL"}, "REDASH_SECRET_KEY of redash-0",
    ),
    "no secret key at all": (
        lambda new: new.secret("REDASH_SECRET_KEY", None),
        {"services.essentials": "FAIL"}, "REDASH_SECRET_KEY is missing",
    ),
    "workers with another redis database than the server": (
        lambda new: new.set("REDASH_REDIS_URL", "rediss://cache.example:6379/1", "worker"),
        {"services.essentials": "FAIL"}, "REDASH_REDIS_URL is not the same",
    ),
    "jobs that go where no worker is": (
        lambda new: new.set("RQ_REDIS_URL", "rediss://jobs.example:6379/0", "server", "scheduler"),
        {"services.essentials": "FAIL"}, "RQ_REDIS_URL is not the same",
    ),
    "workers that write to another database": (
        lambda new: new.secret("REDASH_DATABASE_URL", f"{ARN}staging/db-XyZ:url::", "worker"),
        {"services.essentials": "FAIL"}, "REDASH_DATABASE_URL is not the same",
    ),
    "a runner left out": (
        lambda new: new.set("REDASH_ADDITIONAL_QUERY_RUNNERS", None, "worker"),
        {"settings.runners": "FAIL"}, "REDASH_ADDITIONAL_QUERY_RUNNERS (worker)",
    ),
    "a runner switched off in the new home alone": (
        lambda new: new.set("REDASH_DISABLED_QUERY_RUNNERS", "redash.query_runner.pg"),
        {"settings.runners": "WARN"}, "only in the new home: REDASH_DISABLED_QUERY_RUNNERS",
    ),
    "scheduled queries switched off in the new home alone": (
        lambda new: new.set("REDASH_FEATURE_DISABLE_REFRESH_QUERIES", "true", "worker"),
        {"settings.other": "WARN"}, "REDASH_FEATURE_DISABLE_REFRESH_QUERIES (worker)",
    ),
    "SAML left out": (
        lambda new: new.set("REDASH_SAML_AUTH_ENABLED", None),
        {"settings.sign_in": "FAIL"}, "REDASH_SAML_AUTH_ENABLED",
    ),
    "passwords refused in the new home alone": (
        lambda new: new.set("REDASH_PASSWORD_LOGIN_ENABLED", "false"),
        {"settings.sign_in": "WARN"}, "only in the new home: REDASH_PASSWORD_LOGIN_ENABLED",
    ),
    "another content security policy": (
        lambda new: new.set("REDASH_CONTENT_SECURITY_POLICY", "default-src 'none'"),
        {"settings.access": "WARN"}, "REDASH_CONTENT_SECURITY_POLICY",
    ),
    "HTTPS no longer enforced": (
        lambda new: new.set("REDASH_ENFORCE_HTTPS", None),
        {"settings.access": "FAIL"}, "REDASH_ENFORCE_HTTPS",
    ),
    "another rate limit": (
        lambda new: new.set("REDASH_THROTTLE_LOGIN_PATTERN", "5/hour"),
        {"settings.limits": "WARN"}, "REDASH_THROTTLE_LOGIN_PATTERN",
    ),
    "downloads cut off sooner": (
        lambda new: new.set("REDASH_GUNICORN_TIMEOUT", None),
        {"settings.limits": "WARN"}, "REDASH_GUNICORN_TIMEOUT",
    ),
    "old results cleaned up again": (
        lambda new: new.set("REDASH_QUERY_RESULTS_CLEANUP_ENABLED", None),
        {"settings.limits": "WARN"}, "REDASH_QUERY_RESULTS_CLEANUP_ENABLED",
    ),
    "no proxy to the data sources": (
        lambda new: new.set("HTTPS_PROXY", None), {"settings.network": "WARN"}, "HTTPS_PROXY",
    ),
    "a proxy in the new home alone": (
        lambda new: new.set("NO_PROXY", "*"), {"settings.network": "WARN"}, "NO_PROXY",
    ),
    "another time zone": (
        lambda new: new.set("TZ", "UTC"), {"settings.other": "WARN"}, "TZ",
    ),
    "a secret key with a line break at its end": (
        lambda new: new.new_secrets.update(REDASH_SECRET_KEY="s3cret\n"),
        {"secrets.secret_key": "FAIL"}, "by blanks or a line break around it",
    ),
    "a secret key whose quotes Compose 1 has kept": (
        lambda new: new.old_secrets.update(REDASH_SECRET_KEY='"s3cret"'),
        {"secrets.secret_key": "FAIL"}, "by the quotes around it",
    ),
    "a secret key stored with its quotes": (
        lambda new: new.new_secrets.update(REDASH_SECRET_KEY="'s3cret'"),
        {"secrets.secret_key": "FAIL"}, "by the quotes around it",
    ),
    "another secret key": (
        lambda new: new.old_secrets.update(REDASH_SECRET_KEY="older"),
        {"secrets.secret_key": "FAIL"}, "REDASH_SECRET_KEY differs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_is_named_by_its_own_check_alone(fault: str) -> None:
    spoil, expected, words = FAULTS[fault]
    new = homes(FULL)
    spoil(new)
    assert new.named() == expected
    said = " ".join(check.detail for check in new.checks() if check.status != "PASS")
    assert words in said
    for value in {*FULL.values(), *VALUES.values()} - {"true", "false", "UTC", "300"}:
        assert value not in said


@pytest.mark.parametrize("settings", [{}, FULL], ids=["plain", "full"])
def test_homes_that_agree_raise_no_alarm(settings: dict[str, str]) -> None:
    assert homes(settings).named() == {}


def test_without_a_secret_key_of_its_own_none_is_needed() -> None:
    new = homes({})
    del new.old_secrets["REDASH_SECRET_KEY"]
    new.secret("REDASH_SECRET_KEY", None)
    assert "services.essentials" not in new.named()


def test_what_an_environment_file_holds_is_left_to_the_running_task() -> None:
    new = homes({})
    for one in new.containers:
        one["environmentFiles"] = [{"type": "s3", "value": "arn:aws:s3:::b/env"}]
        one["environment"], one["secrets"] = [], []
    assert "services.essentials" not in new.named()


def test_older_names_and_plain_values_count_too() -> None:
    new = homes({})
    new.set("REDASH_REDIS_URL", None)
    new.set("REDIS_URL", "rediss://cache.example:6379/0")
    new.secret("REDASH_COOKIE_SECRET", None)
    new.set("REDASH_COOKIE_SECRET", VALUES["REDASH_COOKIE_SECRET"])
    assert new.named() == {}
    new.set("REDASH_COOKIE_SECRET", "another")
    assert new.named() == {"services.essentials": "FAIL"}


def test_what_is_new_on_purpose_may_be_named() -> None:
    new = homes({})
    new.set("REDASH_DISABLED_QUERY_RUNNERS", "x")
    new.known = ("REDASH_DISABLED_QUERY_RUNNERS",)
    assert new.named() == {}


def test_what_the_old_image_sets_by_itself_is_missed_by_a_task_that_runs() -> None:
    old = {"server": {"REDASH_HOST": ["a" * 16]}, "worker": {}}
    baked = {"server": {"REDASH_MAIL_SERVER": ["b" * 16], "REDASH_HOST": ["c" * 16]}, "worker": {}}
    both = with_baked(old, baked)
    assert both["server"] == {"REDASH_MAIL_SERVER": ["b" * 16], "REDASH_HOST": ["a" * 16]}
    running = {"server": NewSettings({"REDASH_HOST": "a" * 16})}
    bad = [one for one in compare_settings(both, running) if one.status != "PASS"]
    assert [(one.id, one.status) for one in bad] == [("settings.mail", "FAIL")]
    assert with_baked({}, {}) == {}
