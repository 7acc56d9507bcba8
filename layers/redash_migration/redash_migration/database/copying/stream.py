"""One COPY stream from the source into the target, reading and writing at the same time.

A thread reads the source's rows and joins them to blocks, the caller's thread writes the blocks to
the target, and a short queue between them bounds the memory: no more than WINDOW_BYTES wait, plus
the row in hand (so a few copies of the largest row, whatever the size of the table). Rows are
never taken apart.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from psycopg import sql

from redash_migration.database.session.data_session import Session

BLOCK_BYTES = 512 * 1024
WINDOW_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Streamed:
    """What went through: rows as the target counted them, bytes in COPY's form."""

    rows: int
    bytes: int


class _Window:
    """A queue of blocks bounded by their bytes; closed by either end, with the reason."""

    def __init__(self, limit: int) -> None:
        self._blocks: deque[bytes] = deque()
        self._waiting = 0
        self._limit = limit
        self._changed = threading.Condition()
        self._ended = False
        self.failure: BaseException | None = None

    def put(self, block: bytes) -> bool:
        """False when the other end has gone."""
        with self._changed:
            while self._waiting >= self._limit and not self._ended:
                self._changed.wait()
            if self._ended:
                return False
            self._blocks.append(block)
            self._waiting += len(block)
            self._changed.notify_all()
            return True

    def get(self) -> bytes | None:
        """The next block; None at the end."""
        with self._changed:
            while not self._blocks and not self._ended:
                self._changed.wait()
            if not self._blocks:
                return None
            block = self._blocks.popleft()
            self._waiting -= len(block)
            self._changed.notify_all()
            return block

    def close(self, failure: BaseException | None = None) -> None:
        with self._changed:
            self._ended = True
            self.failure = self.failure or failure
            self._changed.notify_all()


def stream(
    source: Session, copy_out: sql.Composed, target: Session, copy_in: sql.Composed
) -> Streamed:
    """Run COPY ... TO STDOUT on one session into COPY ... FROM STDIN on the other.

    Raises what either side raised; the target's COPY is then undone by its server.
    """
    window = _Window(WINDOW_BYTES)
    reader = threading.Thread(
        target=_read, args=(source, copy_out, window), name="copy-reader", daemon=True
    )
    carried = 0
    with target.cursor() as cursor:
        reader.start()
        try:
            with cursor.copy(copy_in) as incoming:
                while (block := window.get()) is not None:
                    incoming.write(block)
                    carried += len(block)
                if window.failure is not None:
                    raise window.failure
        except BaseException:
            window.close()
            if reader.is_alive() and not source.closed:
                # A reader that waits for its server is let go by cancelling its statement.
                source.cancel_safe(timeout=5.0)
            raise
        finally:
            reader.join()
        return Streamed(cursor.rowcount, carried)


def _read(source: Session, copy_out: sql.Composed, window: _Window) -> None:
    try:
        with source.cursor() as cursor, cursor.copy(copy_out) as outgoing:
            block = bytearray()
            for row in outgoing:
                block += row
                if len(block) >= BLOCK_BYTES:
                    if not window.put(bytes(block)):
                        return
                    block.clear()
            if block:
                window.put(bytes(block))
    except BaseException as error:  # handed to the writer, who raises it
        window.close(error)
    else:
        window.close()
