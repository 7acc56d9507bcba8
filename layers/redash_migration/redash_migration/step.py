"""What every step has in common: its input checked, its time recorded, its failures named."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from redash_migration import wiring
from redash_migration.errors import (
    DatabaseRefused,
    InvalidInput,
    MigrationError,
    TransientFailure,
)

if TYPE_CHECKING:
    from redash_migration.record.steps import Steps

MIGRATION_ID = re.compile(r"redash-\d{8}-\d{6}")
"""What a migration's name looks like: ``redash-20260131-020000``, the start of its execution."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

logger = Logger(service="redash-migration")

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


def step(name: str, *, token: bool = False) -> Callable[[Handler], Handler]:
    """Make a handler out of a function ``(event, context) -> result`` for the state ``name``.

    A step with a token ends as WAITING; whoever resumes it notes its end. AWS and database errors
    that another try can mend are raised as TransientFailure, which the state machine retries.
    """

    def decorate(function: Handler) -> Handler:
        @functools.wraps(function)
        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            migration_id = required_text(event, "migration_id", MIGRATION_ID)
            if token:
                required_text(event, "token")
            # A function that serves several states is told which of them it is now.
            state = str(event.get("state") or name)
            logger.append_keys(migration_id=migration_id, step=state)
            steps = wiring.record(migration_id).steps
            try:
                steps.started(state)
                result = function(event, context)
                waiting = token and wiring.record(migration_id).waits.get(name)
                if not (waiting and waiting.state != "OPEN"):
                    steps.ended(state, "WAITING" if token else "SUCCEEDED")
            except Exception as error:
                named = as_refused(error) or as_transient(error) or error
                _note_failure(steps, state, named)
                if named is error:
                    raise
                raise named from error
            logger.info("waiting" if token else "done")
            return result

        return handler

    return decorate


def _note_failure(steps: Steps, state: str, named: Exception) -> None:
    """Write the failure down; where the record does not answer, the failure itself still counts."""
    if isinstance(named, MigrationError):
        logger.warning(f"{type(named).__name__}: {named}")
    else:
        logger.exception("the step failed")
    try:
        steps.ended(state, "FAILED", f"{type(named).__name__}: {named}")
    except Exception:
        logger.exception("the failure could not be noted in the record")


def required_text(event: Any, field: str, pattern: re.Pattern[str] | None = None) -> str:
    """A text field of an event; InvalidInput names it when it is absent or of another form."""
    value = event.get(field) if isinstance(event, dict) else None
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{field}: a text is required; the state machine's definition gives it")
    if pattern is not None and not pattern.fullmatch(value):
        raise InvalidInput(f"{field}: {value[:80]!r} is not of the form {pattern.pattern}")
    return value


def as_transient(error: Exception) -> TransientFailure | None:
    """The failure that is worth another try, if this is one."""
    if isinstance(error, MigrationError):
        return None
    classes = {f"{cls.__module__.split('.')[0]}.{cls.__name__}" for cls in type(error).__mro__}
    summary = f"{type(error).__name__}: {str(error).strip()[:400]}"
    if "botocore.ClientError" in classes:
        response: dict[str, Any] = getattr(error, "response", {})
        if response.get("Error", {}).get("Code") in _TRANSIENT_CODES:
            return TransientFailure(summary)
    if classes & {"botocore.HTTPClientError", "botocore.ConnectionError"}:
        return TransientFailure(summary)
    if "psycopg.OperationalError" in classes and not as_refused(error):
        return TransientFailure(summary)
    return None


def as_refused(error: Exception) -> DatabaseRefused | None:
    """The failure that stays until somebody mends the secret or the server, if this is one."""
    if not any(cls.__name__ == "OperationalError" for cls in type(error).__mro__):
        return None
    said = str(error).strip()
    if not any(words in said for words in _REFUSALS):
        return None
    return DatabaseRefused(
        f"{said[:400]}; compare the database's secret with the server's roles and pg_hba.conf"
    )
