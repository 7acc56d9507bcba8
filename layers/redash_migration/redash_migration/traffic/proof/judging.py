"""The answers of both homes as checks: only what worked in the old one is missed in the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redash_migration.record import Check
from redash_migration.traffic.proof.answers import Proof
from redash_migration.traffic.proof.stores import stores


def judge(
    new: Proof,
    old: Proof,
    worker_queues: Sequence[str] | None,
    target: Mapping[str, Any] | None = None,
    unseen_queues: Sequence[str] = (),
) -> list[Check]:
    """The answers of both. ``worker_queues`` None: the workers serve every queue; ``target`` says
    which database the migration fills, None where that is not known.
    """
    if failure := new.facts.get("redash"):
        why = f"Redash's code can't be loaded in the new home: {failure['why']}"
        return [Check("proof.redash", "FAIL", why, "See the log of the proof's task.")]
    return [
        *stores(new, old, target),
        *_queues(new, worker_queues, unseen_queues),
        *_mail(new, old),
        _sources(new, old),
        _addresses(new, old),
    ]


def _queues(new: Proof, served: Sequence[str] | None, unseen: Sequence[str]) -> Iterable[Check]:
    fact = new.facts.get("queues")
    if fact is None:
        return
    missing = [] if served is None else sorted(set(fact["used"]) - set(served))
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


def _mail(new: Proof, old: Proof) -> Iterable[Check]:
    fact, before = new.facts.get("mail"), old.facts.get("mail", {"state": "unseen"})
    if fact is None:
        return
    if fact["state"] == "fails" and before["state"] != "fails":
        yield Check(
            "proof.mail",
            "WARN",
            f"the mail server does not answer from the new network: {fact['why']}",
            "Let the tasks' security group reach it, or name another in REDASH_MAIL_SERVER.",
        )
    else:
        said = {"answers": "the mail server answers", "none": "no mail is set up"}
        yield Check(
            "proof.mail", "PASS", said.get(fact["state"], "it does not answer the old home either")
        )


def _sources(new: Proof, old: Proof) -> Check:
    name = "proof.data_sources"
    worse = [
        (number, fact)
        for number, fact in sorted(new.sources.items())
        if fact["state"] in {"fails", "no runner", "not decrypted"}
        and old.sources.get(number, {"state": "unseen"})["state"] != fact["state"]
    ]
    if not worse:
        tried = sum(fact["state"] == "answers" for fact in new.sources.values())
        return Check(
            name,
            "PASS",
            f"{tried} of {len(new.sources)} answer from there, as many as from here"
            if old.sources
            else f"{tried} of {len(new.sources)} answer from there",
        )
    broken = [fact for _, fact in worse if fact["state"] != "fails"]
    return Check(
        name,
        "FAIL" if broken else "WARN",
        "; ".join(
            f"data source {number} ({fact['type']}): {fact['state']}"
            f"{', ' + fact['why'] if fact['why'] else ''}; from the old host:"
            f" {old.sources.get(number, {'state': 'unseen'})['state']}"
            for number, fact in worse
        ),
        "Open the way from the new home's subnets (security groups, allow lists of addresses), give"
        " the image the runner's driver, or the old home's REDASH_SECRET_KEY.",
    )


def _addresses(new: Proof, old: Proof) -> Check:
    """What Redash calls for sign-in, alerts and events: of no use to queries, missed days later."""
    worse = [
        f"{what} ({', '.join(filter(None, [fact['state'], fact['type'], fact['why']]))})"
        for what, fact in sorted(new.addresses.items())
        if fact["state"] != "answers"
        and old.addresses.get(what, {"state": "unseen"})["state"] != fact["state"]
    ]
    if not worse:
        return Check(
            "proof.addresses",
            "PASS",
            f"{len(new.addresses)} addresses besides, none answers worse than from the old host",
        )
    return Check(
        "proof.addresses",
        "WARN",
        f"do not answer from the new network as from the old host: {'; '.join(worse)}",
        "Open the way from the new home's subnets (security groups, NAT, proxies, allow lists), or"
        " give the image what it lacks.",
    )
