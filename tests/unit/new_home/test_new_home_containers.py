"""What the new home's services run: faults that the server's own task does not show."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from redash_migration.adapters.ecs_truth import ServiceTruth
from redash_migration.record import Check
from redash_migration.traffic.new_home.container_checks import (
    alike,
    balanced,
    every_role,
    lasting,
    roomy,
)
from redash_migration.traffic.proof.answers import Proof
from redash_migration.traffic.proof.containers import described, served_queues
from redash_migration.traffic.proof.judging import judge

GROUP = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/redash-new/1"
QUEUES = {
    "redash-scheduled-worker": "scheduled_queries,schemas",
    "redash-adhoc-worker": "queries",
    "redash-worker": "periodic, emails default",
}
USED = ["default", "emails", "periodic", "queries", "scheduled_queries", "schemas"]
NAMES = ("redash-server", "redash-scheduler", *QUEUES)


@dataclass
class NewHome:
    """Services and task definitions that are right until something is done to them."""

    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    services: dict[str, ServiceTruth] = field(default_factory=dict)
    used: list[str] = field(default_factory=lambda: list(USED))
    variables: list[str] = field(default_factory=list)
    """Those that the proof sees, the environment file's among them."""
    counts: dict[str, int] = field(default_factory=dict)

    def redash(self, name: str) -> dict[str, Any]:
        containers: list[dict[str, Any]] = self.definitions[name]["containerDefinitions"]
        return containers[0]

    def set(self, name: str, **variables: str | None) -> None:
        own = {one["name"]: one["value"] for one in self.redash(name)["environment"]}
        own |= variables
        self.redash(name)["environment"] = [
            {"name": key, "value": value} for key, value in own.items() if value is not None
        ]

    def checks(self) -> list[Check]:
        containers = {name: described(one) for name, one in self.definitions.items()}
        served, unseen = served_queues(containers.values(), self.variables)
        proof = Proof({"queues": {"used": self.used}, "redis": {"state": "answers"}}, complete=True)
        return [
            every_role(containers.values(), ["server", "scheduler", "worker", "queues"]),
            alike(self.services, containers),
            roomy(containers),
            lasting(self.services, containers, self.counts),
            balanced(self.services["redash-server"], GROUP),
            *judge(proof, proof, served, None, unseen),
        ]

    def named(self) -> dict[str, str]:
        return {one.id: one.status for one in self.checks() if one.status != "PASS"}


def new_home() -> NewHome:
    home = NewHome()
    network = {
        "subnets": frozenset({"subnet-1"}),
        "security groups": frozenset({"sg-1"}),
        "public address": frozenset({"DISABLED"}),
    }
    for name in NAMES:
        role = {"redash-server": "server", "redash-scheduler": "scheduler"}.get(name, "worker")
        home.definitions[name] = {
            "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
            "taskRoleArn": "arn:aws:iam::123456789012:role/task",
            "memory": "1024",
            "containerDefinitions": [
                {
                    "name": "redash",
                    "image": "redash/redash:25.8.0",
                    "command": [role],
                    "environment": [
                        {"name": "REDASH_LOG_LEVEL", "value": "INFO"},
                        *([{"name": "QUEUES", "value": QUEUES[name]}] if name in QUEUES else []),
                    ],
                    "secrets": [{"name": "REDASH_MAIL_PASSWORD", "valueFrom": "arn:mail"}],
                }
            ],
        }
        groups = (GROUP,) if role == "server" else ()
        home.services[name] = ServiceTruth(name, 0, 0, 0, name, "", groups, network)
    return home


def network(name: str, what: str, value: str) -> Callable[[NewHome], None]:
    def change(home: NewHome) -> None:
        there = {**home.services[name].network, what: frozenset({value})}
        home.services[name] = replace(home.services[name], network=there)

    return change


def another_secret(home: NewHome) -> None:
    other = {"name": "REDASH_MAIL_PASSWORD", "valueFrom": "arn:mail-of-staging"}
    home.redash("redash-worker")["secrets"] = [other]


def crowded(home: NewHome) -> None:
    home.set("redash-adhoc-worker", WORKERS_COUNT="8")
    home.redash("redash-adhoc-worker")["memory"] = 512


def with_group(home: NewHome) -> None:
    home.services["redash-worker"] = replace(home.services["redash-worker"], target_groups=(GROUP,))


def asked_for_http(home: NewHome) -> None:
    command = ["CMD-SHELL", "curl -f http://localhost:5000/ping || exit 1"]
    home.redash("redash-adhoc-worker")["healthCheck"] = {"command": command}


