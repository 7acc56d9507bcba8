"""Which way rows and users go: to the new home, or back to the old one.

Everything that reads one database and writes another works in both directions: it takes where to
read and where to write. "Source" and "target" name these two ends, so that in a return the source
is the new database. The direction stands in a step's event; wiring picks the addresses by it, and
the record keeps each direction's findings apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from redash_migration.errors import InvalidInput

Direction = Literal["forward", "return"]


def direction_of(event: Mapping[str, Any]) -> Direction:
    """The direction that an event names, ``forward`` unless it says otherwise."""
    given = event.get("direction", "forward")
    if given == "forward":
        return "forward"
    if given == "return":
        return "return"
    raise InvalidInput(
        f"direction: {str(given)[:40]!r} is neither forward nor return; the state machine's"
        " definition gives it"
    )
