"""The answers of both homes as checks: only what worked in the old one is missed in the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redash_migration.record import Check
from redash_migration.traffic.proof.answers import Proof
from redash_migration.traffic.proof.calls import (
    addresses,
    data_sources,
    files,
    mail,
    place,
    same_sources,
)
from redash_migration.traffic.proof.stores import stores


def judge(
    new: Proof,
    old: Proof,
    worker_queues: Sequence[str],
    target: Mapping[str, Any] | None = None,
    unseen_queues: Sequence[str] = (),
    *,
    paused: Sequence[int] = (),
    processes: tuple[Mapping[str, int], Mapping[str, int] | None] = ({}, None),
) -> list[Check]:
    """The answers of both. ``worker_queues`` are those that the new workers serve; ``target`` says
    which database the migration fills, None where that is not known; ``paused`` are the data
    sources that are paused in the old home, ``processes`` those of workers by queue, in the old
    home and in the new, there None if that can't be seen.
    """
    if failure := new.facts.get("redash"):
        return [_not_loaded(failure)]
    return [
        *stores(new, old, target),
        *_queues(new, worker_queues, unseen_queues),
        *_workers(*processes),
        *mail(new, old),
        data_sources(new, old),
        files(new, old),
        same_sources(new, old),
        *_pauses(new, paused),
        *_header(new),
        *place(new, old),
        addresses(new, old),
    ]


def _not_loaded(failure: Mapping[str, Any]) -> Check:
    at = f", at {failure['at']}" if failure.get("at") else ""
    return Check(
        "proof.redash",
        "FAIL",
        f"Redash's code can't be loaded in the new home: {failure['why']}{at}",
        "Correct that setting: a name that is not known there, a number that is none, a module that"
        " the image lacks; or see the log of the proof's task.",
    )


def _queues(new: Proof, served: Sequence[str], unseen: Sequence[str]) -> Iterable[Check]:
    fact = new.facts.get("queues")
    if fact is None:
        return
    missing = sorted(set(fact["used"]) - set(served))
    if missing and unseen:
        yield Check(
            "proof.queues",
            "WARN",
            f"no worker is seen to serve {', '.join(missing)}; what {', '.join(unseen)} serves"
            " stands in an environment file",
            "Put QUEUES into the task definition, or look into that file.",
        )
    elif missing:
        yield Check(
            "proof.queues",
            "FAIL",
            f"no worker of the new home serves {', '.join(missing)}: nothing there ever runs",
            "Add them to QUEUES of a worker's task definition.",
        )
    else:
        yield Check("proof.queues", "PASS", "every queue that Redash uses has a worker")


def _workers(before: Mapping[str, int], after: Mapping[str, int] | None) -> Iterable[Check]:
    if after is None or not before:
        return
    fewer = [
        f"{queue}: {count} here, {after.get(queue, 0)} there"
        for queue, count in sorted(before.items())
        if 0 < after.get(queue, 0) < count
    ]
    if fewer:
        yield Check(
            "proof.workers",
            "WARN",
            f"fewer worker processes than in the old home: {'; '.join(fewer)}; queries wait longer",
            "Raise WORKERS_COUNT with the task's memory, or the count in EcsWorkerServices.",
        )
    else:
        yield Check("proof.workers", "PASS", "every queue has as many worker processes as here")


def _pauses(new: Proof, paused: Sequence[int]) -> Iterable[Check]:
    """Redash answers 500 where a data source without a runner is to be paused."""
    lost = [n for n in paused if new.sources.get(n, {}).get("state") == "no runner"]
    if lost:
        yield Check(
            "proof.pauses",
            "WARN",
            f"paused in the old home, and without a runner in the new one: data sources"
            f" {', '.join(map(str, lost))}; they take no query there, and their pause is lost",
            "Pause them again should their runner ever be added.",
        )


def _header(new: Proof) -> Iterable[Check]:
    """Only a proxy of one's own takes such a header out of requests; a load balancer does not."""
    fact = new.facts.get("sign_in")
    if fact is not None and not str(fact["header"]).lower().startswith("x-amzn-oidc-"):
        yield Check(
            "proof.sign_in",
            "WARN",
            f"Redash believes the header {fact['header']} (REDASH_REMOTE_USER_LOGIN_ENABLED), which"
            " the load balancer neither sets nor takes out: whoever reaches it signs in as anybody",
            "Switch it off, have a proxy in the task that sets it, or let the load balancer sign"
            " people in and name its header in REDASH_REMOTE_USER_HEADER.",
        )
