"""The database steps one after the other, and back again, with their record."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from redash_migration.database import tidying
from redash_migration.database.freeze import closing, fence
from redash_migration.database.freeze.last_look import last_look, note_source
from redash_migration.database.schema.carrying import carry_schema, finish_schema
from redash_migration.database.schema.contents import contents
from redash_migration.database.schema.dump import Entry
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tidying import UndoingInDatabases, clean_up
from redash_migration.database.watch.watching import (
    note_target,
    watch_source,
    watch_source_by_the_way,
    watch_target,
)
from redash_migration.errors import NotFoundInRecord, TargetNotEmpty
from redash_migration.plan import Plan
from redash_migration.preflight.examination import Request
from redash_migration.preflight.report import preflight
from redash_migration.preflight.source import room
from redash_migration.record import Record
from redash_migration.record.undo.replay import replay
from rehearsal.dms.task.names import Names

close = partial(closing.close_source, window=0.3)
SAMPLE = (Path(__file__).parent / "sample.sql").read_text(encoding="utf-8")
FIRST, SECOND = "redash-20261123-013005", "redash-20261123-020000"
Rows = Callable[..., list[tuple[Any, ...]]]


class Store:
    """Artifacts in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def put_json(self, name: str, value: Any) -> None:
        self.kept[name] = json.loads(json.dumps(value))

    def put_bytes(self, name: str, data: bytes, content_type: str) -> None:
        self.kept[name] = data.decode()


class Migration:
    """The steps of one migration between two databases."""

    def __init__(
        self, record: Record, source: DatabaseAddress, target: DatabaseAddress, dump: list[Entry]
    ) -> None:
        self.record = record
        self.source, self.target, self.dump = source, target, dump
        self.store = Store()
        self.verdict: dict[str, Any] = {}

    @property
    def plan(self) -> Plan:
        return Plan.from_json(self.store.kept["plan.json"])

    def preflight(self) -> None:
        self.verdict = preflight(
            self.record,
            self.store,
            source=self.source,
            target=self.target,
            request=Request(self.record.migration_id, {"disk_free_bytes": 50 << 30}),
            may_prepare=False,
        )

    def carry(self) -> None:
        carry_schema(
            self.record,
            self.dump,
            self.plan,
            source=self.source,
            target=self.target,
            application_role="",
        )

    def until_replicating(self) -> None:
        self.preflight()
        self.carry()
        finish_schema(self.record, self.dump, self.plan, target=self.target, seconds=120)

    def take_back(self) -> str:
        undoing = UndoingInDatabases(self.record, lambda: self.source, lambda: self.target)
        return replay(
            self.record.undo,
            "database",
            undoing.actions(),
            without=undoing.without_the_record(),
        )

    @contextmanager
    def replication(self) -> Iterator[None]:
        """What DMS does, by a subscription; copies first, then follows."""
        with connect(self.source, purpose="dms") as old:
            ask = "SELECT oid::int8 FROM pg_database WHERE datname = current_database()"
            name = sql.Identifier(Names.make("TASK", int(old.execute(ask).fetchall()[0][0])).slot)
        tables = sql.SQL(", ").join(
            sql.Identifier(table.schema, table.name) for table in self.plan.carried
        )
        with (
            connect(self.source, purpose="dms", read_only=False) as old,
            connect(self.target, purpose="dms", read_only=False) as new,
        ):
            old.execute(
                sql.SQL("CREATE PUBLICATION {} FOR TABLE {}, redash_migration.canary").format(
                    name, tables
                )
            )
            old.execute(
                sql.SQL("SELECT pg_create_logical_replication_slot({}, 'pgoutput')").format(
                    sql.Literal(name.as_string().strip('"'))
                )
            )
            dsn = psycopg.conninfo.make_conninfo("", **self.source.parameters())
            new.execute(
                sql.SQL(
                    "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (create_slot = false)"
                ).format(name, sql.Literal(dsn), name)
            )
            try:
                while new.execute(
                    "SELECT 1 FROM pg_subscription_rel WHERE srsubstate <> 'r' LIMIT 1"
                ).fetchone():
                    time.sleep(0.05)
                yield
            finally:
                new.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
                new.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(name))
                new.execute(sql.SQL("DROP SUBSCRIPTION {}").format(name))
                old.execute(sql.SQL("DROP PUBLICATION {}").format(name))


