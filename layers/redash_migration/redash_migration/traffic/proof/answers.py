"""What the probe said, in the new network and in the old server's container, as checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redash_migration.record import Check

OLD_ANSWERS = "old_answers"
"""Fact: what the old home answered to the smoke test's questions, status by check."""

TARGET_FACT = "target_database"
"""Fact: which database the migration fills, as the preflight found it."""

ANSWERING = "answering_sources"
"""Fact: the data sources that answered from the new network."""

_LINE = re.compile(r"@proof (\{.*\})")
_SMOKE = re.compile(r"@smoke (smoke\.\w+) (PASS|WARN|FAIL|UNKNOWN)( .*)?")


@dataclass(frozen=True, slots=True)
class Proof:
    """The facts of one probe by kind; of the kind ``source`` there is one a data source."""

    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    complete: bool = False


def proof(lines: Iterable[str]) -> Proof:
    """The facts among lines that may hold anything else besides."""
    facts: dict[str, Mapping[str, Any]] = {}
    sources: dict[int, Mapping[str, Any]] = {}
    for line in lines:
        said = _LINE.fullmatch(line.strip())
        try:
            fact = json.loads(said[1]) if said else {}
        except ValueError:
            continue
        if fact.get("kind") == "source":
            sources[int(fact["id"])] = fact
        elif fact:
            facts[str(fact["kind"])] = fact
    return Proof(facts, sources, "end" in facts)


def old_answers(lines: Iterable[str]) -> dict[str, str]:
    """Check -> status of the smoke test's questions, as the old home answered them."""
    said = (_SMOKE.fullmatch(line.strip()) for line in lines)
    return {found[1]: found[2] for found in said if found}


def judge(
    new: Proof,
    old: Proof,
    worker_queues: Sequence[str] | None,
    target: Mapping[str, Any] | None = None,
) -> list[Check]:
    """The answers of both. ``worker_queues`` None: the workers serve every queue; ``target`` says
    which database the migration fills, None where that is not known.
    """
    if failure := new.facts.get("redash"):
        why = f"Redash's code can't be loaded in the new home: {failure['why']}"
        return [Check("proof.redash", "FAIL", why, "See the log of the probe's task.")]
    return [
        _database(new, target),
        _service(new, "redis", "proof.redis", "REDASH_REDIS_URL"),
        *_revision(new, old),
        *_queues(new, worker_queues),
        *_mail(new, old),
        _sources(new, old),
    ]


def _database(new: Proof, target: Mapping[str, Any] | None) -> Check:
    answer = _service(new, "database", "proof.database", "REDASH_DATABASE_URL")
    there = new.facts.get("identity")
    if answer.status != "PASS" or there is None or target is None:
        return answer
    servers = {there["server"], target["server"]} - {None}
    if len(servers) < 2 and int(there["database"]) == int(target["database"]):
        return answer
    return Check(
        "proof.database",
        "FAIL",
        "REDASH_DATABASE_URL of the new home leads to another database than the one that this"
        " migration fills",
        "Correct its address in the new home's secret, or the target's secret of this stack.",
    )


def _service(new: Proof, kind: str, name: str, variable: str) -> Check:
    fact = new.facts.get(kind, {"state": "answers"} if kind == "database" else {"state": "unseen"})
    if fact["state"] == "answers":
        return Check(name, "PASS", f"answers from the new network by {variable}")
    return Check(
        name,
        "FAIL",
        f"{variable} of the new home does not work from its network: {fact.get('why', 'unseen')}",
        "Compare its address, password and TLS with the service, and the security groups.",
    )


def _revision(new: Proof, old: Proof) -> Iterable[Check]:
    fact, before = new.facts.get("revision"), old.facts.get("revision")
    if fact is None:
        return
    database, code = set(fact["database"]), set(fact["code"])
    same_code = before is not None and set(before["code"]) == code
    if database == code or same_code:
        yield Check(
            "proof.revision", "PASS", f"Redash {fact['version']} fits the database's schema"
        )
    else:
        yield Check(
            "proof.revision",
            "FAIL",
            f"the schema is of revision {', '.join(sorted(database))}, Redash {fact['version']} of"
            f" the new home needs {', '.join(sorted(code))}",
            "Give the new home the old home's version; upgrade afterwards.",
        )


def _queues(new: Proof, served: Sequence[str] | None) -> Iterable[Check]:
    fact = new.facts.get("queues")
    if fact is None:
        return
    missing = [] if served is None else sorted(set(fact["used"]) - set(served))
    if missing:
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
