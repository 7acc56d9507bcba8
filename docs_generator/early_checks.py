"""What the database steps of the write pause can fail by, and who judges it before the approval.

The table in docs/errors.md is made of it. A step that learns to fail by something new gives it a
line here: where the same is asked while nobody waits, or why it can't be.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ROOMS = ("copying", "sequences", "verification", "integrity", "freeze")
_MODULES = ("session/turn.py", "schema/completion.py", "schema/drift.py")
"""Where the steps from FenceSource to LastLook are made, below database/."""

_CHECK = re.compile(r"(?:integrity|sequences|data|source|replication)(?:\.[a-z_]+)+\.?")


class Early(NamedTuple):
    """`judged` names checks and states before the approval, "" for none; `left` says what only the
    pause can tell."""

    judged: str
    left: str


_SINCE = "what somebody changed since"
_AGAIN = "another run at the same rows: it is tried again"

EARLY: dict[str, Early] = {
    "FenceNotHeld in freeze/fence": Early(
        "`source.fence_rights`, `source.prepared_transactions`, `source.subscriptions`",
        "who connects in spite of the fence",
    ),
    "FenceNotHeld in freeze/read_only": Early("`source.fence_rights`", _SINCE),
    "FenceNotHeld in freeze/draining": Early("", "who comes back after the fence was proved"),
    "NotDrained in freeze/closing": Early("`AwaitInSync`, `RecheckSync`", "a delay that is new"),
    "NotDrained in freeze/draining": Early("`PlanCopies`, `AwaitInSync`", "changes since"),
    "NotFoundInRecord in freeze/closing": Early("", "the record is another's, or gone"),
    "source.fence": Early("`source.fence_rights`", "who connects in spite of the fence"),
    "source.schema": Early("`MeasureSource`, by the minute", _SINCE),
    "replication.drained": Early("`AwaitInSync`, `RecheckSync`", "a delay that is new"),
    "CopyFailed in copying/restore": Early(
        "`PrecopyTable`; `MeasureSource` for columns",
        _SINCE,
    ),
    "CopyFailed in differences/hopeless": Early("`PrecopyTable`", "nothing: it is not asked there"),
    "TransientFailure in copying/restore": Early(
        "", "a value that moved between ranges: tried again"
    ),
    "TransientFailure in session/turn": Early("", _AGAIN),
    "TransientFailure in schema/completion": Early("", "a lock, or time: it is tried again"),
    "SchemaNotCopied in schema/completion": Early("`CompleteSchema`, which tries them", _SINCE),
    "SequenceNotSettable in sequences/results": Early("`source.sequences`", "values drawn since"),
    "sequences.set": Early("`source.sequences`", "values drawn since"),
    "sequences.ready": Early("`source.sequences`", "who draws from the new side's sequences"),
    "DataMismatch in verification/results": Early(
        "`PrecopyTable` for what we copy, validation in `AwaitInSync` for what is replicated",
        "rows written since",
    ),
    "data.verified": Early("the same", "rows written since"),
    "IntegrityViolated in integrity/results": Early("the checks below", _SINCE),
    "integrity.foreign_keys": Early("`source.orphans`", "rows written since"),
    "integrity.not_null": Early(
        "validation in `AwaitInSync`", "values that are still on their way"
    ),
    "integrity.session_replication_role": Early(
        "`target.session_replication_role`, `PlanCopies`", _SINCE
    ),
    "integrity.application_rights": Early("`target.application_role`, `PlanCopies`", _SINCE),
    "integrity.alembic_version": Early("`source.alembic`", _SINCE),
    "integrity.search_vector.": Early("`PrecopyTable`, on the rows that are there", "rows since"),
    **{
        f"integrity.{kind}": Early("`PlanCopies`", _SINCE)
        for kind in (
            *("tables", "columns", "constraints", "indexes", "triggers"),
            *("functions", "views", "sequences"),
        )
    },
    "source.untouched": Early("`source.counters`", "rows written behind the fence"),
}


def early_checks_table(_root: Path) -> str:
    """What can fail in the pause, who judges it before, and what is left for the pause."""
    lines = ["| in the write pause | judged before by | left to the pause |", "|---|---|---|"]
    lines += [
        f"| {name.rstrip('.')} | {early.judged or 'nobody can'} | {early.left} |"
        for name, early in EARLY.items()
    ]
    return "\n".join(lines) + "\n"


def failures_of_the_pause(root: Path) -> set[str]:
    """Every check and every ``Error in room/module`` that those modules make."""
    database = root / "layers" / "redash_migration" / "redash_migration" / "database"
    paths = [path for room in _ROOMS for path in sorted((database / room).rglob("*.py"))]
    return {
        name
        for path in [*paths, *(database / module for module in _MODULES)]
        if path.stem != "early"  # it judges early
        for name in _made(path)
    }


def _made(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            error = ast.unparse(node.exc.func)
            error = "SchemaNotCopied" if error == "refused" else error
            yield f"{error} in {path.parent.name}/{path.stem}"
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _CHECK.fullmatch(node.value)
            and not node.value.endswith(".json")
        ):
            yield node.value
