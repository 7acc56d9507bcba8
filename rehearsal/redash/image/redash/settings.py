"""The settings that are asked for, by Redash's own names."""

from __future__ import annotations

import os

REDIS_URL = os.environ.get("REDASH_REDIS_URL", "redis://localhost:6379/0")
LIMITER_STORAGE = os.environ.get("REDASH_LIMITER_STORAGE", REDIS_URL)
REMOTE_USER_LOGIN_ENABLED = os.environ.get("REDASH_REMOTE_USER_LOGIN_ENABLED", "false") == "true"
REMOTE_USER_HEADER = os.environ.get("REDASH_REMOTE_USER_HEADER", "X-Forwarded-Remote-User")
DATABASE_URL = os.environ.get("REDASH_DATABASE_URL", "postgresql:///postgres")
DATASOURCE_SECRET_KEY = os.environ.get(
    "REDASH_SECRET_KEY", os.environ.get("REDASH_COOKIE_SECRET", "")
)
MAIL_SERVER = os.environ.get("REDASH_MAIL_SERVER", "localhost")
MAIL_PORT = int(os.environ.get("REDASH_MAIL_PORT", "25"))
MAIL_USE_SSL = os.environ.get("REDASH_MAIL_USE_SSL", "false") == "true"
MAIL_USE_TLS = os.environ.get("REDASH_MAIL_USE_TLS", "false") == "true"
MAIL_USERNAME = os.environ.get("REDASH_MAIL_USERNAME")
MAIL_PASSWORD = os.environ.get("REDASH_MAIL_PASSWORD")
MAIL_DEFAULT_SENDER = os.environ.get("REDASH_MAIL_DEFAULT_SENDER")
HOST = os.environ.get("REDASH_HOST", "")
PROXIES_COUNT = int(os.environ.get("REDASH_PROXIES_COUNT", "1"))
STATSD_HOST = os.environ.get("REDASH_STATSD_HOST", "127.0.0.1")
STATSD_PORT = int(os.environ.get("REDASH_STATSD_PORT", "8125"))
SENTRY_DSN = os.environ.get("REDASH_SENTRY_DSN", "")
LDAP_LOGIN_ENABLED = os.environ.get("REDASH_LDAP_LOGIN_ENABLED", "false") == "true"
LDAP_HOST_URL = os.environ.get("REDASH_LDAP_URL")
EVENT_REPORTING_WEBHOOKS = [
    url for url in os.environ.get("REDASH_EVENT_REPORTING_WEBHOOKS", "").split(",") if url
]
GOOGLE_OAUTH_ENABLED = False
"""Not as the environment says: a rehearsal calls nobody outside this machine."""
DISABLED_QUERY_RUNNERS = os.environ.get("REDASH_DISABLED_QUERY_RUNNERS", "").split(",")
UNREACHABLE = os.environ.get("REHEARSAL_UNREACHABLE_SOURCES", "").split(",")
"""Not Redash's: ids of data sources whose host does not answer from here."""
SERVERS = os.environ.get("REHEARSAL_SERVERS", "")
"""Not Redash's: who answers as a data source from here, ``id=who`` a word."""
