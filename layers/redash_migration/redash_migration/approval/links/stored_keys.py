"""The keys that sign links and seal decisions, and those of the undo list, from their secrets."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache, partial

from redash_migration import wiring
from redash_migration.approval.links.keyring import KeyRing, parse_keys
from redash_migration.approval.settings import link_secret
from redash_migration.failure_kinds import as_transient

KEYS_LIFE_SECONDS = 300.0
"""How long keys are kept in memory."""
AGAIN_SECONDS = 10.0
"""How long a key that nobody knows is not asked for again: anybody may send a link with one."""


_known: dict[tuple[str, str], KeyRing] = {}
"""What was read last: it goes on while the service can't be asked."""


def keys() -> KeyRing:
    """The keys that sign links, read again every five minutes."""
    return keys_of("LINK_SIGNING_SECRET_ARN", link_secret())


def keys_of(name: str, arn: str) -> KeyRing:
    """The keys of a secret, which errors call by the name of its setting."""
    return _keys(name, arn, int(time.monotonic() // KEYS_LIFE_SECONDS))


@cache
def _keys(name: str, arn: str, period: int) -> KeyRing:  # noqa: ARG001 - the period makes the cache expire
    # A key that was rotated since is asked for when something comes that was made with it.
    again = partial(_again, name, arn)
    try:
        read = _read(name, arn)
    except Exception as error:
        # Throttled or out of reach: nobody is kept from deciding by what is known already.
        if as_transient(error) is None or (name, arn) not in _known:
            raise
        read = _known[name, arn]
    _known[name, arn] = read
    return replace(read, again=lambda: again(int(time.monotonic() // AGAIN_SECONDS)))


@cache
def _again(name: str, arn: str, period: int) -> KeyRing:  # noqa: ARG001 - as above
    return _read(name, arn)


def _read(name: str, arn: str) -> KeyRing:
    secrets = wiring.secrets()
    return parse_keys(name, secrets.text(arn), previous=secrets.previous(arn))
