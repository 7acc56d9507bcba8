"""Wait, event, reconcile and retry in any order: a step is resumed once, and always in the end.

A stateful property test over a record in memory (the same contract as the table: conditional
updates), a task that runs and stops, and a Step Functions that loses answers now and then.
"""

from __future__ import annotations

import contextlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from redash_migration.record import Outcome, Record, Wait
from redash_migration.record.wait import TokenUnknown
from tests.memory import Memory


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
TestWaiting.settings = settings(max_examples=150, stateful_step_count=25)
