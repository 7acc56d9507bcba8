"""ECS services: as many processes as desired, and figures that are true."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from redash_migration.adapters.ecs import Ecs
from redash_migration.adapters.elbv2 import LoadBalancing
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.function_settings import ProveNewHomeSettings, RecheckSyncSettings
from redash_migration.record import Record
from redash_migration.rollback.actions import Undoing
from redash_migration.settings import read
from redash_migration.traffic.new_home import same_door, unchanged, worker_trials
from rehearsal.cloud.backends import ACCOUNT
from rehearsal.ecs import EcsStandIn, NewHome, create_new_home
from rehearsal.ecs.new_home import ROLES
from rehearsal.ecs.task import PUSHED
from rehearsal.load_balancer import LoadBalancer, create_old_home
from rehearsal.timing import ServiceClock, TimingProfile, set_clock
from rehearsal.timing.timing_profile import Spread
from tests.function_environment import ENVIRONMENT
from tests.integration.homes.local_aws import COOKIE_SECRET, SECRET_KEY, LocalAws
from tests.memory import Memory
from tests.owning import owned

SERVER = "redash-server"


@pytest.fixture
def stand_in(aws: LocalAws, tmp_path: Path) -> Iterator[EcsStandIn]:
    made = EcsStandIn(aws, tmp_path)
    made.install()
    yield made
    made.stop()


@pytest.fixture
def new_home(
    aws: LocalAws, stand_in: EcsStandIn, redash_database: DatabaseAddress
) -> Iterator[NewHome]:
    old = create_old_home(aws)
    balancer = LoadBalancer(old.listener_arn, health_interval=0.05)
    balancer.start()
    yield create_new_home(
        aws,
        database=redash_database,
        secret_key=SECRET_KEY,
        cookie_secret=COOKIE_SECRET,
        vpc_id=old.vpc_id,
        subnet_ids=old.subnet_ids,
        listener_arn=old.listener_arn,
        servers=2,
    )
    balancer.stop()


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def service(aws: LocalAws, name: str = SERVER) -> dict[str, Any]:
    found = aws.client("ecs").describe_services(cluster="redash", services=[name])
    return dict(found["services"][0])


def desire(aws: LocalAws, count: int, name: str = SERVER) -> dict[str, Any]:
    answer = aws.client("ecs").update_service(cluster="redash", service=name, desiredCount=count)
    return dict(answer["service"])


def targets(aws: LocalAws, home: NewHome) -> list[tuple[int, str]]:
    found = aws.client("elbv2").describe_target_health(TargetGroupArn=home.target_group_arn)
    return [
        (one["Target"]["Port"], one["TargetHealth"]["State"])
        for one in found["TargetHealthDescriptions"]
    ]


def test_nothing_runs_at_first(aws: LocalAws, new_home: NewHome) -> None:
    names = [SERVER, *(one.partition(":")[0] for one in new_home.worker_services.split(","))]
    found = aws.client("ecs").describe_services(cluster=new_home.cluster, services=names)
    assert [(one["desiredCount"], one["runningCount"]) for one in found["services"]] == [(0, 0)] * 5
    assert targets(aws, new_home) == []


def test_up_and_down(aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn) -> None:
    updated = desire(aws, 2)
    assert (updated["desiredCount"], updated["runningCount"]) == (2, 0), "not at once"
    assert wait_for(lambda: service(aws)["runningCount"] == 2)
    ports = sorted(task.port for task in stand_in.tasks(SERVER))
    assert sorted(port for port, _ in targets(aws, new_home)) == ports
    found = service(aws)
    assert found["pendingCount"] == 0
    assert found["deployments"][0]["rolloutState"] == "COMPLETED"
    assert found["events"][0]["message"] == f"(service {SERVER}) has reached a steady state."
    ecs = aws.client("ecs")
    arns = ecs.list_tasks(cluster="redash", serviceName=SERVER)["taskArns"]
    described = ecs.describe_tasks(cluster="redash", tasks=arns)["tasks"]
    assert [task["lastStatus"] for task in described] == ["RUNNING"] * 2
    assert described[0]["taskDefinitionArn"] == found["taskDefinition"]
    processes = [task._process for task in stand_in.tasks(SERVER)]
    desire(aws, 0)
    assert wait_for(lambda: service(aws)["runningCount"] == 0)
    assert wait_for(lambda: not any(process.running for process in processes))
    assert {state for _, state in targets(aws, new_home)} <= {"draining"}
    assert ecs.list_tasks(cluster="redash", serviceName=SERVER)["taskArns"] == []
    stopped = ecs.list_tasks(cluster="redash", serviceName=SERVER, desiredStatus="STOPPED")
    assert len(stopped["taskArns"]) == 2


def test_a_task_that_ends_is_replaced(
    aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn
) -> None:
    desire(aws, 1)
    assert wait_for(lambda: service(aws)["runningCount"] == 1)
    (first,) = stand_in.tasks(SERVER)
    first.crash()
    assert wait_for(lambda: [task.id for task in stand_in.tasks(SERVER)] not in ([], [first.id]))
    assert any("Essential container" in one["message"] for one in service(aws)["events"])


def test_by_a_slow_clock_a_task_is_there_after_its_network_and_image(
    aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn
) -> None:
    parts = {
        f"ecs.{part}": Spread(0.7, 0.7, 0.7, "s", "the test")
        for part in ("network", "image", "boot")
    }
    set_clock(ServiceClock(TimingProfile(parts, 1.0)))
    try:
        desire(aws, 1)
        ecs = aws.client("ecs")

        def listed() -> list[str]:
            found = ecs.list_tasks(cluster="redash", serviceName=SERVER)["taskArns"]
            return [str(arn) for arn in found]

        assert wait_for(lambda: bool(listed()))
        described = ecs.describe_tasks(cluster="redash", tasks=listed())["tasks"]
        assert [task["lastStatus"] for task in described] == ["PROVISIONING"]
        assert service(aws)["runningCount"] == 0
        assert targets(aws, new_home) == []
        assert wait_for(lambda: service(aws)["runningCount"] == 1)
        assert len(targets(aws, new_home)) == 1
    finally:
        set_clock(ServiceClock())


def test_a_roll_back_waits_for_tasks_that_are_still_stopping(
    aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn
) -> None:
    desire(aws, 1)
    assert wait_for(lambda: service(aws)["runningCount"] == 1)
    (task,) = stand_in.tasks(SERVER)
    set_clock(ServiceClock(TimingProfile({"ecs.stop": Spread(2, 2, 2, "s", "the test")}, 1.0)))
    none: Any = None
    settings: Any = SimpleNamespace(compose_directory="/opt/redash")
    undoing = Undoing(
        none, dms=none, commands=none, balancing=none, ecs=Ecs(aws.client("ecs"), "redash"),
        settings=settings, sleep=lambda _: time.sleep(0.1),
    )  # fmt: skip
    try:
        undoing.set_desired(SERVER, 0)
    finally:
        set_clock(ServiceClock())
    assert not task._process.running, "it is not counted any more, but could still write"


def test_why_a_task_stopped_by_itself_is_told_at_once(
    aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn
) -> None:
    known = Ecs(aws.client("ecs"), "redash")
    since = datetime.now(UTC).isoformat()
    secrets = aws.client("secretsmanager")
    secrets.delete_secret(SecretId="redash/cookie-secret", ForceDeleteWithoutRecovery=True)
    desire(aws, 1)
    assert wait_for(lambda: bool(known.failures(SERVER, since)))
    assert "ResourceInitializationError" in known.failures(SERVER, since)[0]
    desire(aws, 0)
    later = datetime.now(UTC).isoformat()
    assert known.failures(SERVER, later) == [], "of an earlier start"


def test_workers_have_no_targets(aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn) -> None:
    desire(aws, 1, "redash-scheduled-worker")
    assert wait_for(lambda: service(aws, "redash-scheduled-worker")["runningCount"] == 1)
    assert targets(aws, new_home) == []


def test_a_secret_that_can_not_be_read_keeps_the_task_from_starting(
    aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn
) -> None:
    aws.client("secretsmanager").delete_secret(
        SecretId=new_home.secret_key_arn, ForceDeleteWithoutRecovery=True
    )
    desire(aws, 1)
    assert wait_for(
        lambda: any("REDASH_SECRET_KEY" in one["message"] for one in service(aws)["events"])
    )
    found = service(aws)
    assert (found["runningCount"], found["pendingCount"]) == (0, 1)
    assert stand_in.tasks() == []


@pytest.fixture
def record() -> Record:
    return owned(Memory(), "redash-20260131-020000")


@pytest.fixture
def proven(
    aws: LocalAws, new_home: NewHome, record: Record, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, str]]:
    """A server that runs and was proven; what of it is otherwise now, by its checks."""
    monkeypatch.setattr(same_door, "_SETTLING_SECONDS", 0.2)
    known = {
        **ENVIRONMENT, "TARGET_GROUP_ARN": new_home.target_group_arn,
        "ECS_SERVER_SERVICE": f"{SERVER}:1", "ECS_WORKER_SERVICES": new_home.worker_services,
        "REPLICATION_INSTANCE_ARN": "-", "SYNC_TIMEOUT_HOURS": "1", "TARGET_TIMEOUT_SECONDS": "9",
        "VALIDATION_GRACE_SECONDS": "9",
    }  # fmt: skip
    ecs = Ecs(aws.client("ecs"), "redash")
    balancing = LoadBalancing(aws.client("elbv2"))
    desire(aws, 1)
    assert wait_for(lambda: service(aws)["runningCount"] == 1)
    unchanged.note_home(record, ecs, read(ProveNewHomeSettings, known))
    [task] = ecs.serving(SERVER)
    unchanged.note_images(record, task.images)

    def checks() -> dict[str, str]:
        found = [
            unchanged.as_proven(record, ecs, SERVER),
            same_door.without_strangers(ecs, balancing, read(RecheckSyncSettings, known)),
        ]
        return {one.id: one.detail for one in found if one.status != "PASS"}

    assert checks() == {}
    return checks


def test_what_is_deployed_after_the_proof_is_seen(
    aws: LocalAws, proven: Callable[[], dict[str, str]]
) -> None:
    ecs = aws.client("ecs")
    name = "redash-adhoc-worker"
    definition = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    newer = ecs.register_task_definition(
        family=name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        containerDefinitions=definition["containerDefinitions"],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="redash", service=name, taskDefinition=newer)
    assert f"{name}: {name}:1 became {name}:2" in proven()["services.as_proven"]
    ecs.update_service(
        cluster="redash", service=name, taskDefinition=definition["taskDefinitionArn"]
    )
    assert proven() == {}, "it was given back"
    network = {"awsvpcConfiguration": {"subnets": ["subnet-9"]}}
    ecs.update_service(cluster="redash", service=SERVER, networkConfiguration=network)
    assert f"{SERVER}: other networkConfiguration" in proven()["services.as_proven"]


def test_a_server_of_another_image_than_the_proof_s_is_seen(
    aws: LocalAws, stand_in: EcsStandIn, proven: Callable[[], dict[str, str]]
) -> None:
    [first] = stand_in.tasks(SERVER)
    first.crash()
    assert wait_for(lambda: [one.id for one in stand_in.tasks(SERVER)] not in ([], [first.id]))
    assert proven() == {}, "a task that was replaced is no other one"
    name = first.image["image"]
    PUSHED[name] = PUSHED.get(name, 1) + 1
    [second] = stand_in.tasks(SERVER)
    second.crash()
    assert wait_for(lambda: [one.id for one in stand_in.tasks(SERVER)] not in ([], [second.id]))
    assert f"{SERVER} runs the image sha256:" in proven()["services.as_proven"]


@pytest.mark.parametrize("part", ["services", "images", "seal", ""])
def test_what_was_proven_can_not_be_written_there(
    record: Record, proven: Callable[[], dict[str, str]], part: str
) -> None:
    """Else another revision, deployed since, would be taken for the one that people agreed to."""
    kept = record.require_fact(unchanged.HOME_FACT)
    if part in {"services", "images"}:
        kept["fact"] = {**kept["fact"], part: {}}
    elif part:
        kept["seal"] = ""
    record.put_fact(unchanged.HOME_FACT, kept if part else {"services": {}, "images": {}})
    assert "its seal is wrong" in proven()["services.as_proven"]
    unchanged.note_images(record, {})
    assert "its seal is wrong" in proven()["services.as_proven"]


def test_a_target_that_is_no_task_is_seen(
    aws: LocalAws, new_home: NewHome, proven: Callable[[], dict[str, str]]
) -> None:
    balancer, group = aws.client("elbv2"), new_home.target_group_arn
    stranger = [{"Id": "10.0.0.77", "Port": 5000}]
    balancer.register_targets(TargetGroupArn=group, Targets=stranger)
    assert "10.0.0.77" in proven()["traffic.targets"]
    balancer.deregister_targets(TargetGroupArn=group, Targets=stranger)
    assert proven() == {}


Change = Callable[[dict[str, Any]], None]


def no_log_group(container: dict[str, Any]) -> None:
    container["logConfiguration"]["options"]["awslogs-group"] = "/ecs/of-nobody"


def no_secret(container: dict[str, Any]) -> None:
    reference = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:of-nobody-abcdef"
    container["secrets"] = [{"name": "REDASH_LDAP_BIND_DN_PASSWORD", "valueFrom": reference}]


@pytest.mark.parametrize(
    ("change", "roles", "expected"),
    [
        (lambda _: None, True, ("PASS", "a task of each of 4 services starts")),
        (no_log_group, True, ("FAIL", "redash-adhoc-worker: ResourceInitializationError")),
        (no_secret, True, ("FAIL", "REDASH_LDAP_BIND_DN_PASSWORD")),
        (lambda _: None, False, ("WARN", "redash-adhoc-worker: EcsTaskRoleArns has not arn:")),
    ],
)
def test_whether_a_worker_s_task_starts_is_known_before_one_may_run(
    aws: LocalAws, new_home: NewHome, change: Change, roles: bool, expected: tuple[str, str]
) -> None:
    client, name = aws.client("ecs"), "redash-adhoc-worker"
    role = "arn:aws:iam::123456789012:role/of-workers"
    definition = client.describe_task_definition(taskDefinition=name)["taskDefinition"]
    [container] = definition["containerDefinitions"]
    change(container)
    newer = client.register_task_definition(
        family=name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        executionRoleArn=role,
        containerDefinitions=[container],
    )["taskDefinition"]["taskDefinitionArn"]
    client.update_service(cluster="redash", service=name, taskDefinition=newer)
    known = [f"arn:aws:iam::{ACCOUNT}:role/{one}" for one in ROLES]
    settings = read(
        ProveNewHomeSettings,
        {
            **ENVIRONMENT,
            "ECS_SERVER_SERVICE": f"{SERVER}:1",
            "ECS_WORKER_SERVICES": new_home.worker_services,
            "ECS_TASK_ROLE_ARNS": ",".join([*known, *([role] if roles else [])]),
        },
    )
    ecs = Ecs(client, "redash")
    trials = worker_trials.begin_trials(ecs, settings, started_by="the test")
    assert wait_for(lambda: worker_trials.over(ecs, trials))
    check = worker_trials.judged(ecs, trials)
    assert (check.status, expected[1] in check.detail) == (expected[0], True), check.detail
    assert service(aws, name)["desiredCount"] == 0


def test_a_new_task_definition_replaces_the_tasks(
    aws: LocalAws, new_home: NewHome, stand_in: EcsStandIn
) -> None:
    desire(aws, 1)
    assert wait_for(lambda: service(aws)["runningCount"] == 1)
    ecs = aws.client("ecs")
    before = ecs.describe_task_definition(taskDefinition=SERVER)["taskDefinition"]
    newer = ecs.register_task_definition(
        family=SERVER,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        containerDefinitions=before["containerDefinitions"],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="redash", service=SERVER, taskDefinition=newer)
    assert wait_for(lambda: [task.definition_arn for task in stand_in.tasks(SERVER)] == [newer])
