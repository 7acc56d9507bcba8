"""A few database connections for many request threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from threading import BoundedSemaphore

import psycopg
from psycopg.rows import DictRow, dict_row

Connection = psycopg.Connection[DictRow]


class Pool:
    """At most ``size`` connections, opened when first needed; broken ones are thrown away."""

    def __init__(self, url: str, size: int = 5, name: str = "redash server") -> None:
        self._url = url
        self._name = name
        self._idle: LifoQueue[Connection] = LifoQueue()
        self._places = BoundedSemaphore(size)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        psycopg.Error as the server or the network gives it, the failing COMMIT's as well.
        """
        with self._places:
            connection = self._take()
            try:
                with connection.transaction():
                    yield connection
            finally:
                if connection.closed:
                    self._drop_idle()  # a restarted server has cut the others too
                else:
                    self._idle.put(connection)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._drop_idle()

    def _take(self) -> Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            return psycopg.connect(
                self._url,
                connect_timeout=5,
                application_name=self._name,
                autocommit=True,
                row_factory=dict_row,
            )

    def _drop_idle(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
