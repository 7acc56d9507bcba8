"""Which settings of the old home the new one lacks, and what breaks without them."""

from __future__ import annotations

from typing import Any

import pytest

from redash_migration.host.inspection import fingerprint
from redash_migration.traffic.proof.containers import ROLES
from redash_migration.traffic.proof.redash_settings import by_role, compare_settings
from redash_migration.traffic.proof.setting_groups import OWN, group_of

KEY = "k" * 32

PLAIN = {
    "REDASH_REDIS_URL": "redis://redis:6379/0",
    "REDASH_SECRET_KEY": "s",
    "REDASH_COOKIE_SECRET": "c",
    "REDASH_DATABASE_URL": "postgresql://x",
    "REDASH_LOG_LEVEL": "INFO",
    "PYTHONUNBUFFERED": "0",
    "POSTGRES_PASSWORD": "p",
    "QUEUES": "queries",
    "REDASH_WEB_WORKERS": "4",
}


def old(**values: str) -> dict[str, dict[str, list[str]]]:
    every = {**PLAIN, **values}
    return {
        role: {name: [fingerprint(KEY, value)] for name, value in every.items()} for role in ROLES
    }


def definitions(
    environment: dict[str, str] | None = None, secrets: tuple[str, ...] = (), file: bool = False
) -> list[dict[str, Any]]:
    return [
        {
            "name": "redash",
            "command": [role],
            "environment": [{"name": k, "value": v} for k, v in (environment or {}).items()],
            "secrets": [{"name": name, "valueFrom": "arn:x"} for name in secrets],
            "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/env"}] if file else [],
        }
        for role in ROLES
    ]


def statuses(checks: Any) -> dict[str, str]:
    return {check.id: check.status for check in checks if check.status != "PASS"}


def test_the_plain_installation_raises_no_alarm() -> None:
    new = by_role(definitions({"REDASH_LOG_LEVEL": "WARNING"}), KEY)
    assert statuses(compare_settings(old(), new)) == {}


@pytest.mark.parametrize(
    ("name", "group", "status"),
    [
        ("REDASH_MAIL_SERVER", "settings.mail", "FAIL"),
        ("REDASH_HOST", "settings.mail", "FAIL"),
        ("REDASH_GOOGLE_CLIENT_SECRET", "settings.sign_in", "FAIL"),
        ("REDASH_LDAP_LOGIN_ENABLED", "settings.sign_in", "FAIL"),
        ("REDASH_SAML_SCHEME_OVERRIDE", "settings.sign_in", "FAIL"),
        ("REDASH_REMOTE_USER_HEADER", "settings.sign_in", "FAIL"),
        ("REDASH_ADDITIONAL_QUERY_RUNNERS", "settings.runners", "FAIL"),
        ("REDASH_DISABLED_QUERY_RUNNERS", "settings.runners", "FAIL"),
        ("REDASH_MULTI_ORG", "settings.access", "FAIL"),
        ("REDASH_ENFORCE_HTTPS", "settings.access", "FAIL"),
        ("REDASH_ADHOC_QUERY_TIME_LIMIT", "settings.limits", "WARN"),
        ("REDASH_JOB_EXPIRY_TIME", "settings.limits", "WARN"),
        ("HTTPS_PROXY", "settings.network", "WARN"),
        ("https_proxy", "settings.network", "WARN"),
        ("TNS_ADMIN", "settings.other", "WARN"),
    ],
)
def test_a_missing_setting_is_named_with_what_it_breaks(name: str, group: str, status: str) -> None:
    value = "a value nobody may read"
    found = compare_settings(old(**{name: value}), by_role(definitions(), KEY))
    assert statuses(found) == {group: status}
    (check,) = [check for check in found if check.status != "PASS"]
    assert f"{name}=<as in the old env file>" in check.remedy
    assert value not in str(check)
    here = by_role(definitions({name: value}), KEY)
    assert statuses(compare_settings(old(**{name: value}), here)) == {}
    assert (
        statuses(compare_settings(old(**{name: value}), by_role(definitions(secrets=(name,)), KEY)))
        == {}
    )
    other = compare_settings(old(**{name: value}), by_role(definitions({name: "another"}), KEY))
    assert statuses(other) == {group: "WARN"}
    assert statuses(compare_settings(old(**{name: value}), by_role([], KEY), known=[name])) == {}


def test_a_role_that_lacks_it_alone_is_named() -> None:
    new = definitions({"REDASH_MAIL_SERVER": "m"})
    new[2]["environment"] = []
    (check,) = [
        one
        for one in compare_settings(old(REDASH_MAIL_SERVER="m"), by_role(new, KEY))
        if one.status != "PASS"
    ]
    assert "REDASH_MAIL_SERVER (worker)" in check.detail


def test_what_an_environment_file_may_hold_is_no_pass() -> None:
    found = compare_settings(old(REDASH_MAIL_SERVER="m"), by_role(definitions(file=True), KEY))
    assert statuses(found) == {"settings.mail": "WARN"}


def test_containers_of_a_role_that_differ_among_themselves_may_all_be_right() -> None:
    before = old()
    before["worker"]["REDASH_ADHOC_QUERY_TIME_LIMIT"] = [
        fingerprint(KEY, "1"),
        fingerprint(KEY, "2"),
    ]
    new = by_role(definitions({"REDASH_ADHOC_QUERY_TIME_LIMIT": "2"}), KEY)
    assert statuses(compare_settings(before, new)) == {}


def test_secrets_and_addresses_are_each_home_s_own() -> None:
    assert all(OWN.fullmatch(name) for name in PLAIN)
    assert group_of("REDASH_REDASH").id == "settings.other"
