"""The answers of both homes as checks: only what worked in the old one is missed in the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redash_migration.record import Check
from redash_migration.traffic.proof.answers import Proof
from redash_migration.traffic.proof.containers import EVERY_QUEUE
from redash_migration.traffic.proof.stores import stores

MOST = 20
"""Data sources that are named one by one: a way that is closed closes it for all of them."""


def judge(
    new: Proof,
    old: Proof,
    worker_queues: Sequence[str] | None,
    target: Mapping[str, Any] | None = None,
    unseen_queues: Sequence[str] = (),
    *,
    paused: Sequence[int] = (),
    processes: tuple[Mapping[str, int], Mapping[str, int] | None] = ({}, None),
) -> list[Check]:
    """The answers of both. ``worker_queues`` None: the workers serve every queue; ``target`` says
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
        *_mail(new, old),
        _sources(new, old),
        _files(new, old),
        _same_sources(new, old),
        *_pauses(new, paused),
        *_header(new),
        *_place(new, old),
        _addresses(new, old),
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


def _workers(before: Mapping[str, int], after: Mapping[str, int] | None) -> Iterable[Check]:
    if after is None or not before:
        return
    of_all = after.get(EVERY_QUEUE, 0)
    fewer = [
        f"{queue}: {count} here, {after.get(queue, 0) + of_all} there"
        for queue, count in sorted(before.items())
        if 0 < after.get(queue, 0) + of_all < count
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


def _mail(new: Proof, old: Proof) -> Iterable[Check]:
    fact, before = new.facts.get("mail"), old.facts.get("mail", {"state": "unseen"})
    if fact is None:
        return
    if fact["state"] == "fails" and before["state"] != "fails":
        yield Check(
            "proof.mail",
            "WARN",
            f"the mail server does not answer from the new network as from here: {fact['why']}",
            "Let the tasks' security group reach it, let it take mail from the new addresses, or"
            " name another in REDASH_MAIL_SERVER.",
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
        unasked = sum(fact["state"] == "untested" for fact in new.sources.values())
        return Check(
            name,
            "PASS",
            f"{tried} of {len(new.sources)} answer from there"
            f"{', as many as from here' * bool(old.sources)}"
            f"{f'; {unasked} have nothing that could be asked' * bool(unasked)}",
        )
    broken = [fact for _, fact in worse if fact["state"] != "fails"]
    return Check(
        name,
        "FAIL" if broken else "WARN",
        "; ".join(
            f"data source {number} ({fact['type']}): {fact['state']}"
            f"{', ' + fact['why'] if fact['why'] else ''}; from the old host:"
            f" {old.sources.get(number, {'state': 'unseen'})['state']}"
            for number, fact in worse[:MOST]
        )
        + f"; and {len(worse) - MOST} more" * (len(worse) > MOST),
        "Open the way from the new home's subnets (security groups, allow lists of addresses), give"
        " the image the runner's driver, or the old home's REDASH_SECRET_KEY.",
    )


def _files(new: Proof, old: Proof) -> Check:
    """A file on the old host's disk, a module that was installed there by hand: most queries would
    fail, and Redash's own test of a data source may not see it, or make an empty file itself."""
    name = "proof.files"
    lost = {
        number: sorted(set(one.get("lacks", ())) - set(old.sources[number].get("lacks", ())))
        for number, one in sorted(new.sources.items())
        if number in old.sources
    }
    said = [
        f"data source {number} ({new.sources[number]['type']}): {', '.join(what)}"
        for number, what in lost.items()
        if what
    ]
    if not said:
        return Check(name, "PASS", "no data source misses a file or a module that it has here")
    return Check(
        name,
        "WARN",
        "files and modules that data sources name are in the old container, and not in the new:"
        f" {'; '.join(said[:MOST])}{f'; and {len(said) - MOST} more' * (len(said) > MOST)}",
        "Put the file or the Python module into the new home's image, or on a file system that its"
        " tasks mount.",
    )


def _same_sources(new: Proof, old: Proof) -> Check:
    """A name may lead elsewhere from another network, and a data source to what is left behind."""
    name = "proof.same_sources"
    own = str(old.facts.get("identity", {}).get("server") or "")
    elsewhere, left = [], []
    for number in sorted({*new.sources, *old.sources}):
        here, there = (
            str(one.get(number, {}).get("who", "")) for one in (old.sources, new.sources)
        )
        if own and own in (here, there):
            left.append(str(number))
        elif here and there and here != there:
            elsewhere.append(str(number))
    if not elsewhere and not left:
        return Check(name, "PASS", "none leads elsewhere from the new network")
    said, remedies = [], []
    if elsewhere:
        said.append(
            f"another server answers from the new network: data sources {', '.join(elsewhere)}"
        )
        remedies.append("Compare what their names resolve to in both networks (DNS, hosts files).")
    if left:
        said.append(
            "on the old Redash's own PostgreSQL, which stays as it is at the cutover and is stopped"
            f" once the new home is kept: data sources {', '.join(left)}"
        )
        remedies.append("Lead them to the new database, or move what they query first.")
    return Check(name, "WARN", "; ".join(said), " ".join(remedies))


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


def _place(new: Proof, old: Proof) -> Iterable[Check]:
    """What Redash is told of where it runs; copied from the old home it may be right no more."""
    fact, before = new.facts.get("place"), old.facts.get("place")
    if fact is None:
        return
    said, remedies = [], []
    if int(fact["proxies"]) > 1:
        said.append(
            f"REDASH_PROXIES_COUNT is {fact['proxies']}, and one load balancer stands before the"
            " new home: users then come from its address alone, and share one limit of log-ins"
        )
        remedies.append("Set it to 1, unless a proxy of your own passes requests on to it.")
    if fact["numbered"]:
        said.append(
            "REDASH_HOST is an address in numbers or localhost: links in mails and alerts go past"
            " the load balancer"
        )
        remedies.append("Give it the name that users open, with https://.")
    if before is not None and fact["ahead"] != before["ahead"]:
        hours = (int(fact["ahead"]) - int(before["ahead"])) / 3600
        said.append(
            f"the clock of its containers shows another time zone, {hours:+g} h: what Python,"
            " script and some SQL data sources call now and today"
        )
        remedies.append("Set TZ, as /etc/localtime of the old containers says.")
    if said:
        yield Check("proof.place", "WARN", "; ".join(said), " ".join(remedies))
    else:
        yield Check("proof.place", "PASS", "proxies, time zone and REDASH_HOST fit")


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
