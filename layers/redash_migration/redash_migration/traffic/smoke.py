"""The smoke test: the endpoints of the new Redash that only answer when it really works.

Only what worked in the old home may fail here: the same questions were put to it before anybody
was asked (``old_answers``), and what never worked there is no reason to turn back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.client import OK
from typing import Any

from redash_migration.errors import NewHomeNotProven, SmokeTestFailed
from redash_migration.record import Check, Record
from redash_migration.traffic.administrator import Administrator
from redash_migration.traffic.live.look import look_live
from redash_migration.traffic.paused import pause_alike, paused_sources
from redash_migration.traffic.proof.answers import ANSWERING, OLD_ANSWERS
from redash_migration.traffic.proof.in_redash.questions import Asker, ask

_REMEDIES = {
    "smoke.ping": "The server does not answer; see its log.",
    "smoke.setup_closed": "The set-up form is open: the database looks empty to Redash.",
    "smoke.api": "Set RedashApiKeySecretArn to have data sources, search and results asked for.",
    "smoke.session": "The API key is refused: see that its user is enabled, and the server's log.",
    "smoke.data_sources": (
        "REDASH_SECRET_KEY is not the old host's, or the image lacks a runner that it has."
    ),
    "smoke.queries": "See the server's log.",
    "smoke.search": "search_vector or the search functions are missing on the target.",
    "smoke.results": "A stored result is not whole on the target.",
}


def answered(found: list[tuple[str, str, str]], old: Mapping[str, str]) -> list[Check]:
    """The answers as checks; what the old home could not do either is a WARN."""
    return [_check(name, status, detail, old.get(name, "PASS")) for name, status, detail in found]


def _check(name: str, status: str, detail: str, before: str) -> Check:
    remedy = _REMEDIES.get(name, "See the server's log.")
    if status == "PASS":
        return Check(name, "PASS", detail)
    if status == "WARN":
        return Check(name, "WARN", detail, remedy)
    if before != "PASS":
        return Check(name, "WARN", f"{detail}; the old home answers no better", remedy)
    return Check(name, "UNKNOWN" if status == "UNKNOWN" else "FAIL", detail, remedy)


def answering_sources(record: Record) -> list[int]:
    """Data sources that answered from the new network before the approval."""
    return [int(number) for number in (record.fact(ANSWERING) or {}).get("data_sources", [])]


def reach_servers(record: Record, targets: Sequence[Mapping[str, Any]]) -> None:
    """Whether this network leads to every new server; NewHomeNotProven where it does not.

    The load balancer reaches them, and so may the probe's task: that says nothing of the functions,
    which ask them inside the write pause. /ping needs no database.
    """
    places = [(str(target["host"]), int(target["port"])) for target in targets]
    silent = [
        f"{host}:{port}" for host, port in places if Asker(host, port, "").get("/ping")[0] != OK
    ]
    if silent:
        check = Check(
            "proof.servers",
            "FAIL",
            f"the functions do not reach the new servers: no answer from {', '.join(silent)}",
            "Let the functions' security group (FunctionSecurityGroupIds) reach that port of the"
            " tasks.",
        )
        record.checks.put(check)
        raise NewHomeNotProven(f"{check.id}: {check.detail}")
    record.checks.put(
        Check("proof.servers", "PASS", f"the functions reach {len(places)} new servers")
    )


def ask_servers(
    record: Record,
    targets: list[dict[str, Any]],
    who: Administrator,
    *,
    fact: str = "smoke_test",
    before: Record | None = None,
) -> None:
    """Ask every new server; SmokeTestFailed lists what did not answer as it should.

    The answers are kept as a fact: ``smoke_test`` before the switch, ``live_check`` after it. Data
    sources are paused as in the home that is left, since workers start soon; after the switch the
    workers are looked at too. ``before`` is the record with the old home's answers, where that is
    another: a return has its own, and what never worked at home is no reason to turn back there.
    """
    if not targets:
        raise SmokeTestFailed("no new server to ask; StartTarget found none healthy")
    old = {str(k): str(v) for k, v in ((before or record).fact(OLD_ANSWERS) or {}).items()}
    failed: list[Check] = []
    checks: list[Check] = []
    for target in targets:
        found = ask(
            str(target["host"]), int(target["port"]), who.api_key, who.slugs, who.data_sources
        )
        checks = answered(found, old)
        failed += [check for check in checks if check.status not in {"PASS", "WARN"}]
    first = str(targets[0]["host"]), int(targets[0]["port"])
    more: list[Check] = []
    if fact == "live_check":
        more = look_live(*first, who, answering_sources(record))
    else:
        more = pause_alike(*first, who, paused_sources(record))
    checks += more
    failed += [check for check in more if check.status not in {"PASS", "WARN"}]
    record.checks.put(*checks, *failed)
    record.put_fact(
        fact,
        {
            "errors": len(failed),
            "servers": len(targets),
            "checks": [check.to_json() for check in [*checks, *failed]],
        },
    )
    if failed:
        raise SmokeTestFailed("; ".join(f"{check.id}: {check.detail}" for check in failed)[:4000])
