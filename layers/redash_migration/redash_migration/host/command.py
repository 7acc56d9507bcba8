"""What a command's state means for the step that waits for it."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.host.answer import answers
from redash_migration.record.wait import Outcome

PENDING = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})


@dataclass(frozen=True, slots=True)
class CommandTruth:
    """A command invocation as Run Command describes it now."""

    command_id: str
    status: str
    stdout: str
    stderr: str


def after_command(command: CommandTruth | None) -> Outcome | None:
    """The answer to a step that waits for a command; None while it runs or is not yet known."""
    if command is None or command.status in PENDING:
        return None
    if command.status == "Success":
        return Outcome.success({"command_id": command.command_id})
    return Outcome.failure(
        "CommandFailed", f"the command on the source host {ended_badly(command)}"
    )


def ended_badly(command: CommandTruth) -> str:
    """What became of a command that did not succeed: the problem it named, else its last words."""
    last = "; ".join(command.stderr.strip().splitlines()[-3:])[-600:]
    said = "; ".join(answers(command.stdout).get("problem", []))
    return (
        f"ended as {command.status}: {said or last or 'nothing on stderr'}"
        f" (command {command.command_id})"
    )
