"""A whole migration between two databases by the project's own functions, in the machine's order.

AWS is left out: record and artifacts lie in memory, and the replication that stands for DMS is
PostgreSQL's own. What DMS alters on its way is altered here too (`oddities`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import sql

from redash_migration.database.copying.finish import finish
from redash_migration.database.copying.horizons import known_horizons
from redash_migration.database.copying.precopy import precopy
from redash_migration.database.copying.restore import restore
from redash_migration.database.freeze.closing import close_source, drain_source
from redash_migration.database.integrity.ledger import write_checks
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.planning import items as item_rules
from redash_migration.database.planning import precopy as early_rule
from redash_migration.database.planning.items import CopyItem, copy_pieces, verify_parts
from redash_migration.database.planning.pace import Pace
from redash_migration.database.planning.phases import plan_pieces
from redash_migration.database.schema.carrying import (
    carry_schema,
    finish_constraints,
    finish_schema,
)
from redash_migration.database.schema.dump import entries
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.sequences.ledger import write_sequences
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.verification.compare import compare
from redash_migration.database.verification.ledger import close_ledger, write_outcomes
from redash_migration.database.verification.precopy import precopy_comparison, with_precopy
from redash_migration.errors import TransientFailure
from redash_migration.plan import Plan
from redash_migration.preflight import room
from redash_migration.preflight.examination import Request
from redash_migration.preflight.report import preflight
from redash_migration.record import Record
from redash_migration.step import as_transient
from rehearsal.dms.names import Names
from rehearsal.dms.oddities import alter_what_dms_alters
from rehearsal.postgres import programs, run

TRIES = 5
"""How often the state machine tries a step."""

ALEMBIC = """
CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001') ON CONFLICT DO NOTHING;
"""


class Refused(Exception):
    """The preflight said FAIL or UNKNOWN: `reasons` are the ids of its checks."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {detail}" for name, detail in reasons.items()))
        self.reasons = reasons


@dataclass
class Store:
    """Artifacts in memory."""

    kept: dict[str, Any] = field(default_factory=dict)

    def put_json(self, name: str, value: Any) -> None:
        self.kept[name] = json.loads(json.dumps(value))

    def put_bytes(self, name: str, data: bytes, content_type: str) -> None:
        self.kept[name] = data


