"""What the new home reads and writes: its database, its redis, and whether its code fits them.

Each answers a question and may still be of no use: a standby takes no write, one shard of a cluster
refuses half of the keys, and the old home's own redis would mix the jobs of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.record import Check
from redash_migration.traffic.proof.answers import Proof

_CLUSTER = "is in cluster mode, which Redash does not speak: its jobs touch several keys at once"
_ALLOW = (
    "Compare its address, password, TLS and user (with its rights) with the service, and the"
    " security groups."
)


LONG_MILLISECONDS = 3_600_000
"""A limit of an hour or more cuts off nothing that a person waits for."""


def stores(new: Proof, old: Proof, target: Mapping[str, Any] | None) -> list[Check]:
    """The checks of database, redis and schema; ``judge`` tells of ``target``."""
    return [
        _database(new, old, target),
        _redis(new, old),
        *_revision(new, old),
    ]


def _database(new: Proof, old: Proof, target: Mapping[str, Any] | None) -> Check:
    name, variable = "proof.database", "REDASH_DATABASE_URL"
    answer = _reached(new.facts.get("database", {"state": "answers"}), name, variable)
    there = new.facts.get("identity")
    # First: a table that is missing in another database says nothing of rights or addresses.
    if there is not None and target is not None:
        servers = {there["server"], target["server"]} - {None}
        if len(servers) > 1 or int(there["database"]) != int(target["database"]):
            return Check(
                name,
                "FAIL",
                f"{variable} of the new home leads to another database than the one that this"
                " migration fills",
                "Correct its address in the new home's secret, or the target's secret of this"
                " stack.",
            )
    if answer.status != "PASS":
        return answer
    writing = new.facts.get("writing", {})
    if writing.get("standby"):
        return Check(
            name,
            "FAIL",
            f"{variable} of the new home leads to a standby, which takes no write",
            "Give it the address of the writer, not that of a read replica.",
        )
    if writing.get("read_only", "off") != "off":
        return Check(
            name,
            "FAIL",
            f"sessions of {variable}'s role are read only (default_transaction_read_only)",
            "Reset it for that role and that database, or in the parameter group.",
        )
    if lacking := writing.get("lacking"):
        return Check(
            name,
            "FAIL",
            f"the role of {variable} may not write to {', '.join(map(str, lacking))}",
            "Name it in ApplicationDatabaseRole, so that it is granted what Redash needs.",
        )
    return _limits(writing, old.facts.get("writing", {})) or answer


def _limits(new: Mapping[str, Any], old: Mapping[str, Any]) -> Check | None:
    """What cuts off sessions of Redash's role there and did not here: set for the role, for the
    database or in a parameter group. Some services end idle sessions after a day by themselves."""
    limits, before = new.get("limits", {}), old.get("limits", {})
    said = []
    for name, value in sorted(limits.items()):
        shorter = name not in before or int(value) < int(before[name])
        if name == "connections" and shorter:
            said.append(f"it may have {value} connections")
        elif name != "connections" and shorter and int(value) < LONG_MILLISECONDS:
            said.append(f"{name} is {value} ms")
    if not said:
        return None
    return Check(
        "proof.database",
        "WARN",
        f"the role of REDASH_DATABASE_URL is limited in the new database as it is not in the old"
        f" one: {', '.join(said)}",
        "See ALTER ROLE ... SET, ALTER DATABASE ... SET, CONNECTION LIMIT and the parameter group;"
        " RESET what Redash's longest requests and all its processes do not fit into.",
    )


def _redis(new: Proof, old: Proof) -> Check:
    name, variable = "proof.redis", "REDASH_REDIS_URL"
    fact = new.facts.get("redis", {"state": "unseen"})
    answer = _reached(fact, name, variable)
    if answer.status != "PASS":
        return answer
    why = ""
    theirs = old.facts.get("redis", {}).get("server")
    if theirs and fact.get("limiter") == theirs:
        return Check(
            name,
            "FAIL",
            "REDASH_LIMITER_STORAGE of the new home is the old home's redis: nobody can log in once"
            " that is gone",
            "Leave it out: Redash then counts log-ins in REDASH_REDIS_URL.",
        )
    if theirs and fact.get("server") == theirs:
        why = "is the old home's own: jobs of both homes would be mixed"
    elif fact.get("cluster"):
        why = _CLUSTER
    elif fact.get("role") in {"slave", "replica"}:
        why = "is a replica, which takes no job"
    if why:
        return Check(
            name,
            "FAIL",
            f"what answers at {variable} of the new home {why}",
            "Give it the primary endpoint of a Valkey or Redis of its own, cluster mode disabled.",
        )
    if str(fact.get("eviction", "")).startswith("allkeys"):
        return Check(
            name,
            "WARN",
            f"what answers at {variable} throws keys away when it is full"
            f" (maxmemory-policy {fact['eviction']}): jobs vanish in silence",
            "Set maxmemory-policy to noeviction in its parameter group.",
        )
    return answer


def _reached(fact: Mapping[str, Any], name: str, variable: str) -> Check:
    if fact["state"] == "answers":
        return Check(name, "PASS", f"answers from the new network by {variable}")
    variable = str(fact.get("of") or variable)
    return Check(
        name,
        "FAIL",
        f"{variable} of the new home does not work from its network: {fact.get('why', 'unseen')}",
        _ALLOW,
    )


def _revision(new: Proof, old: Proof) -> Iterable[Check]:
    fact, before = new.facts.get("revision"), old.facts.get("revision")
    if fact is None:
        return
    database, code = set(fact["database"]), set(fact["code"])
    same_code = before is not None and set(before["code"]) == code
    if before is not None and before["version"] != fact["version"]:
        versions = f"Redash {before['version']} here, {fact['version']} in the new home"
        fits = "of the same schema" if same_code else "of another schema"
        yield Check(
            "proof.revision",
            "WARN" if database == code or same_code else "FAIL",
            f"{versions}, {fits}",
            "Give the new home the old home's version; upgrade afterwards.",
        )
    elif database == code or same_code:
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
