"""Holding back the apply on purpose: the tables are locked against writers, not against readers.

The workers go on running and the slot stays in use, so that to everybody else it looks like what
it is: a target that can't keep up.
"""

from __future__ import annotations

from collections.abc import Collection

import psycopg
from psycopg import sql

from rehearsal.dms.databases.endpoint import Database
from rehearsal.dms.task.mappings import TableName


class Hold:
    """One lock on a task's tables, for as long as its session lives."""

    def __init__(self, target: Database) -> None:
        self._target = target
        self._session: psycopg.Connection | None = None

    @property
    def taken(self) -> bool:
        """Whether the apply is held back now."""
        return self._session is not None and not self._session.closed

    def take(self, tables: Collection[TableName]) -> None:
        """Let nothing more be written into these tables, once what is under way is done."""
        if self.taken or not tables:
            return
        session = self._target.connect(autocommit=False)
        listed = sql.SQL(", ").join(sql.Identifier(*table) for table in sorted(tables))
        session.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(listed))
        self._session = session

    def release(self) -> None:
        """Let the apply go on."""
        if self._session is not None:
            self._session.close()
            self._session = None
