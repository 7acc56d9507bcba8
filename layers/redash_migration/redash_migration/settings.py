"""What functions are told: a frozen object a function, read from its environment when it starts.

A field is a variable, ``sync_timeout_hours`` is SYNC_TIMEOUT_HOURS, and its type says how the text
is read. A field with a default may be left empty; every other has to be set.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from functools import cache
from math import ceil
from typing import Any, TypeVar, get_type_hints

from redash_migration.errors import MissingSetting

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Hours:
    """A span given in hours, with decimals if need be, in whole seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Gibibytes:
    """A size given in GiB, with decimals if need be, in whole bytes."""

    bytes: int


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """An ECS service and how many tasks it runs after the migration."""

    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every function is told (Globals of template.yaml): where things are."""

    migration_table: str
    artifact_bucket: str
    state_machine_arn: str
    source_instance_id: str
    compose_directory: str
    host_document: str
    source_database_secret_arn: str
    target_database_secret_arn: str
    target_database_host: str = ""
    target_database_port: str = ""
    target_database_name: str = ""
    application_database_role: str = ""
    listener_arn: str
    listener_rule_arn: str = ""
    target_group_arn: str
    ecs_cluster: str
    write_pause_budget_seconds: int
    language: str
    notice: str = ""


@dataclass(frozen=True, kw_only=True)
class UndoSecret:
    """Where the keys are that seal the undo list, for those that write or replay it."""

    undo_sealing_secret_arn: str


Kind = TypeVar("Kind")
Result = TypeVar("Result")


def read(kind: type[Kind], variables: Mapping[str, str] | None = None) -> Kind:
    """These settings from this process's environment, or from the mapping given.

    Raises MissingSetting, which names every variable that is not as it must be.
    """
    told = os.environ if variables is None else variables
    values, problems = {}, []
    for field, how, optional in _fields(kind):  # type: ignore[arg-type]  # a type can be hashed
        variable = field.upper()
        text = told.get(variable, "").strip()
        if text:
            try:
                values[field] = how(text)
            except ValueError as error:
                problems.append(f"{variable}: {text!r} {error}")
        elif not optional:
            problems.append(
                f"{variable}: the environment variable is not set; "
                "set it under Environment of the function in template.yaml"
            )
    if problems:
        raise MissingSetting("; ".join(problems))
    return kind(**values)


def with_settings(
    kind: type[Kind],
) -> Callable[
    [Callable[[dict[str, Any], Any, Kind], Result]], Callable[[dict[str, Any], Any], Result]
]:
    """Hand a handler, as its third argument, what only it is told; it starts with nothing less."""

    def decorate(
        function: Callable[[dict[str, Any], Any, Kind], Result],
    ) -> Callable[[dict[str, Any], Any], Result]:
        @functools.wraps(function)
        def handler(event: dict[str, Any], context: Any) -> Result:
            return function(event, context, read(kind))

        return handler

    return decorate


@cache
def _fields(kind: Any) -> list[tuple[str, Callable[[str], object], bool]]:
    """Each field, how its text is read, and whether it may be left empty."""
    types = get_type_hints(kind)
    return [
        (one.name, _READERS[types[one.name]], one.default is not MISSING) for one in fields(kind)
    ]


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("is not a whole number, zero or more")
    return int(text)


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError("is not a number, zero or more")
    return Decimal(text)


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return text.lower() == "true"


def _names(text: str) -> tuple[str, ...]:
    """A comma-separated list, blanks around the commas ignored."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _service(text: str) -> ServiceCount:
    name, separator, count = text.partition(":")
    if not separator or not name or not count.isdecimal():
        raise ValueError("is not of the form service:count")
    return ServiceCount(name, int(count))


def _services(text: str) -> tuple[ServiceCount, ...]:
    return tuple(_service(part) for part in _names(text))


_READERS: Mapping[object, Callable[[str], object]] = {
    str: str,
    int: _whole,
    bool: _flag,
    Hours: lambda text: Hours(ceil(_decimal(text) * 3600)),
    Gibibytes: lambda text: Gibibytes(ceil(_decimal(text) * (1 << 30))),
    tuple[str, ...]: _names,
    ServiceCount: _service,
    tuple[ServiceCount, ...]: _services,
}
