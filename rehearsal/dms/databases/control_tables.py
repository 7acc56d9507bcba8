"""The control tables that DMS keeps on the target; they stay until somebody drops them.

AWS DMS User Guide, "Control table task settings". awsdms_apply_exceptions is always made for a
task that captures changes. On PostgreSQL the column names are upper case, and so quoted.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

from rehearsal.dms.task.mappings import TableName

EXCEPTIONS = "awsdms_apply_exceptions"

_COLUMNS: dict[str, str] = {
    EXCEPTIONS: """
        "TASK_NAME" varchar(128) NOT NULL, "TABLE_OWNER" varchar(128) NOT NULL,
        "TABLE_NAME" varchar(128) NOT NULL, "ERROR_TIME" timestamp NOT NULL,
        "STATEMENT" text NOT NULL, "ERROR" text NOT NULL""",
    "awsdms_status": """
        "SERVER_NAME" varchar(128) NOT NULL, "TASK_NAME" varchar(128) NOT NULL,
        "TASK_STATUS" varchar(32), "STATUS_TIME" timestamp, "PENDING_CHANGES" bigint,
        "DISK_SWAP_SIZE" bigint, "TASK_MEMORY" bigint, "SOURCE_CURRENT_POSITION" varchar(128),
        "SOURCE_CURRENT_TIMESTAMP" timestamp, "SOURCE_TAIL_POSITION" varchar(128),
        "SOURCE_TAIL_TIMESTAMP" timestamp, "SOURCE_TIMESTAMP_APPLIED" timestamp""",
    "awsdms_suspended_tables": """
        "SERVER_NAME" varchar(128) NOT NULL, "TASK_NAME" varchar(128) NOT NULL,
        "TABLE_OWNER" varchar(128) NOT NULL, "TABLE_NAME" varchar(128) NOT NULL,
        "SUSPEND_REASON" varchar(32), "SUSPEND_TIMESTAMP" timestamp""",
    "awsdms_history": """
        "SERVER_NAME" varchar(128) NOT NULL, "TASK_NAME" varchar(128) NOT NULL,
        "TIMESLOT_TYPE" varchar(32), "TIMESLOT" timestamp, "TIMESLOT_DURATION" bigint,
        "TIMESLOT_LATENCY" bigint, "RECORDS" bigint, "TIMESLOT_VOLUME" bigint""",
    "awsdms_txn_state": """
        "TASK_NAME" varchar(128) NOT NULL, "CHECKPOINT" text""",
    "awsdms_validation_failures_v1": """
        "TASK_NAME" varchar(128) NOT NULL, "TABLE_OWNER" varchar(128) NOT NULL,
        "TABLE_NAME" varchar(128) NOT NULL, "FAILURE_TIME" timestamp NOT NULL,
        "KEY_TYPE" varchar(128) NOT NULL, "KEY" varchar(7800) NOT NULL,
        "FAILURE_TYPE" varchar(128) NOT NULL, "DETAILS" text""",
}

_ADD_EXCEPTION = """
INSERT INTO {} ("TASK_NAME", "TABLE_OWNER", "TABLE_NAME", "ERROR_TIME", "STATEMENT", "ERROR")
VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC', %s, %s)
"""
_ADD_SUSPENDED = """
INSERT INTO {} ("SERVER_NAME", "TASK_NAME", "TABLE_OWNER", "TABLE_NAME", "SUSPEND_REASON",
                "SUSPEND_TIMESTAMP")
VALUES (%s, %s, %s, %s, 'Table error', now() AT TIME ZONE 'UTC')
"""
_ADD_FAILURE = """
INSERT INTO {} ("TASK_NAME", "TABLE_OWNER", "TABLE_NAME", "FAILURE_TIME", "KEY_TYPE", "KEY",
                "FAILURE_TYPE", "DETAILS")
VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC', 'Row', %s, %s, '[]')
"""


def create(connection: psycopg.Connection, schema: str, wanted: Iterable[str]) -> None:
    """Make the control tables that aren't there yet, and their schema."""
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    for name in (EXCEPTIONS, *sorted(wanted)):
        connection.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(
                sql.Identifier(schema, name),
                sql.SQL(_COLUMNS[name]),
            )
        )


def add_exception(
    connection: psycopg.Connection,
    schema: str,
    task: str,
    table: TableName,
    *,
    statement: str,
    error: str,
) -> None:
    """Put down a change that could not be applied."""
    connection.execute(
        sql.SQL(_ADD_EXCEPTION).format(sql.Identifier(schema, EXCEPTIONS)),
        [task, *table, statement, error],
    )


def add_suspended(connection: psycopg.Connection, schema: str, task: str, table: TableName) -> None:
    """Put down a table that is carried no more."""
    connection.execute(
        sql.SQL(_ADD_SUSPENDED).format(sql.Identifier(schema, "awsdms_suspended_tables")),
        ["localhost.localdomain", task, *table],
    )


def add_validation_failure(
    connection: psycopg.Connection, schema: str, task: str, table: TableName, *, key: str, kind: str
) -> None:
    """Put down a row that differs: RECORD_DIFF, MISSING_SOURCE or MISSING_TARGET."""
    connection.execute(
        sql.SQL(_ADD_FAILURE).format(sql.Identifier(schema, "awsdms_validation_failures_v1")),
        [task, *table, key, kind],
    )
