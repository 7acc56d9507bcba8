"""Facts: what a step found out, kept as a JSON object by name for the steps after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.clock import Clock, stamp
from redash_migration.errors import NotFoundInRecord
from redash_migration.record.facts.packing import as_text, packed, unpacked
from redash_migration.record.reading import text_of, time_of
from redash_migration.record.table import RecordTable
from redash_migration.record.undo.undo import Undo


class Facts:
    """The record's facts, those of one direction; ``scope`` keeps them apart."""

    undo: Undo
    """Whose keys seal those that are believed only as they were put."""

    def __init__(self, table: RecordTable, migration_id: str, clock: Clock, scope: str) -> None:
        self.table = table
        self.migration_id = migration_id
        self.clock = clock
        self._scope = scope

    def put_fact(self, name: str, fact: Mapping[str, Any]) -> None:
        """Keep a JSON object by name, over an earlier one; a long one is compressed."""
        self.put_facts({name: fact})

    def put_facts(self, facts: Mapping[str, Mapping[str, Any]]) -> None:
        """The same for several, by name."""
        at = stamp(self.clock())
        self.table.update_all(
            self.migration_id,
            {
                f"{self._scope}FACT#{name}": {"body": packed(as_text(fact)), "at": at}
                for name, fact in facts.items()
            },
        )

    def put_fact_once(self, name: str, fact: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a fact unless there is one of this name; returns the one that counts."""
        self.table.put_new(
            {
                "pk": self.migration_id,
                "sk": f"{self._scope}FACT#{name}",
                "body": packed(as_text(fact)),
                "at": stamp(self.clock()),
            }
        )
        kept = self.fact(name)
        return dict(fact) if kept is None else kept

    def fact(self, name: str) -> dict[str, Any] | None:
        """The fact of this name, or None."""
        found = self.dated_fact(name)
        return None if found is None else found[0]

    def dated_fact(self, name: str) -> tuple[dict[str, Any], str] | None:
        """The same with the time at which it was written down."""
        item = self.table.get(self.migration_id, f"{self._scope}FACT#{name}")
        found = None if item is None else unpacked(text_of(item, "body"))
        return None if item is None or found is None else (found, time_of(item, "at"))

    def put_sealed_fact(self, name: str, fact: Mapping[str, Any]) -> None:
        """Keep a fact that is believed only as it was put; by who holds the undo list's key."""
        seal = self.undo.seals().fact(self._of_fact(name, fact))
        self.put_fact(name, {"fact": dict(fact), "seal": seal})

    def sealed_fact(self, name: str) -> dict[str, Any] | None:
        """That fact, or None where it is not as it was put; NotFoundInRecord."""
        kept = self.require_fact(name)
        fact, seal = kept.get("fact"), kept.get("seal")
        if not isinstance(fact, dict) or not isinstance(seal, str):
            return None
        return fact if self.undo.seals().is_fact(self._of_fact(name, fact), seal) else None

    def _of_fact(self, name: str, fact: Mapping[str, Any]) -> str:
        return as_text({"of": [self.migration_id, f"{self._scope}FACT#{name}"], "fact": dict(fact)})

    def facts_under(self, prefix: str) -> dict[str, dict[str, Any]]:
        """Every fact whose name begins so, by the rest of its name."""
        prefix = f"{self._scope}FACT#{prefix}"
        return {
            str(item["sk"]).removeprefix(prefix): found
            for item in self.table.query(self.migration_id, prefix)
            if (found := unpacked(text_of(item, "body"))) is not None
        }

    def require_fact(self, name: str) -> dict[str, Any]:
        """The fact of this name; NotFoundInRecord where the step that finds it has not run."""
        found = self.fact(name)
        if found is None:
            raise NotFoundInRecord(f"{name}: the step that finds this out has not run")
        return found
