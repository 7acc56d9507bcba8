"""Step Functions: executions go from state to state, as the functions that they call answer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from redash_migration.clock import stamp
from redash_migration.errors import NotTheOwner, SwitchBegun, TransientFailure
from redash_migration.record.owner import Acting, Owner
from redash_migration.record.wait import Outcome, TokenUnknown
from tests.interleavings.actors import Actor, Cast
from tests.interleavings.at_rest import left_of
from tests.interleavings.execution import HOME, LEADING, Execution
from tests.interleavings.focus import Focus
from tests.interleavings.steps.context import SECONDS
from tests.interleavings.steps.functions import at_work, begun
from tests.interleavings.world import Violation, World

TRIES = 3
LAG = timedelta(seconds=60)
"""How long DescribeExecution may tell of a state that is over."""


class Machine:
    """Executions, and what Step Functions does to them and tells of them."""

    def __init__(self, world: World, focus: Focus, told: list[str]) -> None:
        self.executions: dict[str, Execution] = {}
        self.cast = Cast()
        self.reached = {""}
        """States whose function has been called."""
        self._world, self._focus = world, focus
        self._told = told
        """The moves so far: its length is a moment."""
        self._held = False
        self._seen_gone: set[str] = set()
        """Executions that had acted since they were redriven, and were told as gone."""

    def start(self, given: dict[str, Any], migration: str) -> str:
        """StartExecution."""
        arn = f"arn:{len(self.executions) + 1}"
        self.executions[arn] = Execution(
            arn, migration, given, changed=self._world.now, told_at=len(self._told)
        )
        if "described late" in self._focus.kinds:
            self.executions[arn].told = ""
        return arn

    def is_running(self, arn: str) -> bool:
        """As the reconciler asks."""
        one = self.executions[arn]
        self._seen_gone.discard(arn)
        if one.status == "RUNNING" and one.told != "RUNNING" and one.acted:
            self._seen_gone.add(arn)
        return one.told == "RUNNING"

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        owner = self.executions[str(self._world.owner()["execution_arn"])]
        if owner.status == "RUNNING" and owner.arn in self._seen_gone:
            raise Violation(f"{owner.arn} was redriven and acts, and is taken back as gone")
        return self.start({"mode": "roll-back", "migrationId": migration_id}, migration_id)

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        return self.start({"mode": "return", "migrationId": migration_id}, migration_id)

    def send(self, token: str, outcome: Outcome) -> None:
        """People have answered, or need not any more."""
        one = next(one for one in self.executions.values() if token.startswith(f"{one.arn} "))
        if (one.status, one.state, one.token) != ("RUNNING", "Confirm", token):
            raise TokenUnknown
        if outcome.result is None:
            self._is_measured(one)
            return
        decision = str(outcome.result["decision"])
        kept = "SwitchOnceMore" if one.doubt else "CleanUp"
        one.entered, one.token = "", ""
        one.doubt &= decision != "return"
        one.state = {"go_back": "RollBack", "return": "EndReplication"}.get(decision, kept)

    def _is_measured(self, one: Execution) -> None:
        """MeasureCutover, and what follows it: a switch that was not made is taken back."""
        one.tries, one.entered, one.token = 0, "", ""
        one.doubt |= (one.migration, "MILESTONE#pause_ended") not in self._world.table.items
        one.state = "Confirm" if self._world.owner().get("switched") else "RollBack"

    def goes_on(self, one: Execution) -> None:
        """The machine moves: a function is called, or its answer leads on."""
        if one.actor is None:
            one.answer = None
            one.entered = one.entered or stamp(self._world.now)
            one.actor = self._called(one)
            return
        self._has_answered(one, one.actor)
        if not one.tries:
            one.entered = ""

    def _has_answered(self, one: Execution, actor: Actor) -> None:
        one.actor = None
        if actor.error is None and not actor.dead:
            one.tries = 0
            self._follow(one)
        elif isinstance(actor.error, SwitchBegun):
            self._is_measured(one)
        elif isinstance(actor.error, NotTheOwner):
            self.ends(one, "FAILED")
        elif one.tries < TRIES and (actor.dead or isinstance(actor.error, TransientFailure)):
            one.tries, one.token = one.tries + 1, ""
        elif one.state in {"RollBack", "RollBackDatabase", "SwitchOnceMore", "CleanUp", *LEADING}:
            one.state = "Report"
        elif one.state in {"Begin", "Report"}:
            self.ends(one, "FAILED")
        else:
            self.gives_up(one)

    def gives_up(self, one: Execution) -> None:
        """The step is given up; its function may be at work still."""
        one.actor, one.tries, one.entered = None, 0, ""
        if one.state in HOME:
            one.state = "GoForward"
            return
        self._is_measured(one)

    @staticmethod
    def loses(one: Execution) -> None:
        """The answer of a function, which may be at work still: it is called again."""
        one.actor, one.token, one.tries = None, "", one.tries + 1

    def _follow(self, one: Execution) -> None:
        following = one.following()
        if one.state == "Begin" and one.answer and self._world.door == "old":
            raise Violation(f"{one.migration}: asked whether to keep what users have left")
        if following == "MeasureCutover":
            self._world.source_away &= not (self._focus.away and one.state == "GoForward")
            self._is_measured(one)
        elif following:
            one.state = following
        else:
            self.ends(one, "SUCCEEDED")

    def tell(self, one: Execution) -> None:
        """DescribeExecution says what is so now."""
        one.told, one.told_at = one.status, len(self._told)

    def _called(self, one: Execution) -> Actor:
        self.reached.add(one.state)
        if self._focus.away and one.state in LEADING:
            self._world.source_away = True
        name, migration, arn = one.state, one.migration, one.arn
        acting = Acting(migration, arn, (), entered=one.entered, retries=one.tries)
        one.token = token = f"{arn} {len(self.cast.all)}" if name == "Confirm" else ""
        noted = partial(setattr, one, "acted", True)

        def body() -> None:
            if name != "Begin":
                one.answer = at_work(self._world, name, acting, token, noted)
                return
            since = len(self._told)
            one.answer = begun(
                self._world,
                migration,
                arn,
                one.given,
                lambda other: self.executions[other].told == "RUNNING",
                lambda previous: self._takes_over(one, previous, since),
            )
            self._has_begun(one)

        deadline = self._world.now + timedelta(seconds=SECONDS)
        actor = self.cast.enter(f"{name} of {arn}", body, deadline)
        state, move = self._focus.hangs
        if name == state and (name != "Begin" or len(self.executions) > 1) and not self._held:
            actor.holds, self._held = move, True
        return actor

    def _takes_over(self, one: Execution, previous: Owner, since: int) -> None:
        """Nobody's migration is taken over while it runs, as far as that can be known."""
        one.previous = previous.migration_id
        other = self.executions[previous.execution_arn]
        known = other.told == other.status == "RUNNING" and other.told_at < since
        if other is not one and previous.phase != "ended" and known:
            raise Violation(f"{one.arn} takes over from {other.arn}, which runs")

    def _has_begun(self, one: Execution) -> None:
        """What came before has come to its end."""
        name = one.previous
        if self._world.owner()["execution_arn"] != one.arn or not name:
            return
        if (
            name != one.migration
            and name not in self._world.kept
            and (left := left_of(self._world, name))
        ):
            raise Violation(f"{one.migration} begins, and of {name} is left: {left}")

    def ends(self, one: Execution, status: str) -> None:
        """With this status; DescribeExecution may tell of it later."""
        one.status, one.changed = status, self._world.now

    def is_redriven(self, one: Execution) -> None:
        """At the state where it stopped; a function of before may still be at work."""
        one.status, one.actor, one.tries, one.entered, one.token = "RUNNING", None, 0, "", ""
        one.changed, one.acted = self._world.now, False

    def tell_what_is_old(self) -> None:
        """No answer of DescribeExecution lags for longer."""
        for one in self.executions.values():
            if one.changed <= self._world.now - LAG and one.told != one.status:
                self.tell(one)
