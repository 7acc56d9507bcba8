"""What acts on the old host beside Redash: who restarts its containers, what its proxy does, where
else its workers run. Nothing of it comes along, and some of it would undo what the migration does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.record import Check

STARTS_ANEW = {
    "swarm": "Docker Swarm",
    "kubernetes": "Kubernetes",
    "ecs": "Amazon ECS",
    "nomad": "Nomad",
}
"""Who starts another container in the place of one that was stopped."""

CLOCK_SECONDS = 60
"""How far the host's clock may be ahead: Redash compares times that it stored with its own."""
ANSWERED_WITHIN_SECONDS = 180
"""How old the host's answer may be when it is read: the command's own limit, and a look."""
ROOM_BYTES = 50 * 1024**2
"""The schema, twice, and a few small files."""

ADMITS = re.compile(
    r"signs-in|auth_(basic|request|jwt)|ssl_verify_client|allow|deny"  # nginx
    r"|basic_?auth|digestauth|forward_?auth|frontendauth|client_auth|(remote|client)_ip"
    r"|ip(white|allow)list|http-request:(auth|deny|reject|tarpit)|acl:src"
    r"|authtype|sslverifyclient|require:.*"
)
"""What decides who is let in: directives of nginx (ngx_http_access_module and the auth modules),
Caddy, HAProxy and Apache, middlewares of Traefik."""


def surroundings(host: Mapping[str, Any]) -> list[Check]:
    """The same of what stands beside Redash: who else acts there, proxies, the clock, the disk."""
    return [
        _keepers(host["keepers"]),
        _proxies(host["proxies"]),
        _clock(host["seconds_ahead"]),
        _directory(str(host["directory"])),
        _other_databases(int(host["other_databases"])),
        _workers(host["worker_hosts"], host["hostnames"]),
    ]


def _keepers(lines: Iterable[str]) -> Check:
    """Each line is who, and the container's name."""
    name = "host.keeper"
    by_keeper: dict[str, list[str]] = {}
    for line in lines:
        keeper, _, container = line.partition(" ")
        by_keeper.setdefault(keeper, []).append(container)
    if not by_keeper:
        return Check(name, "PASS", "what is stopped stays down, and can be started again")
    said, remedies = [], []
    for keeper, containers in sorted(by_keeper.items()):
        what = ", ".join(sorted(containers))
        if keeper in STARTS_ANEW:
            said.append(f"{STARTS_ANEW[keeper]} starts anew what is stopped: {what}")
            remedies.append("Run Redash by Compose alone on this host, then migrate.")
        elif keeper == "rm":
            said.append(f"docker removes these as they stop, no roll-back could start them: {what}")
            remedies.append("Make these containers anew without --rm.")
        elif keeper == "compose":
            said.append(f"compose up --abort-on-container-exit stops all of {what} with one")
            remedies.append("Start the project with up -d.")
        elif keeper == "watcher":
            said.append(f"{what} may replace or restart containers while the migration is at work")
            remedies.append("Stop it until the migration has ended.")
        else:
            said.append(f"systemd may start or remove what is stopped: {what}")
            remedies.append("See that their units neither restart nor remove them on a stop.")
    failed = set(by_keeper) - {"systemd", "watcher"}
    return Check(name, "FAIL" if failed else "WARN", "; ".join(said), " ".join(remedies))


def _proxies(lines: Iterable[str]) -> Check:
    """Each line is a proxy's name and its directives."""
    name, said, admits = "host.proxy", [], False
    for line in lines:
        proxy, *does = line.split(" ")
        if "unseen" in does:
            said.append(f"what {proxy} does to requests can't be seen")
        elif any(does):
            admits = admits or any(map(ADMITS.fullmatch, does))
            said.append(f"{proxy} does what the new home does not: {', '.join(filter(None, does))}")
    if not said:
        return Check(name, "PASS", "no proxy here does more than pass requests on")
    return Check(
        name,
        "WARN",
        f"{'people are let in by it; ' * admits}{'; '.join(said)}",
        "Do it at the load balancer (security groups, rules, log-in actions, a web ACL), or see"
        " that nobody needs it: users reach the new home past this proxy.",
    )


def _clock(ahead: int | None) -> Check:
    name = "host.clock"
    if ahead is None:
        return Check(name, "UNKNOWN", "the host does not tell its time", "See its date command.")
    if -CLOCK_SECONDS - ANSWERED_WITHIN_SECONDS <= ahead <= CLOCK_SECONDS:
        return Check(name, "PASS", "the host's clock is right")
    return Check(
        name,
        "WARN",
        f"the host's clock is {abs(ahead)} s {'ahead' if ahead > 0 else 'behind'}: in the new home"
        " queries run later or more often than their schedule says until the times agree",
        "Set it by NTP (chrony, systemd-timesyncd), and let an hour pass.",
    )


def _directory(said: str) -> Check:
    """Free kilobytes, or what is wrong with the directory of Redash's compose file."""
    name = "host.directory"
    if said == "missing":
        return Check(
            name,
            "WARN",
            "ComposeDirectory is no directory of this host; the one Redash here was taken",
            "Correct ComposeDirectory: what the migration notes on the host lies there.",
        )
    if not said.isdecimal() or int(said) * 1024 < ROOM_BYTES:
        why = f"has {int(said) // 1024} MB left" if said.isdecimal() else f"is {said or 'not seen'}"
        return Check(
            name,
            "FAIL",
            f"ComposeDirectory {why}: what a roll-back needs is noted there",
            "Free some room, or mount it for writing.",
        )
    return Check(name, "PASS", "what the migration notes on the host has room")


def _other_databases(count: int) -> Check:
    name = "host.other_databases"
    if not count:
        return Check(name, "PASS", "PostgreSQL there holds nothing but Redash")
    return Check(
        name,
        "WARN",
        f"PostgreSQL there holds {count} other databases: it is restarted where its settings need"
        " it, and stopped for good once the new home is kept",
        "Move them first, or start its container again afterwards.",
    )


def _workers(homes: Iterable[str], own: Iterable[str]) -> Check:
    """Both as host names: a container's is its short id, unless it was given another."""
    name = "host.workers_elsewhere"
    there = sorted(set(homes) - set(own))
    if not there:
        return Check(name, "PASS", "every worker that redis knows runs in these containers")
    return Check(
        name,
        "WARN",
        f"redis knows workers that run elsewhere: {', '.join(there)}; nobody stops them, and they"
        " go on taking jobs of the old home",
        "Stop them before the cutover: only this host's project is stopped and started. One that"
        " was killed here is forgotten by itself within some minutes.",
    )
