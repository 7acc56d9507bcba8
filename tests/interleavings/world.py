"""The world that a migration changes, as users see it, and what must never happen to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from redash_migration import wiring
from redash_migration.record.owner import Acting
from redash_migration.record.table import Item
from redash_migration.record.wait import Wait, wait_of
from tests.interleavings.actors import stand_still
from tests.interleavings.commands import Commands
from tests.interleavings.slow_memory import SlowMemory

QUESTION = "ConfirmCutover"
"""The wait for what people say of the new side."""


class Violation(BaseException):
    """An order of events that the rules do not hold in; no code under test takes it for its own."""


@dataclass
class World:
    """Door, old services, fence, target, new tasks; all of it as it is now."""

    table: SlowMemory = field(default_factory=SlowMemory)
    now: datetime = datetime(2026, 1, 31, 2, tzinfo=UTC)
    door: Literal["old", "shut", "new"] = "old"
    services: bool = True
    fenced: bool = False
    new_fenced: bool = False
    carried: bool = False
    """Whether all that was written on the new side is on the old one too."""
    filled: bool = False
    tasks: int = 0
    source_away: bool = False
    refuses_switch: bool = False
    """The load balancer takes no other actions for the listener, and says so, once."""
    commands: Commands = field(default_factory=Commands)
    went_back: set[str] = field(default_factory=set)
    """Migrations of which a person has said that they go back."""
    going_home: set[str] = field(default_factory=set)
    """Those of which a person has said that everything goes home."""
    kept: set[str] = field(default_factory=set)
    """Those that have turned to be kept: what is left of them is cleaned up, not taken back."""
    return_decided: str = ""
    """When that was said last (a stamp)."""
    resumer: Any = None
    """Step Functions, as whoever answers a wait knows it."""

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def rest(self, seconds: float) -> None:
        """What the code under test takes for time.sleep."""
        self.now += timedelta(seconds=seconds)
        stand_still()

    def owner(self) -> Item:
        """The owner's item, without standing still."""
        return self.table.items.get(("OWNER", "OWNER"), {})

    def question(self, migration: str, token: str) -> Wait | None:
        """The open wait that this token was given for, without standing still."""
        item = self.table.items.get((migration, f"WAIT#{QUESTION}"))
        wait = None if item is None else wait_of(item)
        return wait if wait and (wait.state, wait.token) == ("OPEN", token) else None

    def served(self) -> bool:
        """Whether somebody answers users, and takes what they write."""
        if self.door == "new":
            return self.tasks > 0 and not self.new_fenced
        return self.door == "old" and self.services and not self.fenced

    def let_in(self, acting: Acting, state: str) -> None:
        """A step begins: only the owner's, by its very execution, on the way that it goes."""
        owner = self.owner()
        whose = (owner.get("migration_id"), owner.get("execution_arn"))
        if whose != (acting.migration_id, acting.execution_arn):
            raise Violation(f"{state} of {acting} begins, and the owner is {whose}")
        if owner.get("phase") not in acting.phases:
            raise Violation(f"{state} begins, and the migration goes {owner.get('phase')}")

    def deed(self, migration: str, entry: str, does: Callable[[], None], scope: str = "") -> None:
        """A step changes the world: not without its entry, nor for anybody but the owner."""
        stand_still()
        before = self._seen()
        does()
        if self._seen() == before:
            return  # a late run that finds its deed done changes nothing
        self.__dict__.update(before)
        self.check(migration, entry, scope)
        does()
        self._one_writer(entry)

    def _seen(self) -> dict[str, object]:
        """What users could notice of the world, and of both sides."""
        names = ("door", "services", "fenced", "new_fenced", "carried", "filled", "tasks")
        return {name: getattr(self, name) for name in names}

    def _one_writer(self, what: str) -> None:
        """Users' writes can't go to both sides: nobody would know which of them count."""
        old = self.services and not self.fenced
        if self.door == "new" and old and self.tasks and not self.new_fenced:
            raise Violation(f"{what}: both sides take writes, and users are on the new one")

    def _at_work(self, migration: str, state: str) -> bool:
        return any(
            item["open"]
            for (partition, key), item in self.table.items.items()
            if partition == migration and key.startswith(f"ATTEMPT#{state}#")
        )

    def close_by_the_way(self, migration: str) -> None:
        """What a failed return had left open: never beside another return, nor behind users."""
        stand_still()
        if self.fenced:
            return
        owner = self.owner()
        fence = self.table.items.get((f"UNDO#{migration}", "UNDO#lift_fence#"), {}).get("state")
        # A roll-back that has turned waits for it before it opens anything; what was kept stays
        # closed.
        behind = self.door == "old" or (owner.get("phase") == "back" and fence != "PENDING")
        # A return that has turned waits for it before another step of its begins.
        beside = owner.get("phase") == "return" and not self._at_work(migration, "EndReplication")
        if owner.get("migration_id") != migration or beside or behind:
            raise Violation(f"{migration}: the old side is closed by the way; the owner is {owner}")
        self.fenced = True

    def lead_home(self, migration: str) -> None:
        """SwitchBack's deed: only with all that was written there, and to somebody who answers."""
        stand_still()
        owner = self.owner()
        acting = wiring.acting.get()
        # Taken back by name meanwhile, where the switch was noted: who does that waits for a run
        # that had begun, and leads to the same side.
        overtaken = (
            owner.get("phase") == "back" and acting and acting.entered < str(owner["turned"])
        )
        if owner.get("migration_id") != migration or not (
            owner.get("phase") == "return" or overtaken
        ):
            raise Violation(f"{migration} sends users home, and the owner is {owner}")
        if not self.carried or not self.new_fenced:
            raise Violation(f"{migration}: users go home without what they wrote")
        self.door = "old"

    def lead_forward(self, migration: str, does: Callable[[], object]) -> None:
        """A return that failed is taken back: only by the owner, and never over users at home."""
        stand_still()
        before = self._seen()
        does()
        if self._seen() == before:
            return  # as in deed()
        self.__dict__.update(before)
        owner = self.owner()
        if (owner.get("migration_id"), owner.get("phase")) != (migration, "return"):
            raise Violation(f"{migration} is led forward again, and the owner is {owner}")
        if self.door == "old":
            raise Violation(f"{migration} is led forward again from users who are home")
        acting = wiring.acting.get()
        if acting is not None and "" < acting.entered < self.return_decided:
            raise Violation(f"{migration} is led forward by what belongs to an earlier return")
        does()
        if self.door == "new":
            self.carried = False
        self._one_writer("led forward again")

    def check(self, migration: str, entry: str, scope: str = "") -> None:
        """Whether a deed of the way forward, or of a return, may be done now."""
        place = (f"UNDO#{migration}", f"{scope}UNDO#{entry}")
        written = self.table.items.get(place, {}).get("state")
        if written is None:
            raise Violation(f"{entry}: a deed without its entry")
        if written != "PENDING":
            raise Violation(f"{entry}: a deed after it was taken back")
        owner = str(self.owner().get("migration_id"))
        begun = (owner, "MILESTONE#started") in self.table.items
        if owner != migration and begun:  # until then it looks whether anybody is still at work
            raise Violation(f"{entry}: {migration} acts, and {owner} is the owner")
        if self.owner().get("phase") == "ended":
            raise Violation(f"{entry}: {migration} acts after its end")

    def undo(self, migration: str, does: Callable[[], object]) -> None:
        """A roll-back changes the world: only for the owner, only when it may."""
        stand_still()
        owner = self.owner()
        if owner.get("migration_id") != migration:
            raise Violation(f"{migration} takes back what {owner.get('migration_id')} works on")
        if self.door == "new" and migration not in self.went_back:
            raise Violation(f"{migration} is taken back from its users, and nobody has decided so")
        does()

    def stopping(self, migration: str) -> bool:
        """Whether StopServices' command may still run."""
        return any(self.commands.under_way(f"{migration} StopServices"))
