"""Which adapter serves which part of the domain, from the settings of this function."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from redash_migration.adapters.clients import client
from redash_migration.record.record import Record
from redash_migration.settings import Settings, UndoSecret, read

if TYPE_CHECKING:
    from redash_migration.adapters.cloudwatch import AnswerMetrics, ReplicationMetrics
    from redash_migration.adapters.dms import Dms
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.adapters.logs import Logs
    from redash_migration.adapters.s3 import Artifacts
    from redash_migration.adapters.secrets import Secrets
    from redash_migration.adapters.ssm import RunCommand
    from redash_migration.adapters.stepfunctions import StepFunctions
    from redash_migration.approval.links.keyring import KeyRing
    from redash_migration.database.session.address import DatabaseAddress
    from redash_migration.direction import Direction
    from redash_migration.host.waiting import HostSteps
    from redash_migration.plan import Plan
    from redash_migration.record.owner import Acting
    from redash_migration.record.ownership import Ownership
    from redash_migration.record.table import RecordTable
    from redash_migration.traffic.administrator import Administrator


def settings() -> Settings:
    """What this function is told as every other; its own are handed to its handler."""
    return read(Settings)


@cache
def record_table() -> RecordTable:
    """The record's table."""
    from redash_migration.adapters.dynamodb.table import DynamoTable

    return DynamoTable(client("dynamodb"), settings().migration_table)


acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
"""The step that this function is at work for; ``step()`` sets it."""


def record(migration_id: str, direction: Direction = "forward") -> Record:
    """A migration's record as one direction of it sees it, in the hands of the step at work."""
    return Record(record_table(), migration_id, acting=acting.get()).of(direction)


def record_with_undo(migration_id: str, direction: Direction = "forward") -> Record:
    """The same for who writes the undo list or replays it: with the keys that seal it."""
    read(UndoSecret)
    made = Record(record_table(), migration_id, acting=acting.get(), undo_keys=undo_keys)
    return made.of(direction)


def undo_keys() -> KeyRing:
    """The keys that seal the undo list, for the functions that write or replay it."""
    from redash_migration.approval.links.stored_keys import keys_of

    return keys_of("UNDO_SEALING_SECRET_ARN", read(UndoSecret).undo_sealing_secret_arn)


def ownership() -> Ownership:
    """Who may act."""
    from redash_migration.record.ownership import Ownership

    return Ownership(record_table())


def artifacts(migration_id: str) -> Artifacts:
    """A migration's artifacts."""
    from redash_migration.adapters.s3 import Artifacts

    return Artifacts(client("s3"), settings().artifact_bucket, migration_id)


def plan(migration_id: str) -> Plan:
    """The plan that Preflight stored."""
    from redash_migration.plan import PLAN_ARTIFACT, Plan

    return Plan.from_json(artifacts(migration_id).get_json(PLAN_ARTIFACT))


def secrets(*, parameters: bool = False) -> Secrets:
    """Secrets Manager, and Parameter Store for functions that may read it."""
    from redash_migration.adapters.secrets import Secrets

    return Secrets(client("secretsmanager"), client("ssm") if parameters else None)


def source_address() -> DatabaseAddress:
    """Where the old database is."""
    from redash_migration.database.session.address import DatabaseAddress

    return DatabaseAddress.from_secret(secrets().json(settings().source_database_secret_arn))


def target_address() -> DatabaseAddress:
    """Where the new database is; host, port and name may stand in settings of their own."""
    from redash_migration.database.session.address import DatabaseAddress

    known = settings()
    secret = secrets().json(known.target_database_secret_arn)
    own = {
        "host": known.target_database_host,
        "port": known.target_database_port,
        "dbname": known.target_database_name,
    }
    return DatabaseAddress.from_secret({**secret, **{key: own[key] for key in own if own[key]}})


def reading_address(direction: Direction) -> DatabaseAddress:
    """Where a direction reads: the old database on the way forward, the new one on the way back."""
    return target_address() if direction == "return" else source_address()


def writing_address(direction: Direction) -> DatabaseAddress:
    """Where a direction writes."""
    return source_address() if direction == "return" else target_address()


def administrator(
    address: DatabaseAddress,
    key_secret: str,
    *,
    answering: Sequence[int] = (),
    paused: Sequence[int] = (),
) -> Administrator:
    """Who asks the Redash of this database; its key may be given in a secret."""
    from redash_migration.traffic.administrator import administrator

    given = secrets().text(key_secret).strip() if key_secret else ""
    return administrator(address, given, answering=answering, paused=paused)


def resumer() -> StepFunctions:
    """Sends answers to waiting steps."""
    from redash_migration.adapters.stepfunctions import StepFunctions

    return StepFunctions(client("stepfunctions"), settings().state_machine_arn)


def died(execution_arn: str) -> frozenset[str]:
    """Requests to functions whose process is known to be gone, by an execution's history."""
    from redash_migration.adapters.stepfunctions import StepFunctions

    return StepFunctions(client("stepfunctions")).died(execution_arn)


def host_steps(record: Record) -> HostSteps:
    """Steps that end with a command on the old host."""
    from redash_migration.host.waiting import HostSteps

    return HostSteps(record, run_command(), artifacts(record.migration_id), resumer())


def dms() -> Dms:
    """The replication service."""
    from redash_migration.adapters.dms import Dms

    return Dms(client("dms"))


def replication_metrics() -> ReplicationMetrics:
    """What CloudWatch knows of the replication task."""
    from redash_migration.adapters.cloudwatch import ReplicationMetrics

    return ReplicationMetrics(client("cloudwatch"))


def answer_metrics() -> AnswerMetrics:
    """What CloudWatch knows of the answers that users got."""
    from redash_migration.adapters.cloudwatch import AnswerMetrics

    return AnswerMetrics(client("cloudwatch"), settings().listener_arn)


def run_command() -> RunCommand:
    """Commands on the source host."""
    from redash_migration.adapters.ssm import RunCommand

    known = settings()
    return RunCommand(client("ssm"), known.source_instance_id, known.host_document)


def load_balancing() -> LoadBalancing:
    """Listener, rules and target groups."""
    from redash_migration.adapters.elbv2 import LoadBalancing

    return LoadBalancing(client("elbv2"))


def ecs() -> Ecs:
    """The services of the new home."""
    from redash_migration.adapters.ecs import Ecs

    return Ecs(client("ecs"), settings().ecs_cluster)


def logs() -> Logs:
    """What tasks of the new home have written."""
    from redash_migration.adapters.logs import Logs

    return Logs(client("logs"))