@pytest.fixture
def migrate(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    dump_of: Callable[[DatabaseAddress], list[Entry]],
    make_record: Callable[[str], Record],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Migration]:
    monkeypatch.setattr(room, "WATCH", 0.02)
    return lambda name: Migration(make_record(name), sample, target_database, dump_of(sample))


def test_from_the_preflight_to_the_drained_source(
    migrate: Callable[[str], Migration], rows: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    migration = migrate(FIRST)
    record = migration.record
    migration.until_replicating()
    assert migration.verdict["verdict"] == "WARN"  # the sample's materialized view
    assert not migration.verdict["prepare"]
    with migration.replication():
        measured = watch_source(record, migration.source)
        assert measured["verdict"] == "PASS"
        assert measured["slot_status"] == "reserved"
        metric = json.loads(capsys.readouterr().out)
        assert metric["WalHeld"] == measured["wal_held_bytes"]

        rows(migration.source, "UPDATE users SET name = '変更'")
        held = close(record, migration.source)
        again = close(record, migration.source)
        assert again["lsn"] == held["lsn"]
        found = closing.drain_source(record, migration.source, migration.target, seconds=20)
        assert found == {"drained": True, "waiting_for": ""}
        assert rows(migration.target, "SELECT name FROM users") == [("変更",)]
    assert {"fenced", "drained"} <= set(record.milestones())
    looked = last_look(record, migration.source, migration.target, migration.plan.slots_before)
    assert looked[0].status == "PASS"

    removed = clean_up(record, migration.source, migration.target)
    assert any(name.startswith("source: qqqqqqqqqqqqtask_") for name in removed)
    for side in (migration.source, migration.target):
        assert rows(side, "SELECT to_regnamespace('redash_migration')") == [(None,)]
    # The old database stays closed: one writer.
    with (
        psycopg.connect(
            psycopg.conninfo.make_conninfo("", **migration.source.parameters())
        ) as session,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        session.execute("UPDATE users SET name = ''")


def test_a_preflight_run_again_takes_our_own_slot_for_ours(
    migrate: Callable[[str], Migration],
) -> None:
    migration = migrate(FIRST)
    migration.until_replicating()
    with migration.replication():
        migration.preflight()
        assert migration.plan.slots_before == ()
        assert watch_source(migration.record, migration.source)["slot_status"] == "reserved"


def test_everything_is_taken_back_and_a_second_migration_begins(
    migrate: Callable[[str], Migration], rows: Rows
) -> None:
    first = migrate(FIRST)
    first.until_replicating()
    with first.replication():
        close(first.record, first.source)
    assert first.take_back() == "done"
    assert first.take_back() == "done"
    rows(first.source, "INSERT INTO users (org_id, name, api_key) VALUES (1, 'x', 'y')")
    slots = "SELECT 1 FROM pg_replication_slots WHERE database = current_database()"
    assert rows(first.source, slots) == []
    with connect(first.target, purpose="test") as session:
        assert contents(session) == []

    second = migrate(SECOND)
    second.until_replicating()
    assert second.verdict["verdict"] == "WARN"
    with second.replication():
        close(second.record, second.source)
        assert closing.drain_source(second.record, second.source, second.target)["drained"]


def test_a_fence_laid_again_after_a_roll_back_has_a_new_position(
    migrate: Callable[[str], Migration], rows: Rows
) -> None:
    migration = migrate(FIRST)
    migration.preflight()
    before = close(migration.record, migration.source)
    migration.take_back()
    rows(migration.source, "UPDATE users SET name = 'later'")
    after = close(migration.record, migration.source)
    assert after["lsn"] != before["lsn"]
    assert migration.take_back() == "done"
    rows(migration.source, "UPDATE users SET name = 'open again'")


def test_what_another_migration_left_is_refused_with_its_name(
    migrate: Callable[[str], Migration],
) -> None:
    migrate(FIRST).until_replicating()
    second = migrate(SECOND)
    second.preflight()
    assert second.verdict["verdict"] == "FAIL"
    detail = next(c.detail for c in second.record.checks.all() if c.id == "target.empty")
    assert FIRST in detail
    with pytest.raises(TargetNotEmpty, match=FIRST):
        second.carry()
    assert second.record.undo.all() == []  # nothing of the first may be taken back by the second


def test_what_users_wrote_on_the_target_is_kept_when_one_goes_back(
    migrate: Callable[[str], Migration], rows: Rows
) -> None:
    migration = migrate(FIRST)
    migration.until_replicating()
    note_target(migration.record, migration.target)
    migration.record.milestone("switch_began")
    note_target(migration.record, migration.target)
    rows(migration.target, "INSERT INTO organizations (name, settings) VALUES ('new', '{}')")
    assert watch_target(migration.record, migration.target)["writes_since_switch"] == 1
    assert migration.take_back() == "done"
    kept = "redash_migration_kept_20261123-013005_public"
    with connect(migration.target, purpose="test") as session:
        session.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(kept)))
        assert session.execute("SELECT name FROM organizations").fetchall() == [("new",)]
    check = next(c for c in migration.record.checks.all() if c.id == "roll_back.target_kept")
    assert kept in check.detail
    second = migrate(SECOND)
    second.until_replicating()
    assert second.verdict["verdict"] == "WARN"


