"""What single functions are told beyond what all are: their own variables in template.yaml."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.settings import Gibibytes, Hours, ServiceCount, Settings


@dataclass(frozen=True, kw_only=True)
class PeopleSettings(Settings):
    """Those that ask, tell or look after people: the parameter that holds the approval's own."""

    approval_settings: str


@dataclass(frozen=True, kw_only=True)
class LinkKeySettings(Settings):
    """Those that go by a decision, and so look at its seal."""

    link_signing_secret_arn: str


@dataclass(frozen=True, kw_only=True)
class TaskEndSettings(LinkKeySettings):
    """CleanUp, EndReplication: decided by people, and the task deleted by its name."""

    replication_task_prefix: str


@dataclass(frozen=True, kw_only=True)
class NewHomeSettings(Settings):
    """Those that deal with all services of the new home."""

    ecs_server_service: ServiceCount
    ecs_worker_services: tuple[ServiceCount, ...]

    @property
    def services(self) -> tuple[ServiceCount, ...]:
        """The servers first, then scheduler and workers."""
        return (self.ecs_server_service, *self.ecs_worker_services)


@dataclass(frozen=True, kw_only=True)
class RollBackSettings(NewHomeSettings, LinkKeySettings):
    """What people decided, and what the new home has where a return leads forward again."""


@dataclass(frozen=True, kw_only=True)
class InspectNewHomeSettings(NewHomeSettings, PeopleSettings):
    """Replication, listener, services and secrets of the new home, and who may approve."""

    replication_instance_arn: str
    source_endpoint_arn: str
    target_endpoint_arn: str
    redash_secret_key_arn: str
    redash_cookie_secret_arn: str
    settings_known_to_differ: tuple[str, ...] = ()
    cognito_user_pool_arn: str = ""

    @property
    def redash_secrets(self) -> dict[str, str]:
        """Redash's own name of each secret, and where the new home keeps it."""
        return {
            "REDASH_SECRET_KEY": self.redash_secret_key_arn,
            "REDASH_COOKIE_SECRET": self.redash_cookie_secret_arn,
        }


@dataclass(frozen=True, kw_only=True)
class PreflightSettings(Settings):
    """How long the source may have to hold back WAL, and how much of it."""

    approval_timeout_hours: Hours
    full_load_timeout_hours: Hours
    wal_budget_gibibytes: Gibibytes


@dataclass(frozen=True, kw_only=True)
class ConfigureReplicationSettings(Settings):
    """Between which ends the task is made, where it runs and what it is called."""

    replication_instance_arn: str
    source_endpoint_arn: str
    target_endpoint_arn: str
    replication_task_prefix: str


@dataclass(frozen=True, kw_only=True)
class AwaitInSyncSettings(Settings):
    """For how long change capture may lag, and its validation be unfinished."""

    replication_instance_arn: str
    sync_timeout_hours: Hours
    validation_grace_seconds: int


@dataclass(frozen=True, kw_only=True)
class StartTargetSettings(Settings):
    """Which servers are raised, and how long they may take to be healthy."""

    ecs_server_service: ServiceCount
    target_timeout_seconds: int


@dataclass(frozen=True, kw_only=True)
class RecheckSyncSettings(AwaitInSyncSettings, StartTargetSettings):
    """What both were told whose answer is asked for once more."""


@dataclass(frozen=True, kw_only=True)
class ProveNewHomeSettings(NewHomeSettings):
    """What a task of its own needs to look from the new network."""

    ecs_log_group: str = ""
    ecs_task_role_arns: tuple[str, ...] = ()
    settings_known_to_differ: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AdministratorSettings(Settings):
    """Those that ask Redash: a user's key; without one an administrator's is looked up."""

    redash_api_key_secret_arn: str = ""


@dataclass(frozen=True, kw_only=True)
class StartWorkersSettings(Settings):
    """Which services are raised, and how long they may take to run."""

    ecs_worker_services: tuple[ServiceCount, ...]
    target_timeout_seconds: int


@dataclass(frozen=True, kw_only=True)
class CloseNewHomeSettings(NewHomeSettings):
    """How long the new home's tasks may take to end."""

    target_timeout_seconds: int


@dataclass(frozen=True, kw_only=True)
class LookAtOldHomeSettings(Settings):
    """How long the old servers may take to be healthy."""

    target_timeout_seconds: int
