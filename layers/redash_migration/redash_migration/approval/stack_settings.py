"""The approval's settings: this function's own, and the stack's parameter that holds the rest."""

from __future__ import annotations

import json
import time
from functools import cache

from redash_migration import wiring
from redash_migration.adapters.clients import client
from redash_migration.settings import Settings

SETTINGS_LIFE_SECONDS = 60.0
"""How long the approval's settings are kept in memory: who was taken off the list is off then."""


def stack_settings() -> Settings:
    """This function's settings, and those of the approval, which stand in a parameter of their own.

    Addresses and people can be more than an environment has room for (4 KB). A variable of the
    same name counts before the parameter's entry.
    """
    own = wiring.settings()
    parameter = own["APPROVAL_SETTINGS"]
    if not parameter:
        return own
    period = int(time.monotonic() // SETTINGS_LIFE_SECONDS)
    return Settings({**_parameter(parameter, period), **own.variables})


@cache
def _parameter(name: str, period: int) -> dict[str, str]:  # noqa: ARG001 - makes the cache expire
    found = json.loads(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    return {str(key): str(value) for key, value in found.items()}
