"""The keys that sign links and seal decisions, from their secret."""

from __future__ import annotations

import time
from functools import cache

from redash_migration import wiring
from redash_migration.approval.links.keyring import KeyRing, parse_keys
from redash_migration.approval.stack_settings import link_secret

KEYS_LIFE_SECONDS = 300.0
"""How long keys are kept in memory: a rotated key is known everywhere after this time."""


def keys() -> KeyRing:
    """The keys that sign links, read again every five minutes."""
    return _keys(link_secret(), int(time.monotonic() // KEYS_LIFE_SECONDS))


@cache
def _keys(arn: str, period: int) -> KeyRing:  # noqa: ARG001 - the period makes the cache expire
    secrets = wiring.secrets()
    return parse_keys(secrets.text(arn), previous=secrets.previous(arn))
