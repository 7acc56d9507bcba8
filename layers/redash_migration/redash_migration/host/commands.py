"""What the migration does on the old host: one document's actions, and their parameters.

The scripts themselves are fixed (``host/`` at the project's root, made into the stack's own
Systems Manager document). A value reaches them as a parameter whose pattern the service checks
before anything runs; texts that may be anything travel as base64. A parameter never holds a
secret: commands are shown in the console and in events.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from redash_migration.errors import InvalidInput

DRAIN_SECONDS = 30
"""How long queued and running queries may take before users are locked out all the same.

Waited for is what was there when the scheduler had stopped, and what that has queued since; users
go on queueing, so nothing waits for empty queues (``host/queues.py``). A stopped execution is no
acknowledged write: its result was not stored, and it runs again on the new side with the next
schedule or click.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the document; ``default`` None means that it must be given."""

    pattern: str
    meaning: str
    default: str | None = None


_BASE64 = "^[A-Za-z0-9+/]*={0,2}$"

PARAMETERS: Mapping[str, Parameter] = {
    "Action": Parameter("^[a-z]+$", "What to do."),
    "Directory": Parameter("^/[A-Za-z0-9._/-]+$", "The directory of Redash's compose file."),
    "Key": Parameter("^[0-9a-f]{0,64}$", "Key of the fingerprints, random and no secret.", ""),
    "Database": Parameter(_BASE64, "Name of Redash's database, in base64.", ""),
    "Role": Parameter(_BASE64, "The migration's role in PostgreSQL, in base64.", ""),
    "Containers": Parameter(_BASE64, "Names of containers, one a line, in base64.", ""),
    "Port": Parameter("^[0-9]{1,5}$", "The port at which PostgreSQL is to be reached.", "5432"),
    "Part": Parameter("^[1-9][0-9]{0,5}$", "Which part of the schema, from 1.", "1"),
    "DrainSeconds": Parameter(
        "^[1-9][0-9]{0,2}$", "How long work that runs may take to end.", "30"
    ),
    "TimeoutSeconds": Parameter("^[1-9][0-9]{0,4}$", "How long the action may take.", "300"),
}


@dataclass(frozen=True, slots=True)
class HostCommand:
    """An action with its parameters, as SendCommand takes them."""

    action: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def to_parameters(self, seconds: int) -> dict[str, list[str]]:
        """The document's parameters; InvalidInput names one that its pattern refuses."""
        given = {"Action": self.action, **self.parameters, "TimeoutSeconds": str(seconds)}
        for name, value in given.items():
            if not re.fullmatch(PARAMETERS[name].pattern[1:-1], value):
                raise InvalidInput(
                    f"{name}: {value[:80]!r} is not of the form {PARAMETERS[name].pattern}"
                )
        return {name: [value] for name, value in given.items()}


def inspect(directory: str, key: str, database: str) -> HostCommand:
    """Containers, versions, disk, fingerprints of settings; ``host_report`` reads the answer."""
    return HostCommand("inspect", {**_place(directory, database), "Key": key})


def prepare(directory: str, database: str, *, role: str, port: int) -> HostCommand:
    """Makes PostgreSQL ready for change capture (settings, one restart, pg_hba.conf, its port)."""
    more = {"Role": _base64(role), "Port": str(port)}
    return HostCommand("prepare", {**_place(directory, database), **more})


def unprepare(directory: str, database: str, *, role: str = "") -> HostCommand:
    """Takes ``prepare`` back; ends well only when PostgreSQL has answered."""
    return HostCommand("unprepare", {**_place(directory, database), "Role": _base64(role)})


def dump_schema(directory: str, database: str, *, part: int) -> HostCommand:
    """Dumps the schema (with the first part) and prints one part, numbered from 1."""
    return HostCommand("dump", {**_place(directory, database), "Part": str(part)})


def ping(directory: str, database: str) -> HostCommand:
    """Changes nothing: whether the agent, docker and PostgreSQL answer."""
    return HostCommand("ping", _place(directory, database))


def drain(directory: str, seconds: int = DRAIN_SECONDS) -> HostCommand:
    """Stops the scheduler and waits until its work is done; users are still served."""
    return HostCommand("drain", {"Directory": directory, "DrainSeconds": str(seconds)})


def stop_services(directory: str) -> HostCommand:
    """Stops everything of Redash but its two stores, the workers last; after ``drain``."""
    return HostCommand("stop", {"Directory": directory})


EVERY_PART = "*"
"""In place of containers' names: every part of Redash, whether or not it ran before."""


FOR_NOW = "-"
"""Before the names: the containers get no restart policy back, for the start may be taken back."""


def start_services(
    directory: str, database: str, containers: Iterable[str], *, for_now: bool = False
) -> HostCommand:
    """Starts the containers that ran before; ends well only when Redash has answered."""
    listed = [FOR_NOW, *containers] if for_now else containers
    names = _base64("".join(f"{name}\n" for name in listed))
    return HostCommand("start", {**_place(directory, database), "Containers": names})


def answers(directory: str) -> HostCommand:
    """Whether the old Redash answers users now, its database included."""
    return HostCommand("answers", {"Directory": directory})


def prove(directory: str, database: str, key: str) -> HostCommand:
    """The questions of ProveNewHome and SmokeTest, asked in the old server's own container."""
    return HostCommand("prove", {**_place(directory, database), "Key": key})


def retire(directory: str) -> HostCommand:
    """Stops what is left, the database, and removes what was laid down; data and volumes stay."""
    return HostCommand("retire", {"Directory": directory})


def _place(directory: str, database: str) -> dict[str, str]:
    return {"Directory": directory, "Database": _base64(database)}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
