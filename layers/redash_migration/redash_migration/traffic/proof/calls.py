"""Does what both homes call answer from both: data sources, files, alerts, the place itself."""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.record import Check
from redash_migration.traffic.proof.answers import Proof

MOST = 20
"""Data sources that are named one by one: a way that is closed closes it for all of them."""


def mail(new: Proof, old: Proof) -> Iterable[Check]:
    """The mail server is reached from the new network as from the old host."""
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


def data_sources(new: Proof, old: Proof) -> Check:
    """Each data source that answers in the old home answers in the new one."""
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


def files(new: Proof, old: Proof) -> Check:
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


def same_sources(new: Proof, old: Proof) -> Check:
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


def place(new: Proof, old: Proof) -> Iterable[Check]:
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
    elif not int(fact["proxies"]) and (before is None or int(before["proxies"])):
        said.append(
            "REDASH_PROXIES_COUNT is 0: what the load balancer says of a request is not believed,"
            " so sign-in leads back to http://, and all users share one limit of log-ins"
        )
        remedies.append("Set it to 1.")
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


def addresses(new: Proof, old: Proof) -> Check:
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
