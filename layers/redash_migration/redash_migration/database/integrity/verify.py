"""All checks of the target's integrity, side by side where locks allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from queue import Empty, SimpleQueue

from redash_migration.database.integrity.application import (
    check_alembic,
    check_text_search,
    count_nulls,
)
from redash_migration.database.integrity.foreign_keys import (
    ForeignKey,
    Orphans,
    by_table,
    prove,
    read_foreign_keys,
)
from redash_migration.database.integrity.not_null import (
    NullsFound,
    Relaxed,
    heap_sizes,
    relaxed_columns,
    set_not_null,
)
from redash_migration.database.integrity.objects import compare_objects, read_objects
from redash_migration.database.integrity.rights import (
    check_application_rights,
    check_replication_role,
)
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.session.data_session import (
    MAINTENANCE_WORK_MEM,
    Session,
    open_session,
)
from redash_migration.database.session.turn import own_turn
from redash_migration.database.tables.catalog import OWN_SCHEMAS
from redash_migration.database.tables.shape import TableShape, read_shapes
from redash_migration.record.checks import Check

CONNECTIONS = 4

Broken = Sequence[Orphans | NullsFound]
Job = Callable[[Session], Broken]


def verify_integrity(
    source: DatabaseAddress,
    target: DatabaseAddress,
    tables: Sequence[tuple[str, str]],
    application_role: str = "",
    *,
    fenced: bool = False,
) -> list[Check]:
    """Set NOT NULL again, prove every foreign key, compare the catalogs, look at the rest.

    `tables` are (schema, name) of the plan. `fenced` is a target that is still closed, as the old
    database is on the way back: that its sessions are read-only is then as it must be. Every
    finding comes back as a check with its remedy; raises psycopg.OperationalError when a server is
    gone.
    """
    names = [f"{schema}.{name}" for schema, name in tables]
    with (
        closing(open_session(source, purpose="integrity-source")) as there,
        closing(open_session(target, purpose="integrity-target", write=True)) as here,
        own_turn(here, "VerifyIntegrity"),
        closing(connect(target, purpose="integrity-fresh", read_only=False)) as fresh,
    ):
        shapes = read_shapes(there, tables)
        relaxed = heap_sizes(here, relaxed_columns(shapes, read_shapes(here, tables)))
        # What the source does not claim of its old rows, it need not be proved of the target's.
        loose = {each.identity for each in read_foreign_keys(there, OWN_SCHEMAS) if not each.valid}
        foreign_keys = [
            each for each in read_foreign_keys(here, OWN_SCHEMAS) if each.identity not in loose
        ]
        jobs: list[Job] = [
            *(partial(_set_not_null, relaxed=each) for each in relaxed),
            *(partial(_prove, foreign_keys=group) for group in by_table(foreign_keys)),
        ]
        with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="integrity") as pool:
            todo: SimpleQueue[Job] = SimpleQueue()
            for job in jobs:
                todo.put(job)
            crew = [pool.submit(_work, target, todo) for _ in range(min(CONNECTIONS, len(jobs)))]
            checks = [
                check_replication_role(fresh, application_role),
                check_application_rights(fresh, application_role, names, fenced=fenced),
                check_alembic(there, here, tables),
            ]
            for shape, column in _text_search_columns(shapes.values()):
                nulls = count_nulls(there, shape, column)
                checks.append(check_text_search(fresh, shape, column, nulls))
            found = [each for worker in crew for each in worker.result()]
        # Only now: NOT NULL and the proofs above change what the catalog says.
        objects = (read_objects(side, names) for side in (there, here))
        checks += compare_objects(*objects)
    return [
        *checks,
        _foreign_key_check(len(foreign_keys), [f for f in found if isinstance(f, Orphans)]),
        _not_null_check(relaxed, [f for f in found if isinstance(f, NullsFound)]),
    ]


def _work(target: DatabaseAddress, todo: SimpleQueue[Job]) -> list[Orphans | NullsFound]:
    """Take jobs on one connection until none is left."""
    found: list[Orphans | NullsFound] = []
    with closing(open_session(target, purpose="integrity", write=True)) as session:
        # The proof of a foreign key is a join within maintenance_work_mem.
        session.execute(
            "SELECT set_config('maintenance_work_mem', %s, false)", (MAINTENANCE_WORK_MEM,)
        )
        while True:
            try:
                job = todo.get_nowait()
            except Empty:
                return found
            found += job(session)


def _set_not_null(session: Session, relaxed: Relaxed) -> Broken:
    return set_not_null(session, relaxed)


def _prove(session: Session, foreign_keys: Sequence[ForeignKey]) -> Broken:
    return [found for each in foreign_keys if (found := prove(session, each)) is not None]


def _text_search_columns(shapes: Iterable[TableShape]) -> list[tuple[TableShape, str]]:
    return [
        (shape, column.name)
        for shape in shapes
        if shape.key
        for column in shape.columns
        if column.builtin == "tsvector" and column.written
    ]


def _foreign_key_check(count: int, orphans: Sequence[Orphans]) -> Check:
    if not orphans:
        return Check("integrity.foreign_keys", "PASS", f"{count} foreign keys proved")
    return Check(
        "integrity.foreign_keys",
        "FAIL",
        "; ".join(str(each) for each in orphans),
        "these rows are orphans on the source, or were not carried over: delete or mend them on"
        " the source, then start again",
    )


def _not_null_check(relaxed: Sequence[Relaxed], nulls: Sequence[NullsFound]) -> Check:
    if not nulls:
        count = sum(len(each.columns) for each in relaxed)
        return Check("integrity.not_null", "PASS", f"NOT NULL set again on {count} columns")
    return Check(
        "integrity.not_null",
        "FAIL",
        "; ".join(str(each) for each in nulls),
        "the replication left values out: roll back and look at the task's LOB settings",
    )
