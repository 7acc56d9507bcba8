"""A function's settings: read once from its environment, checked where they are used."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from redash_migration.errors import MissingSetting

HOUR = 3600
GIBIBYTE = 1 << 30
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")

OPTIONAL: Mapping[str, str] = {
    "LANGUAGE": "en",
    "NOTICE": "",
    "COMPOSE_DIRECTORY": "/opt/redash",
    "HOST_DOCUMENT": "",
    "SETTINGS_KNOWN_TO_DIFFER": "",
    "ECS_LOG_GROUP": "",
    "ECS_TASK_ROLE_ARNS": "",
    "TARGET_DATABASE_HOST": "",
    "TARGET_DATABASE_PORT": "",
    "TARGET_DATABASE_NAME": "",
    "APPLICATION_DATABASE_ROLE": "",
    "LISTENER_RULE_ARN": "",
    "COGNITO_USER_POOL_ARN": "",
    "REDASH_API_KEY_SECRET_ARN": "",
    "SLACK_WEBHOOK_SECRET_ARN": "",
    "SLACK_SIGNING_SECRET_ARN": "",
    "SLACK_APPROVERS": "",
    "APPROVERS": "",
    "APPROVAL_SETTINGS": "",
    "ALLOW_SELF_APPROVAL": "false",
    "REQUIRED_APPROVALS": "1",
    "APPROVAL_TIMEOUT_HOURS": "24",
    "CONFIRM_TIMEOUT_HOURS": "24",
    "VALIDATION_GRACE_SECONDS": "900",
    "FULL_LOAD_TIMEOUT_HOURS": "12",
    "SYNC_TIMEOUT_HOURS": "6",
    "TARGET_TIMEOUT_SECONDS": "600",
    "WRITE_PAUSE_BUDGET_SECONDS": "600",
    "WAL_BUDGET_GIBIBYTES": "0",
}
"""Variables that a function may lack, with what then counts."""


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """An ECS service and how many tasks it runs after the migration."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of one function.

    ``settings["NAME"]`` gives a variable; a missing one raises MissingSetting that names it.
    """

    variables: Mapping[str, str]

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process, or of the mapping given."""
        return cls(dict(os.environ if environ is None else environ))

    def __getitem__(self, name: str) -> str:
        value = self.variables.get(name, "").strip()
        if value:
            return value
        if name in OPTIONAL:
            return OPTIONAL[name]
        raise MissingSetting(
            f"{name}: the environment variable is not set; "
            "set it under Environment of the function in template.yaml"
        )

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
