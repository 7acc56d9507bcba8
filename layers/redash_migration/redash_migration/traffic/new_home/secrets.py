"""Whether both homes hold the same secrets, compared by keyed hashes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from redash_migration.host.inspection import fingerprint
from redash_migration.record import Check

SECRETS = ("REDASH_SECRET_KEY", "REDASH_COOKIE_SECRET")
"""What Redash encrypts and signs with, by its own names."""


def new_fingerprints(
    key: str, read: Callable[[str], str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """The new home's secrets as keyed hashes, comparable with the host's."""
    return {name: fingerprint(key, read(arn)) for name, arn in secrets.items()}


SPELLINGS: Mapping[str, Sequence[Callable[[str], str]]] = {
    "by blanks or a line break around it": (str.strip,),
    # Compose 1 keeps an env file's quotes as a part of the value, Compose 2 takes them off.
    "by the quotes around it": (
        lambda value: f'"{value}"',
        lambda value: f"'{value}'",
        lambda value: value.strip("\"'"),
    ),
}
"""How the same secret comes to be written otherwise."""


def respelt(
    key: str, read: Callable[[str], str], secrets: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Each of the new home's secrets spelt otherwise: keyed hash -> how, by name."""
    found: dict[str, dict[str, str]] = {}
    for name, arn in secrets.items():
        value = read(arn)
        found[name] = {
            fingerprint(key, spell(value)): how
            for how, spells in SPELLINGS.items()
            for spell in spells
        }
    return found


def compare_secrets(
    old: Mapping[str, Sequence[str]],
    new: Mapping[str, str],
    others: Mapping[str, Mapping[str, str]],
) -> list[Check]:
    """Whether Redash will find the same secrets; it can't read its data sources otherwise.

    Redash takes REDASH_COOKIE_SECRET where REDASH_SECRET_KEY is not set. ``others`` are the new
    ones spelt otherwise (``respelt``).
    """
    checks = []
    for name in SECRETS:
        check = "secrets." + name.removeprefix("REDASH_").lower()
        before = old.get(name) or (
            old.get("REDASH_COOKIE_SECRET") if name == "REDASH_SECRET_KEY" else None
        )
        if not before:
            checks.append(
                Check(
                    check,
                    "UNKNOWN",
                    f"{name} could not be read on the old host",
                    "Start the server there, so that its environment can be compared.",
                )
            )
        elif set(before) != {new.get(name)}:
            how = others.get(name, {}).get(before[0]) if len(set(before)) == 1 else None
            around = f", {how}" if how else ""
            checks.append(
                Check(
                    check,
                    "FAIL" if name == "REDASH_SECRET_KEY" else "WARN",
                    f"{name} differs between the old host and the new home{around}",
                    f"Store the old host's {name} in the new home's secret.",
                )
            )
        else:
            checks.append(Check(check, "PASS", f"{name} is the same on both sides"))
    return checks
