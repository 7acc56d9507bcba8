"""The hash of every row, from both servers at once, brought together on the target."""

from __future__ import annotations

import tempfile
import threading
from typing import IO

from psycopg import sql

from redash_migration.database.copying.differences.keys import placed
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.horizon import Horizons, written_since
from redash_migration.database.tables.row_hash import row_hash
from redash_migration.database.tables.scan import Scan

SPOOL_BYTES = 16 * 1024 * 1024
"""The source's hashes wait in memory up to here, beyond that in a file (about 30 bytes a row)."""

_BLOCK = 512 * 1024


def gather_hashes(
    source: Session,
    target: Session,
    scan: Scan,
    since: Horizons | None = None,
) -> None:
    """Fill temporary tables source_hash and target_hash (the key by its places, hash) on the
    target.

    Both servers hash at the same time. With `since`, when the rows were equal, only those written
    since are hashed; the hash of the others stays NULL. The tables go with the caller's
    transaction. Raises what either server raised.
    """
    shape = scan.shape
    out = sql.SQL("COPY ({}) TO STDOUT (FORMAT {})").format(
        _hashed(scan, since.source if since else None), sql.SQL(shape.key_format)
    )
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        failures: list[BaseException] = []
        reader = threading.Thread(
            target=_spool, args=(source, out, spool, failures), name="hash-reader", daemon=True
        )
        reader.start()
        try:
            target.execute(
                sql.SQL("CREATE TEMPORARY TABLE target_hash ON COMMIT DROP AS {}").format(
                    _hashed(scan, since.target if since else None)
                )
            )
            target.execute(
                sql.SQL(
                    "CREATE TEMPORARY TABLE source_hash ON COMMIT DROP AS"
                    " SELECT * FROM target_hash WHERE false"
                )
            )
        except BaseException:
            if reader.is_alive() and not source.closed:
                source.cancel_safe(timeout=5.0)
            raise
        finally:
            reader.join()
        if failures:
            raise failures[0]
        spool.seek(0)
        into = sql.SQL("COPY pg_temp.source_hash FROM STDIN (FORMAT {})").format(
            sql.SQL(shape.key_format)
        )
        with target.cursor() as cursor, cursor.copy(into) as incoming:
            while block := spool.read(_BLOCK):
                incoming.write(block)


def _hashed(scan: Scan, horizon: int | None) -> sql.Composed:
    """The key and the hash of every row of the range."""
    hashed = row_hash(scan.shape, scan.scheme)
    if horizon is not None:
        hashed = sql.SQL("CASE WHEN {} THEN {} END").format(written_since(horizon), hashed)
    return sql.SQL("SELECT {}, {} AS row_hash FROM {} t WHERE {}").format(
        placed(scan.shape),
        hashed,
        scan.shape.only,
        scan.part.condition(scan.shape),
    )


def _spool(
    source: Session, out: sql.Composed, spool: IO[bytes], failures: list[BaseException]
) -> None:
    try:
        with source.cursor() as cursor, cursor.copy(out) as outgoing:
            block = bytearray()
            for row in outgoing:
                block += row
                if len(block) >= _BLOCK:
                    spool.write(block)
                    block.clear()
            spool.write(block)
    except BaseException as error:  # handed to the thread that waits
        failures.append(error)
