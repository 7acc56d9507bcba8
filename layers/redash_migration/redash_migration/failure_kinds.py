"""Which failure it is: worth another try, refused until somebody mends something, or unforeseen."""

from __future__ import annotations

from typing import Any

from redash_migration.errors import (
    DatabaseRefused,
    MigrationError,
    StatementRefused,
    TransientFailure,
    Unforeseen,
)
from redash_migration.failure_text import is_of, words

_TRANSIENT_CODES = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ProvisionedThroughputExceededException",
        "TransactionConflictException",
        "SlowDown",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalFailure",
        "InternalError",
        "InternalServerError",
        "500",
        "503",
    }
)


_REFUSALS = ("password", "pg_hba.conf", "certificate", "is not permitted to log in")
"""What libpq says when another try would be refused like the first."""


def as_named(error: Exception) -> Exception:
    """The failure under the name that the state machine and the report know it by.

    What a database or our own code says of the values at hand stays behind; see failure_text.
    """
    if isinstance(error, MigrationError):
        return error
    found = as_refused(error) or as_transient(error)
    if found is not None:
        return found
    if is_of(error, "psycopg.Error"):
        return StatementRefused(words(error))
    if is_of(error, "botocore.ClientError"):
        return error
    return Unforeseen(words(error))


def as_transient(error: Exception) -> TransientFailure | None:
    """The failure that is worth another try, if this is one."""
    if isinstance(error, MigrationError):
        return None
    summary = f"{type(error).__name__}: {words(error)}"
    if is_of(error, "botocore.ClientError"):
        response: dict[str, Any] = getattr(error, "response", {})
        if response.get("Error", {}).get("Code") in _TRANSIENT_CODES:
            return TransientFailure(summary)
    if is_of(error, "botocore.HTTPClientError", "botocore.ConnectionError"):
        return TransientFailure(summary)
    if is_of(error, "psycopg.OperationalError") and not as_refused(error):
        return TransientFailure(summary)
    return None


def as_refused(error: Exception) -> DatabaseRefused | None:
    """The failure that stays until somebody mends the secret or the server, if this is one."""
    if not is_of(error, "psycopg.OperationalError"):
        return None
    said = words(error)
    if not any(refusal in said for refusal in _REFUSALS):
        return None
    return DatabaseRefused(
        f"{said}; compare the database's secret with the server's roles and pg_hba.conf"
    )
