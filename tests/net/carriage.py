"""A whole migration between two databases by the project's own functions, in the machine's order.

AWS is left out: record and artifacts lie in memory, and replication.py stands for DMS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from redash_migration.database.copying.finish import finish
from redash_migration.database.copying.horizons import known_horizons, note_equal
from redash_migration.database.copying.pieces import precopy_pieces
from redash_migration.database.copying.restore import restore
from redash_migration.database.freeze.closing import close_source, drain_source
from redash_migration.database.freeze.last_look import last_look
from redash_migration.database.integrity.early import failures, judge_new_home
from redash_migration.database.integrity.results import write_checks
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.planning import items as item_rules
from redash_migration.database.planning import precopy as early_rule
from redash_migration.database.planning.items import CopyItem, copy_pieces, verify_parts
from redash_migration.database.planning.pace import Pace
from redash_migration.database.planning.pieces import plan_pieces
from redash_migration.database.schema.carrying import (
    carry_schema,
    finish_constraints,
    finish_schema,
)
from redash_migration.database.schema.dump import entries
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.sequences.results import write_sequences
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.verification.compare import compare
from redash_migration.database.verification.precopy import precopy_comparison, with_precopy
from redash_migration.database.verification.results import see_all_equal, write_outcomes
from redash_migration.database.watch.watching import source_before
from redash_migration.errors import TransientFailure
from redash_migration.failure_kinds import as_transient
from redash_migration.homecoming.at_the_switch import note_ends
from redash_migration.plan import Plan
from redash_migration.preflight.examination import Request
from redash_migration.preflight.report import preflight
from redash_migration.preflight.source import room
from redash_migration.record import Record
from rehearsal.postgres import programs, run, server_version
from tests.net.replication import replication

TRIES = 5
"""How often the state machine tries a step."""

DUMP_OPTIONS = "-c standard_conforming_strings=on -c lc_monetary=C"
"""As host/dump.sh has it."""

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
    """One migration; `piece_bytes` and `early_bytes` make small tables count as large ones.

    `source` is as the migration's role, `dms` the same database as a superuser.
    """

    record: Record
    source: DatabaseAddress
    target: DatabaseAddress
    dms: DatabaseAddress
    piece_bytes: int | None = None
    early_bytes: int | None = None
    store: Store = field(default_factory=Store)
    ways: dict[str, list[str]] = field(default_factory=dict)
    """By table: the ways its ranges went, early and in the write pause."""

    @property
    def window(self) -> float:
        """Seconds for which the fence is proved. Before 15 what a server counts is up to half a
        second old, and what was written right before would be told as written behind."""
        version = server_version(programs("source"))
        return 0.05 if version >= 15 else 0.7

    @property
    def plan(self) -> Plan:
        return Plan.from_json(self.store.kept["plan.json"])

    @property
    def pieces(self) -> list[CopyItem]:
        """What was restored in the write pause: tables, or ranges of them."""
        return [piece for item in self._pieces["restore"] for piece in copy_pieces(item)]

    def carry(
        self,
        changes: Callable[[], object] = lambda: None,
        early: Callable[[], object] = lambda: None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """From the preflight to the last look; `changes` come before the freeze, `early` before
        the copies that are made while users write, `meanwhile` after each of them.

        Raises Refused for what the preflight refuses, and whatever else a step raises.
        """
        with self.rules():
            self._look()
            with self._replicated(early, meanwhile):
                changes()
                close_source(self.record, self.source, window=self.window)
                for _ in range(TRIES):
                    found = drain_source(self.record, self.source, self.target, seconds=30)
                    if found["drained"]:
                        break
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
    def _replicated(
        self, early: Callable[[], object], meanwhile: Callable[[], object]
    ) -> Iterator[None]:
        """The load, the early copies, and the replication that goes on meanwhile."""
        text = run(
            programs("target"),
            "pg_dump",
            *("--schema-only", "--no-owner", "--no-acl", "--encoding=UTF8"),
            "--exclude-schema=redash_migration",
            environment={**self.dms.environment(), "PGOPTIONS": DUMP_OPTIONS},
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
        with replication(self.dms, self.target, self.plan) as resume:
            finish_schema(self.record, dump, self.plan, target=self.target, seconds=120)
            resume()
            early()
            tables = [(table.schema, table.name) for table in self.plan.tables]
            found = failures(judge_new_home(self.source, self.target, tables))
            write_checks(self.record.checks, found)
            self._pieces = plan_pieces(self.plan, self.record, lambda: self.source)
            for item in self._pieces["precopy"]:
                if "parts" in item:
                    precopy_comparison(self.source, self.target, verify_parts(item), self.record)
                for piece in [] if "parts" in item else copy_pieces(item):
                    self._carry_item(piece, early=True)
                    meanwhile()
            yield

    def _pause(self) -> None:
        tables = [(table.schema, table.name) for table in self.plan.tables]
        waiting = self.pieces
        for _ in range(TRIES):
            waiting = [item for item in waiting if not self._tried(item)]
            if not waiting:
                break
        else:
            raise TransientFailure(f"{waiting[0].qualified_name} is not restored")
        finish(self.source, self.target, [(t.schema, t.name) for t in self.plan.restored])
        finish_constraints(self.record, self.plan, target=self.target, seconds=120)
        note_equal(self.record, self.source, self.target)
        write_sequences(self.record.checks, self.store, fix_sequences(self.source, self.target))
        for item in self._pieces["verify"]:
            parts = verify_parts(item)
            outcomes = compare(self.source, self.target, with_precopy(parts, self.record))
            write_outcomes(self.record, parts, outcomes)
        see_all_equal(self.record, [table.qualified_name for table in self.plan.tables])
        write_checks(self.record.checks, verify_integrity(self.source, self.target, tables))
        note_ends(self.record.of("return"), self.source, self.target)
        slots = source_before(self.record).slots
        write_checks(self.record.checks, last_look(self.record, self.source, self.target, slots))

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
            way = str(precopy_pieces(self.source, self.target, [item], self.record)[0]["way"])
        else:
            restored = restore(
                self.source,
                self.target,
                item.schema,
                item.name,
                item.range,
                one_of_many=item.chunks > 1,
                since=known_horizons([item], self.record)[0],
            )
            way = restored.way
        self.ways.setdefault(item.qualified_name, []).append(way)

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Small tables count as large ones, as far as that is asked for."""
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
