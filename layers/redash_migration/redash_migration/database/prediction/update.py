"""The prediction made anew once the precopied copies and comparisons have been measured."""

from __future__ import annotations

from redash_migration.database.prediction.overheads import observed
from redash_migration.database.prediction.pause import Precopied, Prediction, predict
from redash_migration.database.prediction.speeds import Speeds
from redash_migration.plan import Plan
from redash_migration.record.record import Record

FACT = "prediction"
"""The record's fact that whoever approves the cutover is shown: seconds and parts."""

_MEASURED = "measured"

PROBES = "apply_probes"
"""The record's fact with the seconds after which each probe of the replication arrived."""


def note_measured(record: Record, table: str, **seconds: float) -> None:
    """Keep what a pre-copy took: copied, compared, summed."""
    known = record.fact(f"{_MEASURED}/{table}") or {}
    record.put_fact(f"{_MEASURED}/{table}", {**known, **seconds})


def update_prediction(record: Record, plan: Plan) -> Prediction:
    """Predict from this migration's steps and precopied runs so far, and keep it in the record."""
    known = record.facts_under(f"{_MEASURED}/")
    measured = {
        table.qualified_name: known.get(table.qualified_name, {})
        for table in plan.tables
        if table.method == "restore" or table.raw_bytes >= 1024 * 1024
    }
    applied = [float(value) for value in (record.fact(PROBES) or {}).get("seconds", [])]
    kinds = ("copied", "compared", "summed")
    precopied = Precopied(
        *(
            {name: float(found[kind]) for name, found in measured.items() if kind in found}
            for kind in kinds
        )
    )
    prediction = predict(
        plan.tables,
        plan.sequences_count,
        Speeds(),
        observed(record.steps.all(), applied),
        precopied,
    )
    record.put_fact(FACT, prediction.to_json())
    return prediction
