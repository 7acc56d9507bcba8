"""How long the write pause will be, from this migration's own measurements."""

from redash_migration.database.prediction.overheads import Overheads, observed
from redash_migration.database.prediction.pause import Prediction, predict
from redash_migration.database.prediction.speeds import Speeds, measure_speeds
from redash_migration.database.prediction.update import update_prediction

__all__ = [
    "Overheads",
    "Prediction",
    "Speeds",
    "measure_speeds",
    "observed",
    "predict",
    "update_prediction",
]
