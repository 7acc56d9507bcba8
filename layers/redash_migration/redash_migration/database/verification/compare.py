"""Comparing tables on both servers at once, several at a time on each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import psycopg

from redash_migration.database.address import DatabaseAddress
from redash_migration.database.data_session import Session, open_session
from redash_migration.database.key_range import KeyRange
from redash_migration.database.row_hash import Scheme, scheme_for
from redash_migration.database.shape import TableShape, read_shapes
from redash_migration.database.verification.checksum import Checksum, checksum
from redash_migration.database.verification.differing import Scan, differing_keys
from redash_migration.database.verification.outcome import Compared

CONNECTIONS_PER_SIDE = 2
EVERYTHING = KeyRange()


@dataclass(frozen=True, slots=True)
class Part:
    """A table, or a range of one."""

    schema: str
    name: str
    range: KeyRange = EVERYTHING

    @property
    def qualified_name(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections scan at the same time on each side."""

    source: int = CONNECTIONS_PER_SIDE
    target: int = CONNECTIONS_PER_SIDE


def compare(
    source: DatabaseAddress,
    target: DatabaseAddress,
    parts: Sequence[Part],
    limits: Limits | None = None,
) -> list[Compared]:
    """Compare every part; the outcomes in the order of the parts.

    Give the largest first: they are taken up in order, on each side by its own connections. What
    differs is narrowed down to its keys. A part that a server refuses to read is unknown; raises
    psycopg.OperationalError when a server is gone.
    """
    limits = limits or Limits()
    names = sorted({(part.schema, part.name) for part in parts})
    with (
        closing(open_session(source, purpose="verify-source")) as there,
        closing(open_session(target, purpose="verify-target")) as here,
    ):
        versions = [side.info.server_version // 10000 for side in (there, here)]
        scheme = scheme_for(*versions)
        shapes = read_shapes(there, names)
        lacking = _lacking(shapes, read_shapes(here, names), names)
        wanted = [
            (place, part, shapes[part.schema, part.name])
            for place, part in enumerate(parts)
            if (part.schema, part.name) not in lacking
        ]
        sides = [
            _Side(
                address,
                purpose=f"verify-{label}",
                first=session,
                connections=connections,
                wanted=wanted,
                scheme=scheme,
            )
            for address, label, session, connections in (
                (source, "source", there, limits.source),
                (target, "target", here, limits.target),
            )
        ]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
        outcomes = []
        for place, part in enumerate(parts):
            reason = lacking.get((part.schema, part.name))
            if reason:
                outcomes.append(Compared(part.qualified_name, None, None, "different", reason))
                continue
            result = _outcome(part, sides[0].results[place], sides[1].results[place])
            if result.verdict == "different" and result.source and result.target:
                shape = shapes[part.schema, part.name]
                rows = max(result.source.rows, result.target.rows)
                keys = differing_keys(there, here, Scan(shape, part.range, scheme), rows)
                result = replace(result, keys=tuple(keys))
            outcomes.append(result)
        return outcomes


class _Side:
    """One server's share: its connections take parts from one queue until it is empty."""

    def __init__(
        self,
        address: DatabaseAddress,
        *,
        purpose: str,
        first: Session,
        connections: int,
        wanted: Sequence[tuple[int, Part, TableShape]],
        scheme: Scheme,
    ) -> None:
        self.results: dict[int, Checksum | psycopg.Error] = {}
        self._address = address
        self._purpose = purpose
        self._scheme = scheme
        self._failure: BaseException | None = None
        self._todo: queue.SimpleQueue[tuple[int, Part, TableShape]] = queue.SimpleQueue()
        for item in wanted:
            self._todo.put(item)
        workers = max(1, min(connections, len(wanted)))
        self._threads = [
            threading.Thread(target=self._work, args=(first if number == 0 else None,), daemon=True)
            for number in range(workers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

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
                place, part, shape = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self.results[place] = checksum(session, shape, part.range, self._scheme)
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                self.results[place] = error


def _outcome(
    part: Part, there: Checksum | psycopg.Error, here: Checksum | psycopg.Error
) -> Compared:
    for side, result in (("source", there), ("target", here)):
        if isinstance(result, psycopg.Error):
            reason = f"could not be read on the {side}: {str(result).splitlines()[0]}"
            return Compared(part.qualified_name, None, None, "unknown", reason)
    assert isinstance(there, Checksum)  # noqa: S101 - errors were returned above
    assert isinstance(here, Checksum)  # noqa: S101
    return Compared.of(part.qualified_name, there, here)


def _lacking(
    there: dict[tuple[str, str], TableShape],
    here: dict[tuple[str, str], TableShape],
    names: Sequence[tuple[str, str]],
) -> dict[tuple[str, str], str]:
    """Tables that can't be compared row by row since a side lacks them or a column of them."""
    reasons = {}
    for name in names:
        if name not in there or name not in here:
            reasons[name] = f"no such table on the {'source' if name not in there else 'target'}"
            continue
        theirs = {(column.name, column.type) for column in there[name].columns}
        ours = {(column.name, column.type) for column in here[name].columns}
        if theirs != ours:
            odd = ", ".join(sorted({column for column, _ in theirs ^ ours}))
            reasons[name] = f"columns differ between the sides: {odd}"
    return reasons
