"""One server's share of a comparison: its connections take parts from a queue until it is empty."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from contextlib import closing

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import Session, open_session
from redash_migration.database.tables.key_range import KeyRange, KeyRanges
from redash_migration.database.tables.row_hash import Scheme
from redash_migration.database.tables.shape import TableShape
from redash_migration.database.verification.checksum import Checksum, checksum, together

Todo = tuple[int, TableShape, KeyRange | KeyRanges]
"""A part's place, its table, and what of it is to be hashed."""


class Side:
    """The connections to one server, and what they found."""

    def __init__(
        self,
        address: DatabaseAddress,
        *,
        purpose: str,
        first: Session,
        connections: int,
        wanted: Sequence[Todo],
        scheme: Scheme,
    ) -> None:
        self._results: dict[int, Checksum | psycopg.Error] = {}
        self._address = address
        self._purpose = purpose
        self._scheme = scheme
        self._failure: BaseException | None = None
        self._todo: queue.SimpleQueue[Todo] = queue.SimpleQueue()
        for item in wanted:
            self._todo.put(item)
        workers = max(1, min(connections, len(wanted)))
        self._threads = [
            threading.Thread(target=self._work, args=(first if number == 0 else None,), daemon=True)
            for number in range(workers)
        ]

    def start(self) -> None:
        """Begin to scan on every connection."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for all of them; raises what one could not go on from."""
        for thread in self._threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def result(self, place: int, kept: Checksum | None) -> Checksum | psycopg.Error:
        """A part's checksum with what was kept of it, or why there is none."""
        found = self._results[place]
        if kept is None or isinstance(found, psycopg.Error):
            return found
        return together((found, kept))

    def _work(self, session: Session | None) -> None:
        try:
            if session is not None:
                self._take_all(session)
            else:
                with closing(open_session(self._address, purpose=self._purpose)) as own:
                    self._take_all(own)
        except BaseException as error:  # raised again in join()
            self._failure = error

    def _take_all(self, session: Session) -> None:
        while self._failure is None:
            try:
                place, shape, rest = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._results[place] = checksum(session, shape, rest, self._scheme)
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                self._results[place] = error
