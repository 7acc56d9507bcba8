"""The new home as its own stack would make it: cluster, services at 0, target group, secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.cloud.backends import ACCOUNT, DEFAULT_REGION
from rehearsal.ecs.secrets import Clients

WORKERS: Mapping[str, Mapping[str, str]] = {
    "redash-scheduler": {},
    "redash-scheduled-worker": {"QUEUES": "scheduled_queries,schemas", "WORKERS_COUNT": "1"},
    "redash-adhoc-worker": {"QUEUES": "queries", "WORKERS_COUNT": "2"},
    "redash-worker": {"QUEUES": "periodic,emails,default", "WORKERS_COUNT": "1"},
}
"""Services beside the server, with what differs in their environment."""

SERVER = "redash-server"
PORT = 5000
LOG_GROUP = "/ecs/redash"
ROLES = ("redash-execution", "redash-task")


@dataclass(frozen=True, slots=True)
class NewHome:
    """Names and ARNs, in the form that the migration's parameters take them."""

    cluster: str
    server_service: str
    worker_services: str
    target_group_arn: str
    secret_key_arn: str
    cookie_secret_arn: str


def create_new_home(
    cloud: Clients,
    *,
    database: DatabaseAddress,
    secret_key: str,
    cookie_secret: str,
    vpc_id: str,
    subnet_ids: tuple[str, ...],
    listener_arn: str,
    servers: int = 1,
    image: str = "redash/redash:25.8.0",
    variables: Mapping[str, str] | None = None,
    redis_url: str = "redis://redash.cache.example:6379/0",
) -> NewHome:
    """Make it, everything at 0 tasks.

    ``database`` is what Redash will connect to, ``variables`` what else every container is given.
    """
    keep = cloud.client("secretsmanager").create_secret
    url = (
        f"postgresql://{database.username}:{database.password}"
        f"@{database.host}:{database.port}/{database.dbname}"
    )
    secrets = {
        "REDASH_SECRET_KEY": keep(Name="redash/secret-key", SecretString=secret_key)["ARN"],
        "REDASH_COOKIE_SECRET": keep(Name="redash/cookie-secret", SecretString=cookie_secret)[
            "ARN"
        ],
        "REDASH_DATABASE_URL": keep(Name="redash/database", SecretString=json.dumps({"url": url}))[
            "ARN"
        ],
    }
    group = cloud.client("elbv2").create_target_group(
        Name="redash-new",
        Protocol="HTTP",
        Port=PORT,
        VpcId=vpc_id,
        TargetType="ip",
        HealthCheckPath="/ping",
    )["TargetGroups"][0]["TargetGroupArn"]
    # As AttachmentRule in target/template.yaml: ECS takes only a group that some rule uses.
    cloud.client("elbv2").create_rule(
        ListenerArn=listener_arn,
        Priority=49_000,
        Conditions=[{"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName="redash")
    cloud.client("logs").create_log_group(logGroupName=LOG_GROUP)
    security_group = _security_group(cloud, vpc_id)
    network = {"subnets": list(subnet_ids), "securityGroups": [security_group]}
    for name in (SERVER, *WORKERS):
        definition = ecs.register_task_definition(
            **_task_definition(name, image, secrets, variables or {}, redis_url)
        )["taskDefinition"]["taskDefinitionArn"]
        balancer = {"targetGroupArn": group, "containerName": name, "containerPort": PORT}
        ecs.create_service(
            cluster="redash",
            serviceName=name,
            taskDefinition=definition,
            desiredCount=0,
            launchType="FARGATE",
            loadBalancers=[balancer] if name == SERVER else [],
            networkConfiguration={"awsvpcConfiguration": network},
        )
    return NewHome(
        cluster="redash",
        server_service=f"{SERVER}:{servers}",
        worker_services=",".join(f"{name}:1" for name in WORKERS),
        target_group_arn=group,
        secret_key_arn=secrets["REDASH_SECRET_KEY"],
        cookie_secret_arn=secrets["REDASH_COOKIE_SECRET"],
    )


def _security_group(cloud: Clients, vpc_id: str) -> str:
    made = cloud.client("ec2").create_security_group(
        GroupName="redash-new", Description="Redash tasks", VpcId=vpc_id
    )
    return str(made["GroupId"])


def _task_definition(
    name: str, image: str, secrets: Mapping[str, str], variables: Mapping[str, str], redis_url: str
) -> dict[str, Any]:
    role = {SERVER: "server", "redash-scheduler": "scheduler"}.get(name, "worker")
    environment = {
        "REDASH_LOG_LEVEL": "INFO",
        "REDASH_REDIS_URL": redis_url,
        **WORKERS.get(name, {}),
        **variables,
    }
    references = {**secrets, "REDASH_DATABASE_URL": secrets["REDASH_DATABASE_URL"] + ":url::"}
    container = {
        "name": name,
        "image": image,
        "command": [role],
        "essential": True,
        "environment": [{"name": key, "value": value} for key, value in environment.items()],
        "secrets": [{"name": key, "valueFrom": value} for key, value in references.items()],
        "portMappings": [{"containerPort": PORT}] if role == "server" else [],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": LOG_GROUP,
                "awslogs-region": DEFAULT_REGION,
                "awslogs-stream-prefix": role,
            },
        },
    }
    return {
        "family": name,
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLES[0]}",
        "taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLES[1]}",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "512",
        "memory": "1024",
        "containerDefinitions": [container],
    }
