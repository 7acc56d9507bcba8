"""How a question is asked: guarded, so that one that fails leaves the others their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import psycopg

from redash_migration.database.tables.catalog import Connection
from redash_migration.failure_text import words
from redash_migration.record import Check

Question = Callable[[Connection], Iterable[Check]]


def ask(connection: Connection, questions: Mapping[str, Question]) -> list[Check]:
    """The answers to all questions; one that the server refuses is UNKNOWN under its own id.

    A lost connection is not an answer: psycopg.OperationalError goes to the caller.
    """
    answers: list[Check] = []
    for name, question in questions.items():
        try:
            answers += question(connection)
        except psycopg.Error as error:
            if connection.closed:
                raise
            answers.append(unknown(name, error))
    return answers


def unknown(name: str, error: psycopg.Error) -> Check:
    """The question could not be answered, and why."""
    remedy = "Run the preflight again; if it stays, look at the server's log."
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        remedy = "GRANT pg_monitor to the migration's role, or make it a superuser."
    elif isinstance(error, psycopg.errors.LockNotAvailable):
        remedy = "Somebody holds a lock on it: run the preflight again when that has ended."
    return Check(name, "UNKNOWN", f"could not be answered: {words(error)}", remedy)


def one(connection: Connection, statement: str, *values: Any) -> Any:
    """The first value of the first row; None when there is no row."""
    row = connection.execute(statement.encode(), values or None).fetchone()
    return None if row is None else row[0]


def setting(connection: Connection, name: str) -> str:
    """A server setting's value in its base unit."""
    return str(
        one(connection, "SELECT setting FROM pg_catalog.pg_settings WHERE name = %s", name) or ""
    )


def names(connection: Connection, statement: str, *values: Any) -> list[str]:
    """The first column as texts."""
    return [str(row[0]) for row in connection.execute(statement.encode(), values or None)]


def listed(found: list[str], most: int = 10) -> str:
    """Names for a message, the many cut short."""
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def none_of(name: str, found: list[str], otherwise: str, what: str, remedy: str) -> Check:
    """PASS where nothing was found, else `otherwise` with what was."""
    if not found:
        return Check(name, "PASS", "none")
    return Check(
        name,
        "FAIL" if otherwise == "FAIL" else "WARN",
        f"{what} {listed(found)}" if what.endswith(":") else f"{listed(found)} ({what})",
        remedy,
    )
