"""What the replication service says of a failure holds no value of a row when it is told."""

from __future__ import annotations

import pytest

from redash_migration.failure_text import of_replication

SECRET = "moonstone-7"
END = "Stop Reason FATAL_ERROR Error Level FATAL"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("", ""),
        (f"Last Error  ODBC general error. {END}", f"Last Error  ODBC general error. {END}"),
        (
            f"Last Error  RetCode: SQL_ERROR SqlState: 22P02 Message: ERROR: invalid"
            f' input syntax for type integer: "{SECRET}"; {END}',
            f"Last Error  RetCode: SQL_ERROR SqlState: 22P02; SqlState: 22P02; {END}",
        ),
        (
            f"Table 'public'.'queries' (subtask 1) failed: Failed (retcode -1) to execute"
            f" statement: MERGE {SECRET} {END}",
            f"an error; Table 'public'.'queries'; {END}",
        ),
        (
            f"Last Error  Task error: duplicate key Key (name)=({SECRET}) already exists. {END}",
            f"Last Error  Task error: duplicate key Key (name); {END}",
        ),
        (f"Truncated [1022502] row {SECRET}", "Truncated"),
    ],
)
def test_a_message_of_the_replication_service_is_told_without_contents(
    message: str, told: str
) -> None:
    assert of_replication(message) == told
    assert SECRET not in of_replication(message)
