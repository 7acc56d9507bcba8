"""Functions at work, one step at a time, in an order that somebody else chooses.

Each runs in a thread of its own and stands still before whatever others could see: an access to
the table, a deed, a rest. Only one moves at a time, so an order of events is a list of choices,
and the same choices give the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime


class Killed(BaseException):
    """Ends the thread of a function that died; nothing it does on its way out counts."""


class Actor:
    """One function. ``alive`` until it has returned, raised or died; ``asleep`` while it hangs."""

    def __init__(self, name: str, body: Callable[[], None]) -> None:
        self.name = name
        self.alive = True
        self.dead = False
        self.asleep = False
        self.holds = -1
        """The move before which it hangs."""
        self.error: BaseException | None = None
        self._body = body
        self._turn, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def go_on(self) -> None:
        """Let it move to where it stands still next."""
        if self.holds == 0 and not self.dead:
            self.holds, self.asleep = -1, True
            return
        self.holds -= 1
        self._turn.release()
        self._back.acquire()

    def hang(self) -> None:
        self.asleep = True

    def wake(self) -> None:
        self.asleep = False

    def die(self) -> None:
        """It is killed where it stands: nobody hears of it, nothing is tidied up."""
        self.dead = True
        self.alive = False
        self.go_on()
        self._thread.join()

    def stand_still(self) -> None:
        """Called by the actor itself."""
        if self.dead:
            raise Killed
        self._back.release()
        self._turn.acquire()
        if self.dead:
            raise Killed

    def _run(self) -> None:
        self._turn.acquire()
        _moving.actor = self
        try:
            if not self.dead:
                self._body()
        except Killed:
            pass
        except BaseException as error:  # told by whoever looks at the actor next
            self.error = error
        finally:
            self.alive = False
            self._back.release()


class Cast:
    """All functions of a run, each with the moment at which Lambda ends it."""

    def __init__(self) -> None:
        self.all: list[Actor] = []
        self._deadlines: dict[str, datetime] = {}

    def enter(self, name: str, body: Callable[[], None], deadline: datetime) -> Actor:
        """One more, with a name of its own."""
        actor = Actor(f"{name} ({len(self.all)})", body)
        self.all.append(actor)
        self._deadlines[actor.name] = deadline
        return actor

    def alive(self) -> Iterator[Actor]:
        """Those that have not ended, each looked at when its turn comes."""
        return (actor for actor in self.all if actor.alive)

    def end_past(self, now: datetime) -> None:
        """Lambda ends what is past its time."""
        for actor in self.alive():
            if now > self._deadlines[actor.name]:
                actor.die()

    def end_all(self) -> None:
        for actor in self.alive():
            actor.die()


class _Moving(threading.local):
    actor: Actor | None = None


_moving = _Moving()


def stand_still(*_: object) -> None:
    """The function that moves now waits for its next turn; outside of one this does nothing."""
    if _moving.actor is not None:
        _moving.actor.stand_still()
