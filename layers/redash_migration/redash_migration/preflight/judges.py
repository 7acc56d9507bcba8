"""What the write pause will judge, asked while nobody waits: only what changes until then is left.

The judges of sequences, encodings and visibility have modules of their own; alembic's row is asked
for in source.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from psycopg import errors

from redash_migration.database.integrity.foreign_keys import find_orphans, read_foreign_keys
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.plan import TablePlan
from redash_migration.preflight.asking import listed, one
from redash_migration.record import Check

SECONDS = 120.0
"""For the anti-joins of all foreign keys together; those of a Redash take some seconds."""

COPY_MEMORY_BYTES = 1_600_000_000
"""What a function that copies can hold beside itself; its MemorySize in the template is 1769."""

BYTES_A_ROW = 4
"""How many times a row is in memory while it is copied (measured: 3.8): as libpq received it, as
Python has it, in the block that is sent, and as libpq sends it."""

MOST_BYTES = {"restore": COPY_MEMORY_BYTES // BYTES_A_ROW, "dms": (1 << 30) // 2 - (1 << 20)}
"""The longest row by the table's way. A server makes no value longer than a gigabyte."""


def orphans(connection: Connection) -> Iterable[Check]:
    """FAIL with rows that refer to nothing: the target will not validate such a foreign key.

    One that the source itself keeps as NOT VALID claims nothing of old rows, and is carried so.
    """
    name = "source.orphans"
    broken, unread = [], []
    foreign_keys = [each for each in read_foreign_keys(connection, OWN_SCHEMAS) if each.valid]
    deadline = time.monotonic() + SECONDS
    for foreign_key in foreign_keys:
        left = max(deadline - time.monotonic(), 0.1)
        try:
            with connection.transaction():
                connection.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [f"{int(left * 1000)}ms"]
                )
                found = find_orphans(connection, foreign_key)
        except (errors.QueryCanceled, errors.LockNotAvailable):
            unread.append(foreign_key.name)
        else:
            if found.count:
                broken.append(str(found))
    if broken:
        yield Check(
            name,
            "FAIL",
            listed(broken, 5),
            "Delete or mend these rows on the source: the new side validates every foreign key.",
        )
    elif unread:
        yield Check(
            name,
            "WARN",
            f"not looked at in time: {listed(unread)}",
            "Look for rows that refer to nothing by hand, or let the write pause find them.",
        )
    else:
        yield Check(name, "PASS", f"{len(foreign_keys)} foreign keys hold")


def temporary_tables(connection: Connection) -> Iterable[Check]:
    """Differences are worked out in temporary tables on the target."""
    name, who = "target.temporary_tables", connection.info.user
    if one(connection, "SELECT has_database_privilege(current_database(), 'TEMP')"):
        yield Check(name, "PASS", "temporary tables may be made")
    else:
        yield Check(
            name,
            "FAIL",
            f"{who} may make no temporary tables",
            f'GRANT TEMPORARY ON DATABASE "{connection.info.dbname}" TO "{who}";',
        )


def largest_row(tables: Iterable[TablePlan]) -> Check:
    """FAIL when a row is too large for a function's memory, where we copy it ourselves, or for a
    server to compare it: what a row's hash is made of is up to twice its size."""
    large = [
        f"{table.qualified_name} ({table.largest_row_bytes} bytes, at most {most})"
        for table in tables
        if table.largest_row_bytes > (most := MOST_BYTES[table.method])
    ]
    if large:
        return Check(
            "plan.largest_row",
            "FAIL",
            f"rows too large to be carried: {listed(large)}",
            "Shorten or delete them. A table that is copied by ourselves: or raise MemorySize of"
            " PrecopyTableFunction and RestoreTableFunction, and COPY_MEMORY_BYTES with it.",
        )
    return Check(
        "plan.largest_row", "PASS", f"no row is larger than {min(MOST_BYTES.values())} bytes"
    )
