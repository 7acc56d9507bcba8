"""What the daemon answers to a command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """Text and exit status; or a command that the client becomes, in ``directory``."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str = "/"


def lines(values: Iterable[str]) -> str:
    """One value a line."""
    return "".join(f"{value}\n" for value in values)


def failure(message: str, code: int = 1) -> Answer:
    """A message on standard error and a status other than 0."""
    return Answer(stderr=f"{message}\n", code=code)
