"""What goes wrong in a run, and what people do beside it: each counts, for a run bears so many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from tests.interleavings.execution import HOME, ORDER
from tests.interleavings.focus import Focus
from tests.interleavings.machine import Machine
from tests.interleavings.minute import Minute
from tests.interleavings.people import Move
from tests.interleavings.world import World

MOST = 10


class Disturbances:
    """``left`` of them may still happen."""

    def __init__(self, world: World, machine: Machine, minute: Minute, focus: Focus) -> None:
        self._world, self._machine, self._minute, self._focus = world, machine, minute, focus
        self.left = MOST

    def possible(self) -> list[Move]:
        """Those of the kinds that this run knows."""
        found: list[tuple[str, str, Callable[[], None]]] = []
        for actor in self._machine.cast.alive():
            found.append((actor.name, "dies", actor.die))
            if not actor.asleep:
                found += [(actor.name, "hangs", actor.hang)] * 3
        for one in self._machine.executions.values():
            if one.status == "RUNNING":
                if one.state in {*ORDER[:-1], *HOME}:
                    found.append(
                        (one.arn, "runs into a time limit", partial(self._machine.gives_up, one))
                    )
                found += [(one.arn, "stopped", partial(self._machine.ends, one, "ABORTED"))] * 2
                if one.actor is not None and one.actor.alive:
                    found += [(one.arn, "retries", partial(self._machine.loses, one))] * 2
            elif one.status in {"ABORTED", "FAILED"}:
                found.append((one.arn, "redriven", partial(self._machine.is_redriven, one)))
        for name in dict.fromkeys(one.migration for one in self._machine.executions.values()):
            back = partial(self._start, name, mode="roll-back", migrationId=name)
            found.append((name, "by name", back))
            home = partial(self._start, name, mode="return", migrationId=name)
            found.append((name, "return by name", home))
            finish = partial(self._start, name, mode="finish", migrationId=name)
            found.append((name, "finish by name", finish))
            found.append((name, "same second", partial(self._start, name)))
        another = f"redash-20260131-03000{len(self._machine.executions)}"
        found += [
            (another, "another", partial(self._start, another)),
            ("", "an hour later", self.later),
        ]
        away = self._world.source_away
        comes = "source back" if away else "source away"
        found.append(("", comes, partial(setattr, self._world, "source_away", not away)))
        known = [(f"{who} {kind}", does) for who, kind, does in found if kind in self._focus.kinds]
        if "reconciler" in self._focus.kinds:
            known += [("reconciler", self._minute.begins)] * (1 + len(known) // 4)
        return [(name, partial(self._counted, does)) for name, does in known]

    def _start(self, migration: str, **given: Any) -> None:
        self._machine.start(given, migration)

    def _counted(self, does: Callable[[], None]) -> None:
        self.left -= 1
        does()

    def later(self) -> None:
        """Past every deadline: Lambda has ended what was at work, and Run Command too."""
        self._world.now += timedelta(hours=1)
        self._world.commands.time_out()
        self._machine.cast.end_all()
