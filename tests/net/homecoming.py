"""The way back after a carriage, by the project's own functions, in the machine's order."""

from __future__ import annotations

from collections.abc import Callable

from redash_migration.database.copying.pieces import precopy_pieces, restore_pieces
from redash_migration.database.freeze.closing import close_source
from redash_migration.database.freeze.last_look import last_look
from redash_migration.database.integrity.results import write_checks
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.planning.items import copy_pieces, verify_parts
from redash_migration.database.planning.pieces import plan_pieces
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.sequences.results import artifact_of, write_sequences
from redash_migration.database.verification.compare import compare
from redash_migration.database.verification.precopy import precopy_comparison, with_precopy
from redash_migration.database.verification.results import see_all_equal, write_outcomes
from redash_migration.database.watch.still import note_still
from redash_migration.errors import TransientFailure
from redash_migration.failure_kinds import as_transient
from redash_migration.homecoming.opening import open_source
from redash_migration.homecoming.preparation import prepare_return
from tests.net.carriage import TRIES, Carriage

BUDGET_SECONDS = 300


def bring_home(
    carriage: Carriage,
    early: Callable[[], object] = lambda: None,
    late: Callable[[], object] = lambda: None,
) -> None:
    """Carry home what users wrote on the new side since a carriage: `early` while they go on,
    `late` before the new side is closed.

    Raises ReturnNotPossible where that is known before, and whatever else a step raises.
    """
    old, new, plan = carriage.source, carriage.target, carriage.plan
    record = carriage.record.of("return")
    early()
    with carriage.rules():
        prepare_return(record, plan, old, new, BUDGET_SECONDS)
        planned = plan_pieces(plan, record, lambda: new)
        for item in planned["precopy"]:
            if "parts" in item:
                precopy_comparison(new, old, verify_parts(item), record)
            else:
                precopy_pieces(new, old, copy_pieces(item), record)
        late()
        close_source(record, new, window=carriage.window)
        waiting = planned["restore"]
        for _ in range(TRIES):
            waiting = [item for item in waiting if not _restored(carriage, item)]
        if waiting:
            raise TransientFailure(f"{waiting[0]} is not restored")
    fixed = fix_sequences(new, old)
    write_sequences(record.checks, carriage.store, fixed, artifact_of("return"))
    note_still(record, old)
    for item in planned["verify"]:
        parts = verify_parts(item)
        write_outcomes(record, parts, compare(new, old, with_precopy(parts, record)))
    see_all_equal(record, [table.qualified_name for table in plan.tables])
    tables = [(table.schema, table.name) for table in plan.tables]
    write_checks(record.checks, verify_integrity(new, old, tables, fenced=True))
    write_checks(record.checks, last_look(record, new, old, ()))
    open_source(record, old)


def _restored(carriage: Carriage, item: dict[str, object]) -> bool:
    record = carriage.record.of("return")
    try:
        restore_pieces(carriage.target, carriage.source, copy_pieces(item), record)
    except Exception as error:
        if isinstance(error, TransientFailure) or as_transient(error):
            return False
        raise
    return True
