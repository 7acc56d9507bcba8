"""The pre-copy, made while Redash goes on writing, in either direction."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from redash_migration.database.copying.horizons import known_horizons, note_horizons
from redash_migration.database.copying.restore import restore_between
from redash_migration.database.copying.restored import Restored
from redash_migration.database.integrity.early import failures, judge_text_search
from redash_migration.database.integrity.results import write_checks
from redash_migration.database.planning.items import CopyItem
from redash_migration.database.prediction.update import note_measured
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.horizon import Horizons
from redash_migration.database.tables.shape import read_shape
from redash_migration.record.checks import Check
from redash_migration.record.record import Record


def try_triggers(reading: Session, target: DatabaseAddress, item: CopyItem, record: Record) -> None:
    """Once for each table that was copied forward. Raises IntegrityViolated where a trigger that
    fills a text search column fails on the target."""
    if record.direction == "forward" and item.chunk == 0:
        tried = judge_text_search(reading, target, (item.schema, item.name))
        write_checks(record.checks, failures(tried))


def precopy(reading: Session, writing: Session, item: CopyItem, record: Record) -> dict[str, Any]:
    """Carry a table, or a range, while Redash writes: the pause finds the differences alone."""
    name = item.qualified_name
    if not read_shape(reading, item.schema, item.name).key:
        return _try_whole(reading, writing, item, record)
    back = record.direction == "return"
    since = known_horizons([item], record)[0] if back else None
    identifier = f"precopy.{name}"
    copied = restore_between(
        reading,
        writing,
        item.schema,
        item.name,
        item.range,
        one_of_many=item.chunks > 1,
        keep_indexes=item.chunks > 1,
        since=since,
        at_work=back,
    )
    seconds, horizons = _compare_again(reading, writing, item, copied, since, at_work=back)
    note_measured(record, name, **seconds)
    note_horizons(item, record, horizons)
    record.checks.put(
        Check(identifier, "PASS", f"{copied.rows} rows, {copied.bytes} bytes pre-copied")
    )
    return copied.to_json()


def _try_whole(
    reading: Session, writing: Session, item: CopyItem, record: Record
) -> dict[str, Any]:
    """A table without a key is carried whole in the pause, for what differs could not be told. Here
    it is for trial: what the target refuses, or makes otherwise, shall not be seen there first; and
    how long it takes."""
    tried = restore_between(reading, writing, item.schema, item.name, item.range, taken_back=True)
    # What was taken back would be in the way of the rows to come.
    writing.execute(sql.SQL("VACUUM {}").format(sql.Identifier(item.schema, item.name)))
    note_measured(record, item.qualified_name, copied=sum(tried.seconds.values()))
    detail = f"{tried.rows} rows carried for trial and taken back: without a key, they come whole"
    record.checks.put(Check(f"precopy.{item.qualified_name}", "PASS", detail))
    return tried.to_json()


def _compare_again(
    reading: Session,
    writing: Session,
    item: CopyItem,
    copied: Restored,
    since: Horizons | None,
    *,
    at_work: bool,
) -> tuple[dict[str, float], Horizons]:
    """Compare all rows by their hashes and carry what changed during the copy. From these
    horizons on both sides are equal but for what is written later; and the time this takes tells
    how fast both servers hash. Where the copy itself could build on horizons, so can this."""
    again = restore_between(
        reading,
        writing,
        item.schema,
        item.name,
        item.range,
        one_of_many=item.chunks > 1,
        keep_indexes=True,
        since=None if since is None else copied.horizons,
        made_equal=copied.horizons,
        at_work=at_work,
    )
    seconds = {"compared": again.seconds.get("compare", 0.0)}
    if copied.way == "copy":
        seconds["copied"] = sum(copied.seconds.values())
    return seconds, again.horizons
