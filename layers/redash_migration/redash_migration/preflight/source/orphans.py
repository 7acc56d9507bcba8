"""An early check: rows that refer to nothing, because the target validates every foreign key."""

from __future__ import annotations

import time
from collections.abc import Iterable

from psycopg import errors

from redash_migration.database.integrity.foreign_keys import find_orphans, read_foreign_keys
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.preflight.asking import listed
from redash_migration.record import Check

SECONDS = 120.0
"""For the anti-joins of all foreign keys together; those of a Redash take some seconds."""


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
