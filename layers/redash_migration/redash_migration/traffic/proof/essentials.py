"""What no Redash does without, in every container of the new home, and the same in all of them.

A worker with another redis than the server's takes no job; one without REDASH_COOKIE_SECRET does
not start, and nobody sees it before the switch, because workers start after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redash_migration.host.inspection import fingerprint
from redash_migration.record import Check

ALSO_CALLED = {"REDASH_DATABASE_URL": "DATABASE_URL", "REDASH_REDIS_URL": "REDIS_URL"}
"""Where Redash looks when its own name is not set (redash/settings/__init__.py)."""

ALWAYS = ("REDASH_DATABASE_URL", "REDASH_REDIS_URL", "REDASH_COOKIE_SECRET")
JOBS = "RQ_REDIS_URL"
"""Where the jobs are, if not where all else is (redash/settings/__init__.py)."""
CHECK = "services.essentials"


def essentials(
    containers: Iterable[Mapping[str, Any]],
    secrets: Mapping[str, str],
    old: Mapping[str, Sequence[str]],
    key: str,
) -> Check:
    """FAIL names each that is missing or empty, that differs from container to container, or that
    is not taken from the secret that was compared.

    ``secrets`` are the ARNs of the new home's secrets by variable, ``old`` the fingerprints of the
    old server's settings: REDASH_SECRET_KEY is needed where it was set there.
    """
    every = list(containers)
    given = {_named(one): _sources(one) for one in every}
    open_to_more = {_named(one) for one in every if one.get("environmentFiles")}
    wanted = [*ALWAYS, *(["REDASH_SECRET_KEY"] if old.get("REDASH_SECRET_KEY") else [])]
    said = []
    for name in wanted:
        there = {who: found[name] for who, found in given.items() if found.get(name)}
        lacking = sorted(set(given) - set(there) - open_to_more)
        if lacking:
            said.append(f"{name} is missing in {', '.join(lacking)}")
        if len(set(there.values())) > 1:
            said.append(f"{name} is not the same in {', '.join(sorted(there))}")
        elsewhere = [
            who
            for who, (kind, value) in sorted(there.items())
            if name in secrets and not _is_that(kind, value, secrets[name], old.get(name), key)
        ]
        if elsewhere:
            said.append(f"{name} of {', '.join(elsewhere)} is not the secret that was compared")
    jobs = {who: found.get(JOBS) or found.get(ALWAYS[1]) for who, found in given.items()}
    if len(set(jobs.values())) > 1 and any(JOBS in found for found in given.values()):
        said.append(
            f"{JOBS} is not the same in every container: jobs would wait where no worker is"
        )
    if said:
        return Check(
            CHECK,
            "FAIL",
            "; ".join(said),
            "Give every container of the new home the same, from the secrets that this stack was"
            " told of.",
        )
    return Check(CHECK, "PASS", "every container has the same database, redis and secrets")


def _named(container: Mapping[str, Any]) -> str:
    words = " ".join(map(str, container.get("command") or []))
    queues = next(
        (str(o["value"]) for o in container.get("environment") or [] if o["name"] == "QUEUES"), ""
    )
    return " ".join(filter(None, [str(container["name"]), words, queues]))


def _sources(container: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Variable -> (how it is given, by what); an empty value is none."""
    found = {
        str(one["name"]): ("value", str(one["value"]))
        for one in container.get("environment") or []
        if one["value"]
    }
    found |= {str(o["name"]): ("from", str(o["valueFrom"])) for o in container.get("secrets") or []}
    for name, other in ALSO_CALLED.items():
        if name not in found and other in found:
            found[name] = found[other]
    return found


def _is_that(kind: str, given: str, secret: str, before: Sequence[str] | None, key: str) -> bool:
    if kind == "value":
        return before is None or fingerprint(key, given) in before
    # A reference may go on with a key and a version, and either may leave the random end out.
    return given.startswith(secret) or secret.startswith(given)
