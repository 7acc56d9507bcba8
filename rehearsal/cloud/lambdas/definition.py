"""A Lambda function as the template describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: the folder that the template names, and the packages its requirements bring."""

    logical_id: str
    directory: Path

    def distributions(self) -> frozenset[str]:
        """Names in requirements.txt, normalised; empty where the layer has none."""
        requirements = self.directory / "requirements.txt"
        if not requirements.is_file():
            return frozenset()
        names = set()
        for line in requirements.read_text(encoding="utf-8").splitlines():
            name = line.split(";")[0].split("[")[0].split("=")[0].split("<")[0].split(">")[0]
            name = name.split("~")[0].split("!")[0].strip()
            if name and not name.startswith(("#", "-", "\\")):
                names.add(name.lower().replace("_", "-").replace(".", "-"))
        return frozenset(names)


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """What Lambda knows of a function; times in seconds, memory in MB."""

    logical_id: str
    name: str
    arn: str
    handler: str
    code: Path
    environment: dict[str, str]
    layers: tuple[Layer, ...] = ()
    timeout: float = 3.0
    memory: int = 128
    runtime: str = "python3.13"
    role: str = ""
    reserved_concurrency: int | None = None
    asynchronous_retries: int = 2
    asynchronous_age: float = 21_600.0
    """Seconds after which an event that has not been handled is given up."""
    dead_letter_arn: str = ""
    logging: dict[str, str] = field(default_factory=dict)
