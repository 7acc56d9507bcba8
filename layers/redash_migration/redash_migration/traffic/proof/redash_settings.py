"""Every setting of the old Redash against the task definitions of the new one.

Compared by keyed fingerprint, never by value. What Redash reads: redash/settings/__init__.py (10.1
to 26.3); what its drivers read besides has names of their own, so every variable counts that the
image does not set itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redash_migration.host.inspection import fingerprint
from redash_migration.record import Check
from redash_migration.traffic.proof.containers import ROLES, role_of
from redash_migration.traffic.proof.setting_groups import GROUPS, OWN, Group, group_of

_COUNTS_WHEN_NEW = re.compile(r"REDASH_.*|(?i:(https?|no|all|ftp)_proxy)")
"""What else a task has that the old containers lack is its image's or its platform's."""

VARIES = "varies"
"""In place of a fingerprint where a role's containers have several values."""


@dataclass(frozen=True, slots=True)
class NewSettings:
    """A role's settings in the new home, as far as its task definitions show them.

    ``fingerprints`` has None for what can't be compared by its value (a secret's reference);
    ``open`` says that an environment file adds names that are not to be seen here.
    """

    fingerprints: Mapping[str, str | None] = field(default_factory=dict)
    open: bool = False
    partly: frozenset[str] = frozenset()
    """Names that only some of the role's containers have."""


def new_settings(containers: Iterable[Mapping[str, Any]], key: str) -> NewSettings:
    """The settings of containers that have the same role."""
    found: dict[str, set[str | None]] = {}
    times: Counter[str] = Counter()
    every = list(containers)
    for container in every:
        mine: dict[str, str | None] = {}
        for one in container.get("environment") or []:
            mine[one["name"]] = fingerprint(key, one["value"])
        for one in container.get("secrets") or []:
            mine[one["name"]] = None
        times.update(mine.keys())
        for name, value in mine.items():
            found.setdefault(name, set()).add(value)
    return NewSettings(
        {name: next(iter(v)) if len(v) == 1 else VARIES for name, v in found.items()},
        any(container.get("environmentFiles") for container in every),
        frozenset(name for name in found if times[name] < len(every)),
    )


def compare_settings(
    old: Mapping[str, Mapping[str, Sequence[str]]],
    new: Mapping[str, NewSettings],
    *,
    known: Iterable[str] = (),
) -> list[Check]:
    """One check a group; names that may differ knowingly are in ``known``."""
    accepted = set(known)
    missing: dict[str, list[str]] = {}
    differing: dict[str, list[str]] = {}
    unseen: dict[str, list[str]] = {}
    added: dict[str, list[str]] = {}
    somewhere = {name for values in old.values() for name in values}
    for role in ROLES:
        there = new.get(role, NewSettings(open=True))
        for name, values in old.get(role, {}).items():
            if OWN.fullmatch(name) or name in accepted:
                continue
            if name not in there.fingerprints:
                (unseen if there.open else missing).setdefault(name, []).append(role)
            elif _differs(name, there, values):
                differing.setdefault(name, []).append(role)
        for name in filter(_COUNTS_WHEN_NEW.fullmatch, there.fingerprints if role in old else ()):
            if name not in somewhere and not OWN.fullmatch(name) and name not in accepted:
                added.setdefault(name, []).append(role)
    return [_judged(group, missing, differing, unseen, added) for group in GROUPS]


def _differs(name: str, there: NewSettings, values: Sequence[str]) -> bool:
    """Whether it has another value there, or not everywhere; several values may all be right where
    the old containers had several too."""
    value = there.fingerprints[name]
    if value == VARIES or name in there.partly:
        return len(set(values)) == 1
    return value is not None and value not in values


def _judged(
    group: Group,
    missing: Mapping[str, Sequence[str]],
    differing: Mapping[str, Sequence[str]],
    unseen: Mapping[str, Sequence[str]],
    added: Mapping[str, Sequence[str]],
) -> Check:
    def mine(found: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        return {name: found[name] for name in sorted(found) if group_of(name) is group}

    lacks, differs, hidden, new = mine(missing), mine(differing), mine(unseen), mine(added)
    if not lacks and not differs and not hidden and not new:
        return Check(group.id, "PASS", "nothing that the old home sets is missing or different")
    said = []
    if lacks:
        said.append(f"missing in the new home: {_named(lacks)}; {group.breaks}")
    if differs:
        said.append(f"with another value there, or not in every container: {_named(differs)}")
    if new:
        said.append(f"only in the new home: {_named(new)}")
    if hidden:
        said.append(f"left to its environment file, compared by ProveNewHome: {_named(hidden)}")
    # Ready to paste, names and places for values; the values stay in the old env file.
    lines = "".join(f"\n{name}=<as in the old env file>" for name in [*lacks, *differs])
    return Check(
        group.id,
        group.status if lacks else "WARN",
        "; ".join(said),
        "Put these lines into the new home's environment file (EnvironmentFileArn), where quotes"
        " and blanks are part of a value, or name what differs on purpose in"
        f" SettingsKnownToDiffer:{lines}"
        if lines
        else "Take them out there, or name what is new on purpose in SettingsKnownToDiffer."
        if new
        else "Nothing has to be done now.",
    )


def _named(found: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(
        name if set(roles) == set(ROLES) else f"{name} ({', '.join(roles)})"
        for name, roles in found.items()
    )


def with_baked(
    settings_of: Mapping[str, Mapping[str, Sequence[str]]],
    baked_of: Mapping[str, Mapping[str, Sequence[str]]],
) -> dict[str, Mapping[str, Sequence[str]]]:
    """The server's settings with those that its image sets by itself: no task definition shows
    what an image sets, only a task that runs does."""
    server = {**baked_of.get("server", {}), **settings_of.get("server", {})}
    return {**settings_of, **({"server": server} if server else {})}


def by_role(containers: Iterable[Mapping[str, Any]], key: str) -> dict[str, NewSettings]:
    """The settings of each role; of a role that no container has, none."""
    every = list(containers)
    return {
        role: new_settings([one for one in every if role_of(one) == role], key)
        for role in {role_of(one) for one in every}
    }
