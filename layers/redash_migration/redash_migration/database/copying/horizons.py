"""Since when a range of a table has been the same on both sides but for what was written later."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from redash_migration.database.planning.items import CopyItem
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.horizon import Horizons, read_horizon
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.record.record import Record

_PRECOPIED = "precopied/"
EQUAL_FACT = "equal_since"
"""The horizons of both sides from before everything was found equal, and nobody wrote: from there
a return works out what has been written on the new side since the switch."""


def note_horizons(item: CopyItem, record: Record, horizons: Horizons) -> None:
    """Keep the horizons of a run that compared the whole range."""
    record.put_fact(f"{_PRECOPIED}{_name(item)}", {**item.range.to_json(), **horizons.to_json()})


def known_horizons(items: Sequence[CopyItem], record: Record) -> list[Horizons | None]:
    """Since when each range has only to be looked at where it was written; None without a pre-copy
    of the very same range. In a return that is, at the latest, the switch."""
    # One is asked for by its name: a database may have thousands.
    names = [_name(item) for item in items]
    facts = (
        {names[0]: record.fact(f"{_PRECOPIED}{names[0]}")}
        if len(names) == 1
        else record.facts_under(_PRECOPIED)
    )
    latest = equal_since(record) if record.direction == "return" else None

    def known(item: CopyItem) -> Horizons | None:
        fact = facts.get(_name(item))
        if fact is not None and KeyRange.from_json(fact) == item.range:
            return Horizons.from_json(fact)
        return latest

    return [known(item) for item in items]


def note_equal(record: Record, source: DatabaseAddress, target: DatabaseAddress) -> None:
    """Keep both sides' horizons now: between the restore and the comparison of all tables, so that
    they lie before the moment at which every table is found equal."""
    horizons = []
    for address in (source, target):
        with closing(open_session(address, purpose="horizon")) as session:
            horizons.append(read_horizon(session))
    record.put_fact(EQUAL_FACT, Horizons(*horizons).to_json())


def equal_since(record: Record) -> Horizons | None:
    """What note_equal() kept on the way forward, as this direction reads and writes."""
    fact = record.of("forward").fact(EQUAL_FACT)
    if fact is None:
        return None
    horizons = Horizons.from_json(fact)
    return horizons.turned if record.direction == "return" else horizons


def _name(item: CopyItem) -> str:
    return f"{item.qualified_name}/{item.chunk}"