def test_a_target_without_users_writes_is_emptied_when_one_goes_back(
    migrate: Callable[[str], Migration], rows: Rows
) -> None:
    migration = migrate(FIRST)
    migration.until_replicating()
    note_target(migration.record, migration.target)
    migration.record.milestone("switch_began")
    note_target(migration.record, migration.target)
    assert migration.take_back() == "done"
    assert rows(migration.target, "SELECT to_regclass('organizations')") == [(None,)]


def test_writes_that_can_not_be_counted_are_not_taken_for_none(
    migrate: Callable[[str], Migration], rows: Rows
) -> None:
    migration = migrate(FIRST)
    migration.until_replicating()
    migration.record.milestone("switch_began")
    assert watch_target(migration.record, migration.target)["writes_since_switch"] is None
    migration.take_back()
    assert "roll_back.target_kept" in {check.id for check in migration.record.checks.all()}


def test_leftovers_of_dms_are_removed_from_any_schema(
    migrate: Callable[[str], Migration], rows: Rows
) -> None:
    migration = migrate(FIRST)
    migration.until_replicating()
    rows(
        migration.target,
        "CREATE TABLE public.awsdms_history (i int);"
        "CREATE TABLE redash_migration_dms.awsdms_status (i int)",
    )
    rows(
        migration.source,
        "CREATE TABLE awsdms_ddl_audit (i int);"
        "CREATE FUNCTION awsdms_intercept_ddl() RETURNS event_trigger LANGUAGE plpgsql"
        " AS 'BEGIN END';"
        "CREATE EVENT TRIGGER awsdms_intercept_ddl ON ddl_command_end"
        " EXECUTE FUNCTION awsdms_intercept_ddl();"
        "CREATE TABLE awsdmsx_not_theirs (i int)",
    )
    removed = clean_up(migration.record, migration.source, migration.target)
    assert len(removed) == 5
    assert rows(migration.source, "SELECT to_regclass('awsdmsx_not_theirs')") != [(None,)]
    for side in (migration.source, migration.target):
        assert rows(side, r"SELECT 1 FROM pg_class WHERE relname LIKE 'awsdms\_%'") == []