@dataclass
class Carriage:
    """One migration; `piece_bytes` and `early_bytes` make small tables count as large ones."""

    record: Record
    source: DatabaseAddress
    target: DatabaseAddress
    piece_bytes: int | None = None
    early_bytes: int | None = None
    store: Store = field(default_factory=Store)
    ways: dict[str, list[str]] = field(default_factory=dict)
    """By table: the ways its ranges went, early and in the write pause."""

    @property
    def plan(self) -> Plan:
        return Plan.from_json(self.store.kept["plan.json"])

    def carry(self, changes: Callable[[], object] = lambda: None) -> None:
        """From the preflight to the end of the write pause; `changes` come before the freeze.

        Raises Refused for what the preflight refuses, and whatever else a step raises.
        """
        with self._rules():
            self._look()
            with self._replicated():
                changes()
                close_source(self.record, self.source, window=0.05)
                drain_source(self.record, self.source, self.target, seconds=30)
            self._pause()

    def _look(self) -> None:
        preflight(
            self.record,
            self.store,
            source=self.source,
            target=self.target,
            request=Request(self.record.migration_id, {"disk_free_bytes": 50 << 30}),
            may_prepare=False,
        )
        reasons = {
            check.id: check.detail
            for check in self.record.checks.all()
            if check.status in {"FAIL", "UNKNOWN"}
        }
        if reasons:
            raise Refused(reasons)

    @contextmanager
    def _replicated(self) -> Iterator[None]:
        """The load, the early copies, and the replication that goes on meanwhile."""
        text = run(
            programs("target"),
            "pg_dump",
            *("--schema-only", "--no-owner", "--no-acl"),
            "--exclude-schema=redash_migration",
            environment=self.source.environment(),
        )
        self._dump = dump = entries(text)
        carry_schema(
            self.record,
            dump,
            self.plan,
            source=self.source,
            target=self.target,
            application_role="",
        )
        with replication(self.source, self.target, self.plan) as resume:
            finish_schema(self.record, dump, self.plan, target=self.target, seconds=120)
            resume()
            self._pieces = plan_pieces(self.plan, self.record, lambda: self.source)
            for item in self._pieces["precopy"]:
                if "parts" in item:
                    precopy_comparison(self.source, self.target, verify_parts(item), self.record)
                else:
                    for piece in copy_pieces(item):
                        self._carry_item(piece, early=True)
            yield

    def _pause(self) -> None:
        tables = [(table.schema, table.name) for table in self.plan.tables]
        waiting = [piece for item in self._pieces["restore"] for piece in copy_pieces(item)]
        for _ in range(TRIES):
            waiting = [item for item in waiting if not self._tried(item)]
            if not waiting:
                break
        else:
            raise TransientFailure(f"{waiting[0].qualified_name} is not restored")
        finish(self.source, self.target, [(t.schema, t.name) for t in self.plan.restored])
        finish_constraints(self.record, self.plan, target=self.target, seconds=120)
        write_sequences(self.record.checks, self.store, fix_sequences(self.source, self.target))
        for item in self._pieces["verify"]:
            parts = verify_parts(item)
            outcomes = compare(self.source, self.target, with_precopy(parts, self.record))
            write_outcomes(self.record, parts, outcomes)
        close_ledger(self.record, [table.qualified_name for table in self.plan.tables])
        write_checks(self.record.checks, verify_integrity(self.source, self.target, tables))

    def _tried(self, item: CopyItem) -> bool:
        try:
            self._carry_item(item, early=False)
        except Exception as error:
            if isinstance(error, TransientFailure) or as_transient(error):
                return False
            raise
        return True

    def _carry_item(self, item: CopyItem, *, early: bool) -> None:
        if early:
            way = str(precopy(self.source, self.target, item, self.record)["way"])
        else:
            restored = restore(
                self.source,
                self.target,
                item.schema,
                item.name,
                item.range,
                one_of_many=item.chunks > 1,
                since=known_horizons(item, self.record),
            )
            way = restored.way
        self.ways.setdefault(item.qualified_name, []).append(way)

    @contextmanager
    def _rules(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(patch.object(room, "WATCH", 0.01))
            if self.piece_bytes is not None:
                pace = Pace(bytes_per_second=self.piece_bytes, aim=1, limit=1 << 40)
                for name in ("COPY", "COMPARE"):
                    stack.enter_context(patch.object(item_rules, name, pace))
            if self.early_bytes is not None:
                for name in ("LARGE_BYTES", "WIDE_ROW_BYTES"):
                    stack.enter_context(patch.object(early_rule, name, self.early_bytes))
            yield


@contextmanager
def replication(
    source: DatabaseAddress, target: DatabaseAddress, plan: Plan
) -> Iterator[Callable[[], None]]:
    """What DMS does, by a subscription: loaded inside and stopped; the value lets it go on."""
    with _session(source) as old:
        ask = "SELECT oid::int8 FROM pg_database WHERE datname = current_database()"
        text = Names.make("TASK", int(old.execute(ask).fetchall()[0][0])).slot
    name = sql.Identifier(text)
    carried = [(table.schema, table.name) for table in plan.carried]
    tables = sql.SQL(", ").join(
        sql.Identifier(*table) for table in (*carried, ("redash_migration", "canary"))
    )
    with _session(source) as old:
        old.execute(
            sql.SQL(
                "CREATE PUBLICATION {} FOR TABLE {} WITH (publish = 'insert, update, delete')"
            ).format(name, tables)
        )
        old.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [text])
    with _session(target) as new:
        dsn = psycopg.conninfo.make_conninfo("", **source.parameters())
        new.execute(
            sql.SQL(
                "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (create_slot = false)"
            ).format(name, sql.Literal(dsn), name)
        )
        try:
            _until_loaded(new, text)
            new.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
            alter_what_dms_alters(new, carried)

            def resume() -> None:
                new.execute(sql.SQL("ALTER SUBSCRIPTION {} ENABLE").format(name))

            yield resume
        finally:
            new.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
            new.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(name))
            new.execute(sql.SQL("DROP SUBSCRIPTION {}").format(name))
            # The fence has ended whatever session was open before it.
            with _session(source) as old:
                old.execute(sql.SQL("DROP PUBLICATION {}").format(name))


def _session(address: DatabaseAddress) -> psycopg.Connection[Any]:
    parameters: dict[str, Any] = address.parameters()
    return psycopg.connect(
        autocommit=True, options="-c default_transaction_read_only=off", **parameters
    )


def _until_loaded(session: psycopg.Connection[Any], name: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while session.execute(
        "SELECT FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid"
        " WHERE s.subname = %s AND r.srsubstate <> 'r' LIMIT 1",
        [name],
    ).fetchone():
        if time.monotonic() > deadline:
            raise TimeoutError("the replication did not load every table")
        time.sleep(0.02)
