"""Wait, event, reconcile and retry in any order: a step is resumed once, and always in the end.

A stateful property test over a record in memory (the same contract as the table: conditional
updates), a task that runs and stops, and a Step Functions that loses answers now and then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from redash_migration.record import Item, Outcome, Record, Wait
from redash_migration.record.table import Value
from redash_migration.record.waits import TokenUnknown


class Memory:
    """A RecordTable in memory."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def put_new(self, item: Item) -> bool:
        key = (str(item["pk"]), str(item["sk"]))
        if key in self.items:
            return False
        self.items[key] = dict(item)
        return True

    def get(self, pk: str, sk: str) -> Item | None:
        found = self.items.get((pk, sk))
        return None if found is None else dict(found)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        keys = sorted(key for key in self.items if key[0] == pk and key[1].startswith(prefix))
        return [dict(self.items[key]) for key in keys]

    def update(
        self,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value] | None = None,
        first: Mapping[str, Value] | None = None,
        add: Mapping[str, int] | None = None,
        expected: Mapping[str, Value | None] | None = None,
    ) -> Item | None:
        item = self.items.get((pk, sk), {"pk": pk, "sk": sk})
        if any(item.get(name) != value for name, value in (expected or {}).items()):
            return None
        sums = {name: int(item.get(name, 0)) + number for name, number in (add or {}).items()}
        changed: Item = {**(first or {}), **item, **(values or {}), **sums}
        self.items[pk, sk] = changed
        return dict(changed)

    def delete(self, pk: str, sk: str, *, expected: Mapping[str, Value] | None = None) -> bool:
        item = self.items.get((pk, sk), {})
        if any(item.get(name) != value for name, value in (expected or {}).items()):
            return False
        self.items.pop((pk, sk), None)
        return True


class Waiting(RuleBasedStateMachine):
    """One step that waits for one task; every actor may look at any moment, with old knowledge."""

    def __init__(self) -> None:
        super().__init__()
        self.record = Record(Memory(), "redash-20260131-020000")
        self.token = ""
        self.tokens = 0
        self.known: list[Wait] = []
        self.task_stopped = False
        self.resumed: list[str] = []
        self.used: set[str] = set()
        self.line_down = False

    def send(self, token: str, outcome: Outcome) -> None:
        assert outcome.result == {"stopped": True}
        if self.line_down:
            raise ConnectionError
        if token in self.used or token != self.token:
            raise TokenUnknown
        self.used.add(token)
        self.resumed.append(token)

    def answer(self, wait: Wait) -> None:
        if not self.task_stopped:
            return
        with contextlib.suppress(ConnectionError):
            self.record.resume(wait, Outcome.success({"stopped": True}), self)

    @precondition(lambda self: not self.resumed)
    @rule()
    def the_step_starts_or_is_retried(self) -> None:
        self.tokens += 1
        self.token = f"token-{self.tokens}"
        wait = self.record.waits.open("RunFullLoad", self.token, "task")
        self.known.append(wait)
        self.answer(wait)

    @rule()
    def the_task_stops(self) -> None:
        self.task_stopped = True

    @rule(down=st.booleans())
    def the_line_to_step_functions(self, down: bool) -> None:
        self.line_down = down

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def an_event_arrives_and_its_reader_knows_an_old_wait(self, data: st.DataObject) -> None:
        self.answer(data.draw(st.sampled_from(self.known)))

    @rule()
    def the_reconciler_looks(self) -> None:
        for wait in self.record.waits.all():
            if wait.state == "SETTLED":
                with contextlib.suppress(ConnectionError):
                    self.record.deliver(wait.kind, self)
            elif wait.state == "OPEN":
                self.answer(wait)

    @invariant()
    def a_wait_completes_at_most_once(self) -> None:
        assert len(self.resumed) <= 1
        assert len(set(self.resumed)) == len(self.resumed)

    def teardown(self) -> None:
        """Once the line is up and the task has stopped, two rounds of the reconciler suffice."""
        if not self.tokens:
            return
        self.line_down, self.task_stopped = False, True
        self.the_reconciler_looks()
        self.the_reconciler_looks()
        assert self.resumed == [self.token]
        wait = self.record.waits.get("RunFullLoad")
        assert wait is not None
        assert wait.state == "DELIVERED"


TestWaiting = Waiting.TestCase
TestWaiting.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
