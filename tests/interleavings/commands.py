"""Commands on the old host: how long one takes is somebody else's choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from redash_migration.host.command import CommandTruth
from tests.interleavings.actors import stand_still


@dataclass
class Command:
    """One command, as Run Command tells of it."""

    comment: str
    does: Callable[[], None]
    status: str = "InProgress"

    @property
    def has_ended(self) -> bool:
        return self.status in {"Success", "Cancelled", "Failed"}

    def run(self) -> None:
        """The agent on the host gets on with it: a cancelled script may still do its work."""
        if not self.has_ended:
            self.does()
            self.status = "Success" if self.status == "InProgress" else "Cancelled"


class Commands:
    """What Run Command is asked for, and what it answers."""

    def __init__(self) -> None:
        self._all: dict[str, Command] = {}

    def send(self, command: Command) -> None:
        """It is on its way."""
        self._all[f"c{len(self._all) + 1}"] = command

    def under_way(self, beginning: str = "") -> Iterator[tuple[str, Command]]:
        """Those that have not ended, by their comment, without standing still."""
        for key, one in self._all.items():
            if one.comment.startswith(beginning) and not one.has_ended:
                yield key, one

    def unended(self, beginning: str) -> list[str]:
        stand_still()
        return [key for key, _ in self.under_way(beginning)]

    def cancel(self, command_id: str) -> None:
        stand_still()
        if not self._all[command_id].has_ended:
            self._all[command_id].status = "Cancelling"

    def look(self, command_id: str) -> CommandTruth | None:
        stand_still()
        return CommandTruth(command_id, self._all[command_id].status, "", "")

    def time_out(self) -> None:
        """Run Command ends what has taken too long."""
        for _, one in self.under_way():
            one.status = "Failed"
