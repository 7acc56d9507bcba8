"""What Redash's settings are for, and what breaks without them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from redash_migration.record.checks import CheckStatus


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that break the same thing; ``status`` is that of a missing one."""

    id: str
    names: re.Pattern[str]
    breaks: str
    status: CheckStatus


def _group(name: str, pattern: str, breaks: str, status: CheckStatus) -> Group:
    return Group(name, re.compile(pattern), breaks, status)


GROUPS = (
    _group(
        "settings.sign_in",
        r"REDASH_(GOOGLE|SAML|LDAP|OIDC|JWT|REMOTE_USER|AUTH|PASSWORD|SEARCH_DN|BLOCKED_DOMAINS"
        r"|COOKIES?_SECURE|SESSION|REMEMBER|INVITATION|ORG_RESOLVING).*",
        "people can't sign in as before",
        "FAIL",
    ),
    _group(
        "settings.mail",
        r"REDASH_(MAIL|HOST|ALERTS|SEND|MAX_FAILURE)(_.*)?",
        "alerts and invitations are not sent, or lead nowhere",
        "FAIL",
    ),
    _group(
        "settings.runners",
        r"REDASH_((ADDITIONAL|ENABLED|DISABLED)_.*|DYNAMIC_SETTINGS_MODULE)",
        "data sources or alert destinations are missing",
        "FAIL",
    ),
    _group(
        "settings.access",
        r"REDASH_(ENFORCE|MULTI_ORG|CORS|CONTENT_SECURITY|HSTS|FRAME|REFERRER|FEATURE_POLICY"
        r"|ALLOW|REQUESTS|CSRF|DISABLE_PUBLIC).*",
        "pages answer otherwise than before",
        "FAIL",
    ),
    _group(
        "settings.limits",
        r"REDASH_.*(LIMIT|TTL|CLEANUP|TIMEOUT|EXPIRY|MAX_|PAGE_SIZE|SCHEDULE|INTERVAL|RATELIMIT"
        r"|THROTTLE).*",
        "queries run longer, shorter or more often than before",
        "WARN",
    ),
    _group(
        "settings.network",
        r"(?i:(https?|no|all|ftp)_proxy)|REQUESTS_CA_BUNDLE|SSL_CERT_.*|AWS_.*|GOOGLE_.*|CURL_.*"
        r"|ATHENA_.*",
        "data sources may not be reached",
        "WARN",
    ),
    _group("settings.other", r".*", "something is otherwise than before", "WARN"),
)

OWN = re.compile(
    r"REDASH_(DATABASE_URL|REDIS_URL|SECRET_KEY|COOKIE_SECRET|WEB_WORKERS|PROXIES_COUNT"
    r"|LIMITER_STORAGE|LOG_.*|GUNICORN_BIND|STATSD_.*|RQ_.*LOG_FORMAT|VERSION_CHECK)"
    r"|(RQ_)?REDIS_URL|DATABASE_URL|SQLALCHEMY_.*|QUEUES|WORKERS_COUNT|MAX_REQUESTS.*|PORT"
    r"|POSTGRES(QL)?_.*|PATH|HOME|HOSTNAME|PWD|OLDPWD|SHLVL|TERM|TMPDIR|LANG|LC_.*|PYTHON.*|GPG_KEY"
    r"|SUPERVISOR_.*|ECS_.*|AWS_EXECUTION_ENV|AWS_CONTAINER_.*|AWS_(DEFAULT_)?REGION|DEBIAN_FRONTEND"
)
"""What each home has of its own: addresses, sizes, logs. Secrets and queues have own checks."""


def group_of(name: str) -> Group:
    """The group whose check a setting belongs to."""
    return next(group for group in GROUPS if group.names.fullmatch(name))
