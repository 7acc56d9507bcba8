"""What a proof says, put together: both homes' answers and their settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from redash_migration.record import Check, Record
from redash_migration.traffic.proof.answers import (
    Proof,
)
from redash_migration.traffic.proof.containers import (
    new_containers,
    new_processes,
    role_of,
    served_queues,
)
from redash_migration.traffic.proof.judging import judge
from redash_migration.traffic.proof.redash_settings import (
    NewSettings,
    by_role,
    compare_settings,
    with_baked,
)

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.function_settings import ProveNewHomeSettings


def not_asked(why: str) -> Check:
    """``proof.run``: the new home could not be asked, and why."""
    return Check(
        "proof.run",
        "WARN",
        f"nothing was asked from the new home's network: {why}",
        "Give both (outputs of the new home's stack) to have data sources, queues, redis and mail"
        " asked from there before anybody is.",
    )


def ended_check(new: Proof, reason: str) -> Check:
    """``proof.run``: whether the proof came to its end."""
    if new.complete:
        return Check("proof.run", "PASS", "the proof in the new network came to its end")
    return Check(
        "proof.run",
        "FAIL",
        f"the proof in the new network did not come to its end: {reason or 'see its log'}",
        "See the stopped task's reason in ECS: image, secrets, network, roles.",
    )


def old_home_check(answers: Mapping[str, str], old: Proof) -> Check:
    """Without its answers nobody can tell what never worked from what the move has broken."""
    if answers and old.complete:
        return Check("proof.old_home", "PASS", "the old Redash answered the same questions")
    return Check(
        "proof.old_home",
        "WARN",
        "the old Redash could not be asked what the new one is asked: what has never worked there"
        " would count as a fault of the new home, and end the write pause",
        "See the output of this migration's Run Command for ProveNewHome.",
    )


def judged(
    new: Proof,
    old: Proof,
    ecs: Ecs,
    settings: ProveNewHomeSettings,
    *,
    target: Mapping[str, Any] | None,
    stopped: Sequence[int],
    workers: Mapping[str, int],
) -> list[Check]:
    """All that both homes' answers say."""
    if not new.facts:
        return []
    seen = new.facts.get("settings", {}).get("fingerprints", {})
    queues, unseen = served_queues(new_containers(ecs, settings), seen)
    both = (workers, new_processes(ecs, settings))
    return judge(new, old, queues, target, unseen, paused=stopped, processes=both)


def settings_checks(
    record: Record, new: Proof, ecs: Ecs, settings: ProveNewHomeSettings, key: str
) -> list[Check]:
    """The comparison once more, with the values that the running task really has."""
    seen: Mapping[str, str] = new.facts.get("settings", {}).get("fingerprints", {})
    if not seen:
        return []
    containers = new_containers(ecs, settings)
    known = by_role(containers, key)
    server = next((one for one in containers if role_of(one) == "server"), {})
    for role in known:
        mine = [one for one in containers if role_of(one) == role]
        files = server.get("environmentFiles")
        same_files = all(one.get("environmentFiles") == files for one in mine)
        references = {one["name"]: one["valueFrom"] for one in server.get("secrets") or []}
        fingerprints = dict(known[role].fingerprints)
        for one in (secret for container in mine for secret in container.get("secrets") or []):
            if references.get(one["name"]) == one["valueFrom"]:
                fingerprints[one["name"]] = seen.get(one["name"])
        if role == "server":
            fingerprints = {**fingerprints, **seen}
        elif same_files and known[role].open:
            fingerprints = {**seen, **fingerprints}
        known[role] = NewSettings(fingerprints, known[role].open and not same_files)
    host = record.require_fact("host")
    old = with_baked(host["settings_of"], host["baked_of"])
    return compare_settings(old, known, known=settings.settings_known_to_differ)
