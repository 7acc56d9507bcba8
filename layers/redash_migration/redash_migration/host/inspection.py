"""What the old host runs: containers, versions, free disk, fingerprints of its settings."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import datetime

from redash_migration.host.answer import answers

REDASH = ("scheduler", "server", "worker")
STOPPED = ("proxy", *REDASH)
"""Roles of the containers that StopServices stops. The two stores stay up, the queues' too: it
writes nothing that counts, and a way back finds in it what was queued. So does what is no part of
Redash: it may be one of its data sources."""

PAUSED_FACT = "paused"
"""Fact: the data sources that were paused when the old queues had been drained."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container of the Redash project. ``role`` is what it runs: server, scheduler, worker,
    several of these, queues, proxy, database, other; ``name``, ``service`` are the operator's."""

    role: str
    running: bool
    name: str
    service: str
    image: str


@dataclass(frozen=True, slots=True)
class HostReport:
    """What InspectHost found; kept as the fact ``host``.

    ``settings_of`` holds keyed hashes by role and variable: equal where two values are equal, of no
    use to anybody who does not know the value, several where a role's containers differ.
    ``baked_of`` holds those that the image sets by itself: no task definition would show them.
    ``disk_free_bytes`` is the room where PostgreSQL keeps its data, ``postgres`` its own settings.
    ``queues`` holds the jobs by queue, None where redis did not answer; ``unseen`` says what else
    could not be seen. ``mounts`` are paths in Redash's containers where the
    host's disk lies. What is beside Redash is judged in ``surroundings``: ``keepers`` and
    ``proxies`` a line each, ``directory`` its free kilobytes or what is wrong with it,
    ``seconds_ahead`` of the function's clock.
    """

    containers: list[Container]
    versions: list[str]
    disk_free_bytes: int
    settings_of: dict[str, dict[str, list[str]]]
    baked_of: dict[str, dict[str, list[str]]]
    database_name: str
    same_database: bool | None
    postgres: dict[str, str]
    fixed: list[str]
    queues: dict[str, int] | None
    paused: list[int]
    unseen: list[str]
    mounts: list[str]
    keepers: list[str]
    proxies: list[str]
    seconds_ahead: int | None
    directory: str
    other_databases: int
    worker_hosts: list[str]
    hostnames: list[str]

    @property
    def running(self) -> list[str]:
        """Names of the containers that StopServices will stop."""
        return [one.name for one in self.containers if one.running and one.role in STOPPED]

    def to_json(self) -> dict[str, object]:
        """As a fact of the record."""
        return {**asdict(self), "running": self.running}


def host_report(stdout: str, database: str, now: datetime) -> HostReport:
    """The report out of the answer; ``database`` is Redash's, as its secret names it."""
    said = answers(stdout)
    same = said.get("database_is_the_secret_s", [])
    free = (said.get("data_free_kilobytes") or [""])[0]
    clock = (said.get("clock") or [""])[0]
    databases = (said.get("databases") or [""])[0]
    return HostReport(
        containers=[_container(line) for line in said.get("container", [])],
        versions=sorted({version for version in said.get("version", []) if version}),
        disk_free_bytes=int(free) * 1024 if free.isdecimal() else 0,
        settings_of=_by_role(said.get("setting_of", [])),
        baked_of=_by_role(said.get("baked_of", [])),
        database_name=database,
        same_database="no" not in same if same else None,
        postgres=dict(_pair(line) for line in said.get("setting", [])),
        fixed=" ".join(said.get("fixed", [])).split(),
        queues=queued(stdout),
        paused=paused(stdout),
        unseen=said.get("unseen", []),
        mounts=said.get("mount", []),
        keepers=said.get("keeper", []),
        proxies=said.get("proxy", []),
        seconds_ahead=int(clock) - int(now.timestamp()) if clock.isdecimal() else None,
        directory=(said.get("directory") or [""])[0],
        other_databases=int(databases) if databases.isdecimal() else 0,
        worker_hosts=said.get("worker_at", []),
        hostnames=sorted({*said.get("hostname", [])}),
    )


def paused(stdout: str) -> list[int]:
    """Ids of the data sources that an answer says are paused."""
    return sorted({int(one) for one in answers(stdout).get("paused", []) if one.isdecimal()})


def queued(stdout: str) -> dict[str, int] | None:
    """Queue -> jobs that wait or run, as an answer says; None where redis could not be asked."""
    said = answers(stdout)
    if "queues" not in said:
        return None
    return _lengths([line.split(" ") for line in said.get("queue", [])])


def _by_role(lines: list[str]) -> dict[str, dict[str, list[str]]]:
    settings: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        found = re.fullmatch(r"(\w+) ([0-9a-f]{16}) ([a-z,]+)", line)
        if found is None:
            continue
        for role in found[3].split(","):
            settings.setdefault(role, {}).setdefault(found[1], []).append(found[2])
    return settings


def worker_processes(stdout: str) -> dict[str, int]:
    """Queue -> processes that redis knows to take jobs from it, as an answer says."""
    lines = [line.rpartition(" ") for line in answers(stdout).get("served", [])]
    return {name: int(count) for name, _, count in lines if count.isdecimal()}


def _container(line: str) -> Container:
    role, up, name, service, image = (*line.split(" "), "", "", "", "", "")[:5]
    return Container(role, up == "true", name, service, image)


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(" ")
    return name, value


def _lengths(lines: list[list[str]]) -> dict[str, int]:
    """Queue -> jobs that wait or run; an answer that is no number makes no figure."""
    return {
        words[0]: int(words[1]) + int(words[2])
        for words in lines
        if len(words) == 3 and words[1].isdecimal() and words[2].isdecimal()
    }


def fingerprint(key: str, value: str) -> str:
    """The keyed hash that the host makes of a value."""
    return hashlib.sha256(f"{key}:{value}:{key}".encode()).hexdigest()[:16]
