"""A migration, and a roll-back out of the write pause, on each kind of old host."""

from __future__ import annotations

from dataclasses import replace

from rehearsal.faults.case import Case
from rehearsal.faults.table.target import TARGET
from rehearsal.old_host.kinds import HOST_KINDS, HostKind

REFUSED = "host.redash_version"


def _migration(name: str, kind: HostKind) -> Case:
    if kind.refused:
        return Case(
            kind.what,
            "FAILED",
            where="Preflight",
            error="PreflightFailed",
            check=REFUSED,
            old_host=name,
        )
    return Case(f"nothing is broken; {kind.what}", "SUCCEEDED", where="InspectHost", old_host=name)


def _roll_back(name: str, kind: HostKind) -> Case:
    return replace(TARGET["row-changed"], what=f"a row differs; {kind.what}", old_host=name)


HOSTS: dict[str, Case] = {
    **{f"host-{name}": _migration(name, kind) for name, kind in HOST_KINDS.items()},
    **{
        f"host-{name}-back": _roll_back(name, kind)
        for name, kind in HOST_KINDS.items()
        if not kind.refused
    },
}
