"""One table, or one range of it, made on the target what it is on the source.

Whether all of it is carried or only the differences is decided by what the target holds: rows that
are there already, from a pre-copy or from a run that was killed after its commit, are compared
first. Everything happens in one transaction, so that an interrupted run leaves nothing half done
and every run may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg
from psycopg import sql

from redash_migration.database.copying import indexes
from redash_migration.database.copying.analyzing import analyze
from redash_migration.database.copying.differences.delta import (
    Differences,
    carry_differences,
    delete_differing,
    find_differences,
)
from redash_migration.database.copying.differences.hopeless import refuse_hopeless
from redash_migration.database.copying.quiet import triggers_quiet
from redash_migration.database.copying.restored import Restored, Stopwatch, Way
from redash_migration.database.copying.whole import carry_whole
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import (
    LOCK_TIMEOUT,
    Session,
    major_version,
    open_session,
)
from redash_migration.database.session.turn import wait_for_turn
from redash_migration.database.tables.horizon import Horizons, read_horizon
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.row_hash import scheme_between
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import TableShape, read_shape
from redash_migration.database.verification.checksum import checksum
from redash_migration.errors import CopyFailed, TransientFailure


@contextmanager
def both_ends(
    source: DatabaseAddress, target: DatabaseAddress
) -> Iterator[tuple[Session, Session]]:
    """A session that reads and one that writes: good for one table after the other."""
    with (
        closing(open_session(source, purpose="restore-source")) as reading,
        closing(
            open_session(target, purpose="restore-target", write=True, lock_timeout=LOCK_TIMEOUT)
        ) as writing,
    ):
        yield reading, writing


def restore(
    source: DatabaseAddress,
    target: DatabaseAddress,
    schema: str,
    name: str,
    part: KeyRange,
    *,
    one_of_many: bool = False,
    keep_indexes: bool = False,
    since: Horizons | None = None,
    at_work: bool = False,
) -> Restored:
    """One table or range, by sessions of its own; as restore_between()."""
    with both_ends(source, target) as (reading, writing):
        return restore_between(
            reading,
            writing,
            schema,
            name,
            part,
            one_of_many=one_of_many,
            keep_indexes=keep_indexes,
            since=since,
            at_work=at_work,
        )


def restore_between(
    reading: Session,
    writing: Session,
    schema: str,
    name: str,
    part: KeyRange,
    *,
    one_of_many: bool = False,
    keep_indexes: bool = False,
    since: Horizons | None = None,
    made_equal: Horizons | None = None,
    at_work: bool = False,
    taken_back: bool = False,
) -> Restored:
    """Carry a table or a range of its keys over.

    `one_of_many` is a range that other runs complete at the same time: its secondary indexes are
    then taken off before, once for all, and built by finish() afterwards, unless `keep_indexes`.
    `since` are the horizons of an earlier run of the same range; `made_equal` those of one that has
    just made it equal, so that a row which differs without having been written will never match.
    `at_work` is a target that was in use, as the old database in a return: what fires there for
    replicated rows too is kept still meanwhile. With `taken_back` the rows are compared where they
    have come, and none stays: for a table without a key, of which a later run could tell nothing.
    Raises CopyFailed when the table is missing on one side or has other columns there, when there
    is such a row, or when rows that are to be taken back have come otherwise; TransientFailure when
    a unique value has moved between two ranges (run it again); psycopg.Error as the servers raise
    it.
    """
    watch = Stopwatch()
    shape = _same_shape(reading, writing, schema, name)
    if one_of_many and not keep_indexes and _empty(writing, shape, KeyRange()):
        indexes.drop(writing, indexes.secondary_indexes(writing, schema, name))
    watch.lap("shape")
    try:
        with writing.transaction(force_rollback=taken_back):
            wait_for_turn(writing, _turn(shape, part))
            with triggers_quiet(writing, (schema, name) if at_work else None):
                reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                horizons = Horizons(read_horizon(reading), read_horizon(writing))
                if shape.key and not _empty(writing, shape, part):
                    scheme = scheme_between(reading, writing)
                    found = find_differences(reading, writing, Scan(shape, part, scheme), since)
                    if made_equal is not None:
                        refuse_hopeless(reading, writing, shape, made_equal.source)
                    watch.lap("compare")
                    off = _indexes_off(writing, shape, found, stay=one_of_many or keep_indexes)
                    carried = carry_differences(reading, writing, shape)
                    watch.lap("carry")
                    way: Way = "delta"
                else:
                    # How many rows come is not known yet: into an empty range, all of them.
                    off = (
                        ()
                        if one_of_many or keep_indexes
                        else indexes.secondary_indexes(writing, schema, name)
                    )
                    indexes.drop(writing, off)
                    streamed = carry_whole(reading, writing, shape, part)
                    found = Differences(streamed.rows, streamed.rows, 0, 0)
                    carried = streamed.bytes
                    watch.lap("carry")
                    way = "copy"
                if taken_back:
                    _refuse_unequal(reading, writing, shape, part)
                    watch.lap("compare")
                reading.execute("COMMIT")
            indexes.build(writing, off)
            watch.lap("indexes")
            if (off or way == "copy") and not one_of_many:
                analyze(writing, shape.identifier)
                watch.lap("analyze")
    except (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation) as error:
        if not one_of_many:
            raise
        reading.rollback()
        scheme = scheme_between(reading, writing)
        _make_room(reading, writing, Scan(shape, part, scheme), since, at_work=at_work)
        raise TransientFailure(
            f"{shape.qualified_name}: a unique value has moved between two ranges"
        ) from error
    watch.lap("commit")
    return Restored(
        table=shape.qualified_name,
        way=way,
        rows=found.rows,
        bytes=carried,
        added=found.added,
        changed=found.changed,
        gone=found.gone,
        rebuilt_indexes=len(off),
        seconds=watch.parts,
        horizons=horizons,
    )


def _refuse_unequal(source: Session, target: Session, shape: TableShape, part: KeyRange) -> None:
    """Raises CopyFailed unless both sides, as they are seen now, hold the same rows."""
    scheme = scheme_between(source, target)
    there, here = (checksum(side, shape, part, scheme) for side in (source, target))
    if there != here:
        raise CopyFailed(
            f"{shape.qualified_name}: {there.rows} rows were carried over, and {here.rows} stand on"
            " the target, not all of them as on the source: see what there alters them (a generated"
            " column, a domain), and start again"
        )


def _indexes_off(
    target: Session, shape: TableShape, found: Differences, *, stay: bool
) -> Sequence[indexes.Index]:
    if stay or not indexes.rebuild_pays(found.written + found.gone, found.rows):
        return ()
    off = indexes.secondary_indexes(target, shape.schema, shape.name)
    indexes.drop(target, off)
    return off


def _same_shape(source: Session, target: Session, schema: str, name: str) -> TableShape:
    """The table's shape on the source; the target must have its columns, in any order."""
    try:
        shape = read_shape(source, schema, name)
        there = read_shape(target, schema, name)
    except LookupError as error:
        raise CopyFailed(f"{error}; copy the schema again") from None
    if {(c.name, c.type) for c in shape.columns} != {(c.name, c.type) for c in there.columns}:
        odd = {(c.name, c.type) for c in shape.columns} ^ {(c.name, c.type) for c in there.columns}
        raise CopyFailed(
            f"{shape.qualified_name}: columns differ between source and target "
            f"({', '.join(sorted(name for name, _ in odd))}); copy the schema again"
        )
    return shape.between(major_version(session) for session in (source, target))


def _empty(session: Session, shape: TableShape, part: KeyRange) -> bool:
    row = session.execute(
        sql.SQL("SELECT NOT EXISTS (SELECT FROM {} t WHERE {})").format(
            shape.only, part.condition(shape)
        )
    ).fetchone()
    return bool(row and row[0])


def _make_room(
    source: Session, target: Session, scan: Scan, since: Horizons | None, *, at_work: bool
) -> None:
    """Delete the target's rows of a range that are not the source's; they come with the next run.

    A unique value may have moved between two ranges: then each range's run waits for the other's
    old row to go. So a run that meets one takes its own old rows away first, for good.
    """
    with target.transaction():
        wait_for_turn(target, _turn(scan.shape, scan.part))
        with triggers_quiet(target, (scan.shape.schema, scan.shape.name) if at_work else None):
            find_differences(source, target, scan, since)
            delete_differing(target, scan.shape)


def _turn(shape: TableShape, part: KeyRange) -> str:
    return f"{shape.qualified_name}/{part.lower}"