def without_group(home: NewHome) -> None:
    home.services["redash-server"] = replace(
        home.services["redash-server"], target_groups=(GROUP.replace("-new", "-old"),)
    )


def by_the_command(home: NewHome) -> None:
    home.set("redash-adhoc-worker", QUEUES=None)
    home.redash("redash-adhoc-worker")["command"] = ["manage", "rq", "worker", "finance"]


def from_a_file(home: NewHome) -> None:
    home.set("redash-adhoc-worker", QUEUES=None)
    home.redash("redash-adhoc-worker")["environmentFiles"] = [{"type": "s3", "value": "arn"}]
    home.variables = ["QUEUES"]


def gone(name: str) -> Callable[[NewHome], None]:
    def take_out(home: NewHome) -> None:
        del home.definitions[name], home.services[name]

    return take_out


def one_worker(home: NewHome) -> None:
    """One service whose workers are told no queue."""
    for name in ("redash-scheduled-worker", "redash-worker"):
        gone(name)(home)
    home.set("redash-adhoc-worker", QUEUES=None)


def one_worker_and_finance(home: NewHome) -> None:
    one_worker(home)
    home.used.append("finance")


FAULTS: dict[str, tuple[Callable[[NewHome], None], dict[str, str], str]] = {
    "no service for the scheduler": (
        gone("redash-scheduler"), {"services.roles": "FAIL"}, "runs a scheduler",
    ),
    "a worker behind another security group": (
        network("redash-adhoc-worker", "security groups", "sg-2"),
        {"services.alike": "WARN"}, "redash-adhoc-worker: security groups",
    ),
    "a worker without a public address in a public subnet": (
        network("redash-server", "public address", "ENABLED"),
        {"services.alike": "WARN"}, "redash-worker: public address",
    ),
    "the worker that sends mails with another password": (
        another_secret,
        {"services.alike": "WARN"}, "redash-worker: the secret of REDASH_MAIL_PASSWORD",
    ),
    "eight processes in half a gigabyte": (
        crowded, {"services.memory": "WARN"}, "redash-adhoc-worker: 512 MB for 8 processes",
    ),
    "four servers where the scheduler was meant": (
        lambda home: home.definitions["redash-server"].update(memory="512"),
        {"services.memory": "WARN"}, "redash-server: 512 MB for 4 processes",
    ),
    "a worker without the role that reads Athena": (
        lambda home: home.definitions["redash-worker"].pop("taskRoleArn"),
        {"services.alike": "WARN"}, "redash-worker: task role",
    ),
    "a worker whose role reads no secret": (
        lambda home: home.definitions["redash-worker"].update(executionRoleArn="other"),
        {"services.alike": "WARN"}, "execution role",
    ),
    "a worker of an older image, by digest": (
        lambda home: home.redash("redash-adhoc-worker").update(image="r/redash@sha256:0f"),
        {"services.alike": "WARN"}, "redash-adhoc-worker: image",
    ),
    "a worker for another processor": (
        lambda home: home.definitions["redash-worker"].update(
            runtimePlatform={"cpuArchitecture": "ARM64"}
        ),
        {"services.alike": "WARN"}, "platform",
    ),
    "servers in another target group": (
        without_group, {"services.target_group": "FAIL"}, "targetgroup/redash-old",
    ),
    "a worker with the server's health check": (
        asked_for_http, {"services.lasting": "FAIL"}, "asks a worker for HTTP",
    ),
    "a worker behind the load balancer": (
        with_group, {"services.lasting": "FAIL"}, "redash-worker is behind a target group",
    ),
    "a worker that may write nowhere": (
        lambda home: home.redash("redash-adhoc-worker").update(readonlyRootFilesystem=True),
        {"services.lasting": "FAIL"}, "redash-adhoc-worker may not write to /tmp",
    ),
    "a volume that is read only as well": (
        lambda home: home.redash("redash-worker").update(
            readonlyRootFilesystem=True, mountPoints=[{"containerPath": "/tmp", "readOnly": True}]
        ),
        {"services.lasting": "FAIL"}, "redash-worker may not write to /tmp",
    ),
    "two schedulers": (
        lambda home: home.counts.update({"redash-scheduler": 2}),
        {"services.lasting": "FAIL"}, "2 schedulers",
    ),
    "a queue that no worker serves": (
        lambda home: home.set("redash-scheduled-worker", QUEUES="scheduled_queries"),
        {"proof.queues": "FAIL"}, "schemas",
    ),
    "queues named by the command alone": (
        by_the_command, {"proof.queues": "FAIL"}, "serves queries",
    ),
    "queues that an environment file names": (
        from_a_file, {"proof.queues": "WARN"}, "queries",
    ),
    "workers that are told no queue, and a data source with its own": (
        one_worker_and_finance, {"proof.queues": "FAIL"}, "serves finance",
    ),
    "a number of processes in words": (
        lambda home: home.set("redash-adhoc-worker", WORKERS_COUNT="two"),
        {"services.lasting": "FAIL"}, "redash-adhoc-worker has a WORKERS_COUNT that is no number",
    ),
    "a worker of no processes": (
        lambda home: home.set("redash-adhoc-worker", WORKERS_COUNT="0"),
        {"proof.queues": "FAIL"}, "queries",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_is_named_by_its_own_check_alone(fault: str) -> None:
    spoil, expected, words = FAULTS[fault]
    home = new_home()
    spoil(home)
    assert home.named() == expected
    assert words in " ".join(one.detail for one in home.checks() if one.status != "PASS")


def beside(home: NewHome) -> None:
    """A log router and an agent, as many tasks have them, the router first."""
    for definition in home.definitions.values():
        redash = definition["containerDefinitions"][0]
        agent = {"name": "agent", "image": "public.ecr.aws/agent:1", "environment": []}
        definition["containerDefinitions"] = [{**agent, "name": "log_router"}, redash, agent]


ALLOWED: dict[str, Callable[[NewHome], object]] = {
    "a scheduler in little": lambda home: home.definitions["redash-scheduler"].update(memory="256"),
    "a worker by RQ's own command in little": lambda home: [
        home.definitions["redash-adhoc-worker"].update(memory="256"),
        home.redash("redash-adhoc-worker").update(command=["manage", "rq", "worker", "queries"]),
    ],
    "a worker without the secret": lambda home: home.redash("redash-adhoc-worker").update(
        secrets=[]
    ),
    "how many processes, an environment file says": lambda home: [
        home.definitions["redash-adhoc-worker"].update(memory="256"),
        home.redash("redash-adhoc-worker").update(environmentFiles=[{"value": "arn"}]),
    ],
    "nothing but /tmp can be written": lambda home: [
        home.redash(name).update(
            readonlyRootFilesystem=True, mountPoints=[{"containerPath": "/tmp"}]
        )
        for name in NAMES
    ],
    "a worker by RQ's own command writes nowhere": lambda home: home.redash(
        "redash-adhoc-worker"
    ).update(command=["manage", "rq", "worker", "queries"], readonlyRootFilesystem=True),
    "as the template makes it": lambda _: None,
    "containers beside it": beside,
    "one worker for all": one_worker,
    "an environment file without queues": lambda home: [
        home.redash(name).update(environmentFiles=[{"value": "arn"}]) for name in NAMES
    ],
    "started by its own program": lambda home: home.redash("redash-adhoc-worker").update(
        command=["/app/manage.py", "rq", "worker", "queries"]
    ),
    "health checks of their own": lambda home: [
        home.redash(name).update(
            healthCheck={"command": ["CMD-SHELL", "/app/manage.py rq healthcheck || exit 1"]}
        )
        for name in QUEUES
    ],
    "the server asked as it is by its template": lambda home: home.redash("redash-server").update(
        healthCheck={"command": ["CMD-SHELL", "curl -f http://localhost:5000/ping"]}
    ),
    "the platform said everywhere": lambda home: [
        one.update(runtimePlatform={"cpuArchitecture": "ARM64"})
        for one in home.definitions.values()
    ],
}


@pytest.mark.parametrize("shape", ALLOWED)
def test_homes_of_other_shapes_raise_no_alarm(shape: str) -> None:
    home = deepcopy(new_home())
    ALLOWED[shape](home)
    assert home.named() == {}


HERE = {"queries": 3, "scheduled_queries": 1, "schemas": 1, "emails": 1}
WORKERS: dict[str, tuple[dict[str, int] | None, str]] = {
    "as many": (HERE, ""),
    "more": ({**HERE, "queries": 8}, ""),
    "fewer": ({**HERE, "queries": 1}, "queries: 3 here, 1 there"),
    "a queue of none, which another check names": ({"queries": 3}, ""),
    "nobody can say": (None, ""),
}


@pytest.mark.parametrize("kind", WORKERS)
def test_workers_are_as_many_as_before(kind: str) -> None:
    there, words = WORKERS[kind]
    proof = Proof({"redis": {"state": "answers"}}, complete=True)
    found = judge(proof, proof, USED, processes=(HERE, there))
    bad = [one.detail for one in found if one.status != "PASS"]
    assert len(bad) == bool(words)
    assert words in "".join(bad)
