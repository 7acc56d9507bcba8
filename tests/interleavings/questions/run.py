"""One question to two approvers, in any order: asked again, answered twice, expired, redelivered.

The record's own code on the table in memory. People come by the page and by Slack at one moment,
the step that asks is retried beside its earlier run, the reconciler looks after both, functions
die, and Step Functions is out of reach now and then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from redash_migration.approval.deciding import request as asking
from redash_migration.approval.deciding import upkeep
from redash_migration.approval.deciding.answering import Reply, answer
from redash_migration.approval.desk import Desk, Policy
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import WayHome
from redash_migration.approval.gate.gates import latest_gate
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, EXPIRE, Purpose
from redash_migration.approval.gate.rules import Proposal
from redash_migration.approval.gate.seal import demand
from redash_migration.approval.links.keyring import KeyRing
from redash_migration.clock import moment, stamp
from redash_migration.errors import NotApproved
from redash_migration.record import Record
from redash_migration.record.owner import Acting
from redash_migration.record.wait import Outcome, TokenUnknown
from tests.evidence import clear_evidence
from tests.interleavings.actors import Actor, stand_still
from tests.interleavings.questions.desk import AtOnce, Noting, Store, Table
from tests.interleavings.world import Violation

MIGRATION = "redash-20260131-020000"
HANA, KEN = "hana@example.com", "ken@example.com"
HOUR = timedelta(hours=1)
KEYS = KeyRing("k1", {"k1": bytes(range(40))})
EVERY = 7
TRIES = 3
OUTCOMES = {CUTOVER: ("approve", "reject"), CONFIRM: ("keep", "return", "go_back")}

Move = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Given:
    """An answer that somebody gives, and what they hear."""

    gate: str
    proposal: Proposal
    replies: list[Reply] = field(default_factory=list)


class Questions:
    """``choose`` decides everything that is not decided by the code."""

    def __init__(self, choose: Callable[[int], int]) -> None:
        self.choose = choose
        self.purpose: Purpose = (CUTOVER, CONFIRM)[choose(2)]
        self.required = 1 + choose(2)
        self.now = datetime(2026, 1, 31, 2, tzinfo=UTC)
        self.table = Noting(lambda: self.now)
        self.record = Record(self.table, MIGRATION, self._clock)
        self.version = 16
        self.actors: list[Actor] = []
        self.told: list[str] = []
        self.tokens: list[str] = []
        """The last one is open, unless the state is over."""
        self.over = False
        self.tries = 0
        self.entered = self.now
        self.step: Actor | None = None
        self.sent: list[dict[str, Any]] = []
        self.line_down = False
        self.given: list[Given] = []
        self.left = 2 + choose(8)

    def _clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def _evidence(self) -> Evidence:
        back = WayHome(True, 10.0, {}, "ReturnFailed", "")
        return replace(
            clear_evidence(self.purpose, MIGRATION),
            source_version=self.version,
            required=self.required,
            way_home=back if self.purpose is CONFIRM else None,
        )

    def _desk(self, record: Record | None = None) -> Desk:
        nobody: Any = None
        store: Any = Store()
        return Table(
            record or self.record, store, lambda: KEYS, nobody, None, self, True, "https://x", 600,
            self._clock,
            shown=self._evidence,
        )  # fmt: skip

    # --- Step Functions

    def send(self, token: str, outcome: Outcome) -> None:
        """SendTaskSuccess."""
        stand_still()
        if self.line_down:
            raise ConnectionError("away")
        if self.over or token != self.tokens[-1]:
            raise TokenUnknown
        assert outcome.result is not None
        self.over = True
        self.sent.append(outcome.result)
        self._may_be_told(outcome.result)
        stand_still()

    def _may_be_told(self, result: dict[str, Any]) -> None:
        """Who decided what the execution hears of."""
        decision, evidence = result["decision"], result["evidence_hash"]
        if self.table.decided[result["decided_at"]] < self.entered:
            raise Violation(f"{decision} was said before the execution was redriven")
        if decision == EXPIRE:
            gate = latest_gate(self.table_now(), MIGRATION, self.purpose)
            if gate is not None and not gate.expired(self.now):
                raise Violation("expired before its time")
            return
        said = {
            one.proposal.actor
            for one in self.given
            if one.proposal.decision == decision
            and (decision != self.purpose.agree or one.proposal.evidence_hash == evidence)
        }
        needed = self.required if decision == self.purpose.agree else 1
        if len(said) < needed:
            raise Violation(f"{decision} is told, and {said} said so")

    def table_now(self) -> Any:
        """The table, read without standing still."""
        return AtOnce(self.table)

    # --- what may happen

    def _ask(self) -> None:
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        token = self.tokens[-1]
        policy = Policy((HANA, KEN), self.required, True, 3600, "en", True)
        acting = Acting(
            MIGRATION, "arn", ("forward",), entered=stamp(self.entered), retries=self.tries
        )
        desk = self._desk(Record(self.table, MIGRATION, self._clock, acting=acting))
        self.step = self._acts(
            f"asks with {token}",
            lambda: asking.request(desk, policy, self.purpose, token),
        )

    def _acts(self, name: str, body: Callable[[], object]) -> Actor:
        actor = Actor(f"{name} ({len(self.actors)})", lambda: _drop(body()))
        self.actors.append(actor)
        return actor

    def _retry(self) -> None:
        self.tries += 1
        self._ask()

    def _redriven(self) -> None:
        """Somebody stops the execution, and redrives it: a new run of its state begins."""
        self.now += timedelta(seconds=10)
        self.tries, self.entered = 0, self.now
        self._ask()

    def _answers(self, who: str, decision: str, later: timedelta | None = None) -> None:
        gate = latest_gate(self.table_now(), MIGRATION, self.purpose)
        if gate is None:
            return
        proposal = Proposal(
            who, decision, "because", self._evidence().hash, "page", MIGRATION,
            None if later is None else self.now + later,
        )  # fmt: skip
        given = Given(gate.gate_id, proposal)
        self.given.append(given)

        def body() -> None:
            desk = self._desk()
            found = desk.gates.find(given.gate)
            if found is not None:
                given.replies.append(answer(desk, found, desk.evidence(found), proposal))

        self._acts(f"{who} says {decision}", body)

    def _round(self) -> None:
        self._acts("reconciler", self._reconciler)

    def _reconciler(self) -> None:
        for wait in self.record.waits.all():
            if wait.state == "SETTLED":
                with contextlib.suppress(ConnectionError):
                    self.record.deliver(wait.kind, self)
        upkeep.follow_up(self._desk, self.record, self._clock())

    def _possible(self) -> list[tuple[str, Callable[[], object]]]:
        working: list[Move] = [(one.name, one.go_on) for one in self.actors if one.alive]
        asked = self.step is not None and (self.step.alive or self.step.error is None)
        if not asked and not self.over and self.tries < TRIES:
            working.append(("the step is retried", self._retry))
        if working and (self.left <= 0 or self.choose(EVERY)):
            return working
        if self.left <= 0:
            return []
        self.left -= 1
        return self._disturbances()

    def _disturbances(self) -> list[Move]:
        found: list[Move] = []
        if latest_gate(self.table_now(), MIGRATION, self.purpose) is not None:
            agree = self.purpose.agree
            for who in (HANA, KEN):
                found += [
                    (f"{who}: {decision}", partial(self._answers, who, decision))
                    for decision in (agree, agree, *OUTCOMES[self.purpose])
                ]
            if self.purpose is CUTOVER:
                later = partial(self._answers, HANA, agree, later=timedelta(minutes=10))
                found += [("for later", later)] * 2
        found += [("reconciler", self._round)] * 4
        found += [
            ("other facts", partial(self._changes, version=self.version + 1)),
            ("the line", partial(self._changes, line_down=not self.line_down)),
            ("ten minutes", partial(self._changes, now=self.now + HOUR / 6)),
            ("an hour", partial(self._changes, now=self.now + HOUR)),
        ]
        if not self.over and self.tries < TRIES:
            found += [("the step is retried", self._retry)] * 3
        if not self.over:
            found += [("redriven", self._redriven)] * 2
        found += [(f"{one.name} dies", one.die) for one in self.actors if one.alive]
        return found

    def _changes(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def play(self) -> None:
        """The whole run, and then what must be true when all has come to rest."""
        try:
            self._ask()
            while possible := self._possible():
                self._does(*possible[self.choose(len(possible))])
            self._come_to_rest()
        finally:
            for actor in self.actors:
                if actor.alive:
                    actor.die()

    def _does(self, name: str, does: Callable[[], object]) -> None:
        self.told.append(name)
        does()
        for actor in self.actors:
            if isinstance(actor.error, Violation):
                raise actor.error
        self._decided_for_good()

    def _decided_for_good(self) -> None:
        """What the execution was told stands in the record, sealed, for the steps that follow."""
        for result in self.sent:
            if result["decision"] != EXPIRE:
                still: Any = Record(self.table_now(), MIGRATION, self._clock)
                try:
                    demand(still, KEYS, self.purpose, result["decision"])
                except NotApproved as error:
                    raise Violation(f"{result['decision']} was told, and then: {error}") from error

    def _finish(self) -> None:
        for actor in self.actors:
            while actor.alive:
                self._does(actor.name, actor.go_on)

    def _come_to_rest(self) -> None:
        self.line_down, self.left = False, 0
        self._finish()
        if not self.over and self.step is not None and (self.step.error or self.step.dead):
            self._does("the step is retried at last", self._retry)
        for minutes in (0, 0, 61, 0, 0):
            self.now += timedelta(minutes=minutes)
            self._does("reconciler", self._round)
            self._finish()
        if len(self.sent) != 1:
            raise Violation(f"the execution heard {self.sent}")
        self._nobody_is_told_wrong(self.sent[0])

    def _nobody_is_told_wrong(self, result: dict[str, Any]) -> None:
        for given in self.given:
            for reply in given.replies:
                ours = reply.gate.decided_at == result["decided_at"] and result["actor"]
                if reply.status == "closed" and ours == given.proposal.actor:
                    raise Violation(f"{ours} was told that nobody waits, and it is {result}")
                before = moment(reply.gate.decided_at or stamp(self.now)) < self.entered
                if reply.status != "decided" or before:
                    continue  # what was said before a redrive is asked anew
                if reply.gate.decision == result["decision"]:
                    continue
                raise Violation(
                    f"{given.proposal.actor} was told {reply.gate.decision}, and it is {result}"
                )


def _drop(_: object) -> None:
    return None
