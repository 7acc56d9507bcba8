"""Rows that will never match: carried just now, not written since, and different all the same.

Something on the target makes another row of what it is given, or the two servers read the same
bytes in two ways. The write pause would find that too, with users before a closed door.
"""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.copying.differences.keys import fetch_keys, with_keys
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.horizon import usable, written_since
from redash_migration.database.tables.naming import named
from redash_migration.database.tables.shape import TableShape
from redash_migration.errors import CopyFailed

NAMED = 5


def refuse_hopeless(source: Session, target: Session, shape: TableShape, carried_at: int) -> None:
    """Raises CopyFailed with keys of such rows, if `differing` on the target holds any.

    `carried_at` is the source's horizon when an earlier run carried these rows.
    """
    if not usable(source, carried_at):
        return
    found: list[str] = []
    count = 0
    key = sql.SQL("concat_ws('/', {})").format(
        sql.SQL(", ").join(named(sql.Identifier("t", name)) for name in shape.key)
    )
    for keys in fetch_keys(target, shape, sql.SQL("NOT gone")):
        rows = source.execute(
            sql.SQL("SELECT {} FROM {} WHERE NOT {}").format(
                key, with_keys(shape, keys), written_since(carried_at)
            )
        ).fetchall()
        count += len(rows)
        found += [str(name) for (name,) in rows[: NAMED - len(found)]]
    if count:
        raise CopyFailed(
            f"{shape.qualified_name}: {count} rows were carried over, were not written since, and"
            f" differ all the same (keys {', '.join(found)}): compare them on both sides, see what"
            " on the target alters them, and start again"
        )
