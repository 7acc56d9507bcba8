"""A function's settings: one table of what they are, checked when the function starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Literal, NamedTuple

from redash_migration.errors import MissingSetting

HOUR = 3600
GIBIBYTE = 1 << 30
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")

Kind = Literal["text", "number", "hours", "gibibytes", "flag", "names", "services"]


class Variable(NamedTuple):
    """What a variable holds, and what counts where it is empty; None: it has to be set."""

    kind: Kind
    default: str | None = None


VARIABLES: Mapping[str, Variable] = {
    "MIGRATION_TABLE": Variable("text"),
    "ARTIFACT_BUCKET": Variable("text"),
    "STATE_MACHINE_ARN": Variable("text"),
    "SOURCE_INSTANCE_ID": Variable("text"),
    "SOURCE_DATABASE_SECRET_ARN": Variable("text"),
    "TARGET_DATABASE_SECRET_ARN": Variable("text"),
    "SOURCE_ENDPOINT_ARN": Variable("text"),
    "TARGET_ENDPOINT_ARN": Variable("text"),
    "REPLICATION_INSTANCE_ARN": Variable("text"),
    "REPLICATION_TASK_PREFIX": Variable("text"),
    "ECS_CLUSTER": Variable("text"),
    "ECS_SERVER_SERVICE": Variable("services"),
    "ECS_WORKER_SERVICES": Variable("services"),
    "LISTENER_ARN": Variable("text"),
    "TARGET_GROUP_ARN": Variable("text"),
    "REDASH_SECRET_KEY_ARN": Variable("text"),
    "REDASH_COOKIE_SECRET_ARN": Variable("text"),
    "LINK_SIGNING_SECRET_ARN": Variable("text"),
    "APPROVAL_TOPIC_ARN": Variable("text"),
    "APPROVAL_URL": Variable("text"),
    "LANGUAGE": Variable("text", "en"),
    "NOTICE": Variable("text", ""),
    "COMPOSE_DIRECTORY": Variable("text", "/opt/redash"),
    "HOST_DOCUMENT": Variable("text", ""),
    "SETTINGS_KNOWN_TO_DIFFER": Variable("names", ""),
    "ECS_LOG_GROUP": Variable("text", ""),
    "ECS_TASK_ROLE_ARNS": Variable("text", ""),
    "TARGET_DATABASE_HOST": Variable("text", ""),
    "TARGET_DATABASE_PORT": Variable("text", ""),
    "TARGET_DATABASE_NAME": Variable("text", ""),
    "APPLICATION_DATABASE_ROLE": Variable("text", ""),
    "LISTENER_RULE_ARN": Variable("text", ""),
    "COGNITO_USER_POOL_ARN": Variable("text", ""),
    "REDASH_API_KEY_SECRET_ARN": Variable("text", ""),
    "SLACK_WEBHOOK_SECRET_ARN": Variable("text", ""),
    "SLACK_SIGNING_SECRET_ARN": Variable("text", ""),
    "SLACK_APPROVERS": Variable("names", ""),
    "APPROVERS": Variable("names", ""),
    "APPROVAL_SETTINGS": Variable("text", ""),
    "ALLOW_SELF_APPROVAL": Variable("flag", "false"),
    "REQUIRED_APPROVALS": Variable("number", "1"),
    "APPROVAL_TIMEOUT_HOURS": Variable("hours", "24"),
    "CONFIRM_TIMEOUT_HOURS": Variable("hours", "24"),
    "VALIDATION_GRACE_SECONDS": Variable("number", "900"),
    "FULL_LOAD_TIMEOUT_HOURS": Variable("hours", "12"),
    "SYNC_TIMEOUT_HOURS": Variable("hours", "6"),
    "TARGET_TIMEOUT_SECONDS": Variable("number", "600"),
    "WRITE_PAUSE_BUDGET_SECONDS": Variable("number", "600"),
    "WAL_BUDGET_GIBIBYTES": Variable("gibibytes", "0"),
}
"""All that functions are told. Which of them a function is told stands in template.yaml."""


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """An ECS service and how many tasks it runs after the migration."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of one function; MissingSetting names a variable that is not as it must be.

    What is there is checked when this is made, before the function does anything: a number that is
    none, a text that is empty. ``settings["NAME"]`` gives a variable.
    """

    variables: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in self.variables.keys() & VARIABLES.keys():
            self._as_declared(name)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process, or of the mapping given."""
        return cls(dict(os.environ if environ is None else environ))

    def __getitem__(self, name: str) -> str:
        value = self.variables.get(name, "").strip()
        if value:
            return value
        default = VARIABLES[name].default if name in VARIABLES else None
        if default is not None:
            return default
        raise MissingSetting(
            f"{name}: the environment variable is not set; "
            "set it under Environment of the function in template.yaml"
        )

    def _as_declared(self, name: str) -> object:
        """A variable as what it is."""
        match VARIABLES[name].kind:
            case "number":
                return self.number(name)
            case "hours" | "gibibytes":
                return self._decimal(name)
            case "flag":
                return self.flag(name)
            case "services":
                return self.services(name)
            case _:
                return self[name]

    def number(self, name: str) -> int:
        """A whole number, zero or more."""
        value = self[name]
        if not value.isdecimal():
            raise MissingSetting(f"{name}: {value!r} is not a whole number, zero or more")
        return int(value)

    def seconds_of_hours(self, name: str) -> int:
        """A setting in hours, with decimals if need be, in whole seconds."""
        return ceil(self._decimal(name) * HOUR)

    def bytes_of_gibibytes(self, name: str) -> int:
        """A setting in GiB, with decimals if need be, in whole bytes."""
        return ceil(self._decimal(name) * GIBIBYTE)

    def _decimal(self, name: str) -> Decimal:
        value = self[name]
        if not _DECIMAL.fullmatch(value):
            raise MissingSetting(f"{name}: {value!r} is not a number, zero or more")
        return Decimal(value)

    def flag(self, name: str) -> bool:
        """``true`` or ``false``."""
        value = self[name].lower()
        if value not in {"true", "false"}:
            raise MissingSetting(f"{name}: {value!r} is neither true nor false")
        return value == "true"

    def names(self, name: str) -> tuple[str, ...]:
        """A comma-separated list, blanks around the commas ignored."""
        return tuple(part.strip() for part in self[name].split(",") if part.strip())

    def services(self, name: str) -> tuple[ServiceCount, ...]:
        """ECS services as ``name:count,name:count``."""
        found = []
        for part in self.names(name):
            service, separator, count = part.partition(":")
            if not separator or not service or not count.isdecimal():
                raise MissingSetting(f"{name}: {part!r} is not of the form service:count")
            found.append(ServiceCount(service, int(count)))
        return tuple(found)
