"""What a run of restore() did, for the record and the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any, Literal

from redash_migration.database.tables.horizon import Horizons

Way = Literal["copy", "delta"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a run did. `rows` is what the source has in the range, `bytes` what was carried, in
    COPY's form; `added`, `changed` and `gone` count rows of a delta; `seconds` by part. `horizons`
    are those of the snapshots that were made equal: a later run may build on them."""

    table: str
    way: Way
    rows: int
    bytes: int
    added: int
    changed: int
    gone: int
    rebuilt_indexes: int
    seconds: dict[str, float]
    horizons: Horizons

    def to_json(self) -> dict[str, Any]:
        """As kept in the record and answered to the state machine."""
        return asdict(self)

    def line(self, chunk: int) -> dict[str, Any]:
        """For the table's line in the report; one of several ranges has its own entry there."""
        carried = {
            "way": self.way,
            "carried_bytes": self.bytes,
            "added": self.added,
            "changed": self.changed,
            "gone": self.gone,
            "seconds": self.seconds,
        }
        return {"restore" if chunk == 0 else f"restore_{chunk}": carried}


class Stopwatch:
    """Seconds by part, each from the end of the one before."""

    def __init__(self) -> None:
        self._since = monotonic()
        self.parts: dict[str, float] = {}

    def lap(self, part: str) -> None:
        """A part has ended."""
        now = monotonic()
        self.parts[part] = round(now - self._since, 4)
        self._since = now
