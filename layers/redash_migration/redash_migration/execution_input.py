"""What an execution is asked for: its input, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from redash_migration.errors import InvalidInput
from redash_migration.plain_text import plain
from redash_migration.record.owner import MIGRATION_ID

Mode = Literal["migrate", "preflight", "roll-back", "return", "finish"]

MODES: tuple[Mode, ...] = ("migrate", "preflight", "roll-back", "return", "finish")

NAMING: tuple[Mode, ...] = ("roll-back", "return", "finish")
"""Modes that go on with an earlier migration, and name it."""

FIELDS = ("mode", "allowSourceRestart", "requestedBy", "migrationId")

IGNORED = frozenset({"Comment"})
"""Asks nothing: the console suggests {"Comment": "Insert your JSON here"} as an input."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the person who starts an execution may ask for; everything else is a setting."""

    mode: Mode
    allow_source_restart: bool
    requested_by: str
    migration_id: str


_LINK = re.compile(r"\w://|\bwww\.", re.IGNORECASE)


def parse_request(given: Any) -> Request:
    """Check the execution's input; InvalidInput names the first field that is wrong."""
    if not isinstance(given, Mapping):
        raise InvalidInput("input: a JSON object is required; {} starts a migration")
    for field in given:
        if field not in FIELDS and field not in IGNORED:
            raise InvalidInput(f"{field}: unknown field; known are {', '.join(FIELDS)}")
    mode = given.get("mode", "migrate")
    if mode not in MODES:
        raise InvalidInput(f"mode: {mode!r} is none of {', '.join(MODES)}")
    restart = given.get("allowSourceRestart", False)
    if not isinstance(restart, bool):
        raise InvalidInput(f"allowSourceRestart: {restart!r} is neither true nor false")
    by = given.get("requestedBy", "")
    if not isinstance(by, str) or len(by) > 200:
        raise InvalidInput("requestedBy: a text of at most 200 characters is required")
    # It stands in every mail: lines or a link of its own would pass for the mail's.
    if plain(by) != by or _LINK.search(by):
        raise InvalidInput("requestedBy: one line without a link is required, as an e-mail address")
    named = given.get("migrationId", "")
    if not isinstance(named, str) or bool(named) != (mode in NAMING):
        raise InvalidInput(
            "migrationId: names the migration that is meant; "
            f"required with mode {', '.join(NAMING)}, and only there"
        )
    if named and not MIGRATION_ID.fullmatch(named):
        raise InvalidInput(f"migrationId: {named[:80]!r} is not of the form {MIGRATION_ID.pattern}")
    return Request(mode, restart, by, named)