def test_a_source_that_is_gone_at_the_end_is_a_warning(
    migrate: Callable[[str], Migration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "PATIENCE", 0.0)
    migration = migrate(FIRST)
    migration.until_replicating()
    gone = DatabaseAddress("127.0.0.1", 1, "x", "y", "z")
    clean_up(migration.record, gone, migration.target)
    check = next(c for c in migration.record.checks.all() if c.id == "clean_up.source")
    assert check.status == "WARN"
    assert watch_source_by_the_way(migration.record, gone)["verdict"] == "UNKNOWN"


@pytest.mark.parametrize("afterwards", ["back", "pause_ended"])
def test_nobody_looks_at_the_source_by_the_way_in_the_write_pause(
    migrate: Callable[[str], Migration], afterwards: Any
) -> None:
    """Who looks has a transaction open, and the last look would take that for a writer's."""
    migration = migrate(FIRST)
    migration.until_replicating()
    record, gone = migration.record, DatabaseAddress("127.0.0.1", 1, "x", "y", "z")

    def looks() -> bool:
        return bool(watch_source_by_the_way(record, gone)["verdict"] == "UNKNOWN")

    record.milestone("pause_began")
    assert not looks()
    if afterwards == "back":
        record.turn("back")  # nobody knows how long that takes, and the disk fills meanwhile
    else:
        record.milestone(afterwards)
    assert looks()


def test_steps_out_of_order_say_what_has_not_run(
    migrate: Callable[[str], Migration],
) -> None:
    migration = migrate(FIRST)
    with pytest.raises(NotFoundInRecord, match="Preflight"):
        close(migration.record, migration.source)
    with pytest.raises(NotFoundInRecord, match="FenceSource"):
        closing.drain_source(migration.record, migration.source, migration.target)
    assert (
        watch_source_by_the_way(migration.record, migration.source)["detail"]
        == "the preflight has not looked at the source yet"
    )


@pytest.mark.parametrize(
    ("life", "status", "says"),
    [
        ("SELECT count(*) FROM users", "PASS", "no row was written"),
        ("UPDATE users SET name = name", "FAIL", "rows were written"),
        ("TRUNCATE visualizations", "FAIL", "truncated"),
        ("CREATE TABLE later (id int)", "FAIL", "a table was made"),
        ("SELECT pg_stat_reset()", "UNKNOWN", "were reset"),
        ("ALTER DATABASE {} RESET default_transaction_read_only", "FAIL", "lifted"),
        ("BEGIN; UPDATE users SET name = name; PREPARE TRANSACTION 'left'", "FAIL", "prepared"),
        ("ALTER ROLE postgres SET track_counts = off", "UNKNOWN", "track_counts"),
    ],
)
def test_what_happens_behind_the_fence_is_seen_by_the_last_look(
    *,
    make_record: Callable[[str], Record],
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    life: str,
    status: str,
    says: str,
) -> None:
    record = make_record(FIRST)
    rows(target_database, SAMPLE)
    with connect(sample, purpose="test", read_only=False) as session:
        fence.lay(session, [], window=0.3)
        note_source(record, session)
    rows(sample, life.format(sample.dbname))  # a session that has asked for leave to write
    try:
        found = {check.id: check for check in last_look(record, sample, target_database, [])}
    finally:
        rows(sample, "ALTER ROLE postgres RESET track_counts")
        if "PREPARE" in life:
            rows(sample, "ROLLBACK PREPARED 'left'")
    assert found["source.untouched"].status == status
    assert says in found["source.untouched"].detail
    assert found["sequences.ready"].status == "PASS"


def test_the_last_look_sees_who_is_there_and_what_was_drawn_meanwhile(
    *,
    make_record: Callable[[str], Record],
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
) -> None:
    record = make_record(FIRST)
    rows(target_database, SAMPLE)
    with connect(sample, purpose="test", read_only=False) as session:
        fence.lay(session, [], window=0.3)
        note_source(record, session)
    rows(target_database, "SELECT setval('users_id_seq', 1, false)")
    with psycopg.connect(**sample.parameters(), application_name="cron") as cron:  # type: ignore[arg-type]
        cron.execute("SELECT 1")
        found = {check.id: check for check in last_look(record, sample, target_database, [])}
    assert "'cron'" in found["source.untouched"].detail
    assert found["sequences.ready"].status == "FAIL"
    assert "users_id_seq: 1 comes next, should be 2" in found["sequences.ready"].detail
