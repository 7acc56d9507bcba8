"""Everything a migration finds and needs, on this machine: two homes, and AWS around them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from secrets import token_hex

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.traffic.actions import target_groups
from rehearsal import interruption
from rehearsal.cloud import Cloud
from rehearsal.cloud.backends import ACCOUNT
from rehearsal.dataset import ADMIN_API_KEY, adopt_secret_key, api_key, load, restore_dump
from rehearsal.dms import DmsStandIn
from rehearsal.ecs import EcsStandIn, create_new_home
from rehearsal.ecs.new_home import LOG_GROUP, ROLES
from rehearsal.folder import MARK, clear
from rehearsal.load_balancer import LoadBalancer, create_old_home
from rehearsal.old_host import OldHost
from rehearsal.old_host.kinds import HOST_KINDS
from rehearsal.old_host.redis import QueueStore, Redis
from rehearsal.old_host.redis_server import RedisServer, find_program
from rehearsal.options import Options
from rehearsal.ports import free_port
from rehearsal.postgres import Cluster, programs
from rehearsal.room import wal_budget
from rehearsal.timing import ServiceClock, clock, read_profile, set_clock
from rehearsal.workload import Workload

ROOT = Path(__file__).parents[1]
APPROVERS = ("manager@example.com", "owner@example.com")
STACK = "redash-migration"
DATABASE = "redash"
APPLICATION_ROLE = "redash"
MIGRATION_ROLE = "redash_migration"
SOURCE_SECRET = "redash/source-database"
TARGET_SECRET = "redash/target-database"

NOTICE = {
    "en": "Rehearsal: on one machine, nothing real is touched",
    "ja": "リハーサル: この端末の中だけで動き、実際の環境には影響しません",
}

TIME_SCALE = 10.0
"""The reconciler's minute lasts six seconds here."""

PARAMETERS = {
    "PollSeconds": "5",
    "ApprovalTimeoutHours": "1",
    "ConfirmTimeoutHours": "1",
    "FullLoadTimeoutHours": "1",
    "ValidationGraceSeconds": "5",
    "SyncTimeoutHours": "0.17",
    "TargetTimeoutSeconds": "60",
    "VpcId": "vpc-00000000000000000",
    "SubnetIds": "subnet-00000000000000001,subnet-00000000000000002",
    "FunctionSecurityGroupIds": "sg-00000000000000001",
    "ReplicationSecurityGroupIds": "sg-00000000000000002",
}
"""What a rehearsal chooses differently from the template's defaults: it has less time."""

BY_AWS_CLOCK = {"TargetTimeoutSeconds": "600"}
"""What it leaves as long as on AWS when AWS's clock counts, or where a real Redash starts."""


class World:
    """Started in order, ended in reverse; nothing of it survives ``stop``."""

    def __init__(
        self,
        options: Options,
        tell: Callable[[str], None] = print,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.options = options
        self._parameters = dict(parameters or {})
        self.directory = options.directory
        self._tell = tell
        self._ending = ExitStack()
        self.secret_key = token_hex(16)
        self.cookie_secret = token_hex(16)
        self.admin_key = ADMIN_API_KEY

    def start(self) -> World:
        """Make it all; what was begun is ended again when a part fails."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __enter__(self) -> World:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything that was started, the last first; safe to call twice."""
        interruption.ending.set()
        if interruption.asked.is_set():
            with suppress(OSError):  # the terminal may be gone
                self._tell("Stopping: what was started is being ended, which takes some seconds")
        self._ending.close()

    @property
    def by_aws_clock(self) -> bool:
        """Whether every stand-in takes as long as the service does."""
        return self.options.clock == "aws"

    def at_end(self, action: Callable[[], object]) -> None:
        """Have something done when the world ends, before its parts are."""
        self._ending.callback(action)

    def put_secret(self, name: str, value: object) -> None:
        """Give a secret another value; whoever reads it next gets that one."""
        text = value if isinstance(value, str) else json.dumps(value)
        self.cloud.client("secretsmanager").put_secret_value(SecretId=name, SecretString=text)

    def _start(self) -> None:
        clear(self.directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / MARK).touch()
        self._databases()
        self._fill()
        profile = read_profile(self.options.clock_profile) if self.by_aws_clock else None
        set_clock(ServiceClock(profile, self.options.clock_seed))
        self._ending.callback(set_clock, ServiceClock())
        self.cloud = Cloud(self.directory, time_scale=1.0 if self.by_aws_clock else TIME_SCALE)
        self._ending.callback(self.cloud.stop)
        self.cloud.start()
        self.cloud.listeners.append(clock().follow)
        self.dms = DmsStandIn(
            self.cloud,
            self.directory,
            server_log=lambda _: self.target.log_file,
            retry_interval_seconds=1,
        ).install()
        self._ending.callback(self.dms.stop)
        self._homes()
        self._deploy()

    def _databases(self) -> None:
        self.source = Cluster(programs("source"), self.directory / "databases" / "source")
        self.target = Cluster(programs("target"), self.directory / "databases" / "target")
        for cluster in (self.source, self.target):
            self._ending.callback(cluster.stop, "immediate")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda cluster: cluster.start(), (self.source, self.target)))
        self._tell(
            f"PostgreSQL {self.source.version} is the old database, {self.target.version} the new"
        )

    def _fill(self) -> None:
        self.source_database = self.source.create_database(DATABASE)
        migration_password, application_password = token_hex(16), token_hex(16)
        self.source.create_role(MIGRATION_ROLE, migration_password, "LOGIN SUPERUSER")
        self.target.create_role(APPLICATION_ROLE, application_password, "LOGIN")
        self.target_database = self.target.create_database(DATABASE)
        self.migration_source = self.source_database.as_role(MIGRATION_ROLE, migration_password)
        self.application_target = self.target_database.as_role(
            APPLICATION_ROLE, application_password
        )
        began = time.monotonic()
        if self.options.source_dump is not None:
            restore_dump(self.source_database, self.options.source_dump, self.source.bin_dir)
            if self.options.source_secret_key:
                self.secret_key = self.options.source_secret_key
            adopt_secret_key(self.source_database, self.secret_key)
            self.admin_key = api_key(self.source_database)
            self._tell(f"{self.options.source_dump.name} is in the old database")
        else:
            load(self.source_database, self.options.scale, secret_key=self.secret_key)
            self._tell(f"made {self.options.scale} data in {time.monotonic() - began:.1f} s")

    def _homes(self) -> None:
        # A port that is free here: functions ask the old Redash at the very one that is registered.
        published = free_port()
        old = create_old_home(self.cloud, port=published)
        kind = HOST_KINDS[self.options.old_host]
        if not kind.prepared:
            self._unprepare()
        self.host = OldHost(
            self.cloud,
            self.directory,
            instance_id=old.instance_id,
            cluster=self.source,
            dbname=DATABASE,
            secret_key=self.secret_key,
            cookie_secret=self.cookie_secret,
            redash_command=self.options.redash_command,
            redis=self._own_redis("old", kind.redis_password, kind.redis_number),
            kind=kind,
            paused=kind.paused,
            redash_port=published,
        )
        self._ending.callback(self.host.stop)
        self.host.install()
        self.host.start_services()
        self.new_redis = self._own_redis("new") or Redis()
        self._ending.callback(self.new_redis.stop)
        self.new_redis.start()
        self.ecs = EcsStandIn(
            self.cloud, self.directory, redash_command=self.options.redash_command
        )
        self.ecs.install()
        self._ending.callback(self.ecs.stop)
        self.balancer = LoadBalancer(old.listener_arn, instances=self.host.resolve)
        self.balancer.start()
        self._ending.callback(self.balancer.stop)
        self.old_home = old
        self.new_home = create_new_home(
            self.cloud,
            database=self.application_target,
            secret_key=self.secret_key,
            cookie_secret=self.cookie_secret,
            vpc_id=old.vpc_id,
            subnet_ids=old.subnet_ids,
            listener_arn=old.listener_arn,
            image=f"redash/redash:{self.host.version}",
            variables=kind.settings,
            redis_url=f"redis://127.0.0.1:{self.new_redis.port}/0",
        )

    def _own_redis(self, side: str, password: str = "", number: int = 0) -> QueueStore | None:
        """A real redis for a side of a real Redash; ended with everything else."""
        if not self.options.redash_command:
            return None
        made = RedisServer(find_program(), self.directory / f"redis-{side}", password, number)
        self._ending.callback(made.stop)
        return made

    def _unprepare(self) -> None:
        """PostgreSQL as the official image starts it: no logical decoding, no replication."""
        with self.source.connect() as session:
            session.execute("ALTER SYSTEM SET wal_level = 'replica'")
        self.source.restart()

    def _deploy(self) -> None:
        old, new = self.old_home, self.new_home
        self.deployment = self.cloud.deploy(
            ROOT / "template.yaml",
            {
                **PARAMETERS,
                **(BY_AWS_CLOCK if self.by_aws_clock or self.options.redash_command else {}),
                "SourceInstanceId": old.instance_id,
                "ComposeDirectory": str(self.host.compose_directory),
                "SourceDatabaseSecretArn": self._secret(
                    SOURCE_SECRET, secret_of(self.migration_source)
                ),
                "TargetDatabaseSecretArn": self._secret(
                    TARGET_SECRET, secret_of(self.target_database)
                ),
                "ApplicationDatabaseRole": APPLICATION_ROLE,
                "EcsCluster": new.cluster,
                "EcsLogGroup": LOG_GROUP,
                "EcsTaskRoleArns": ",".join(f"arn:aws:iam::{ACCOUNT}:role/{one}" for one in ROLES),
                "EcsServerService": new.server_service,
                "EcsWorkerServices": new.worker_services,
                "RedashSecretKeyArn": new.secret_key_arn,
                "RedashCookieSecretArn": new.cookie_secret_arn,
                "RedashApiKeySecretArn": self._secret("redash/api-key", self.admin_key),
                "ListenerArn": old.listener_arn,
                "ListenerRuleArn": old.rule_arn,
                "TargetGroupArn": new.target_group_arn,
                "Approvers": ",".join(APPROVERS),
                "SlackWebhookSecretArn": self._secret("redash/slack", self.cloud.slack.bot),
                "Language": self.options.language,
                "Notice": NOTICE[self.options.language],
                **wal_budget(self.directory),
                **self._parameters,
            },
            STACK,
        )

    def workload(self) -> Workload:
        """Users who write through the load balancer; to be started and stopped by the caller."""
        made = Workload(self.balancer.url, self.directory / "ledger.ndjson", api_key=self.admin_key)
        self._ending.callback(made.stop)
        return made

    def serving_side(self) -> str:
        """``old`` or ``new``: where the listener sends users now; ``neither`` in between."""
        listener = self.cloud.client("elbv2").describe_listeners(
            ListenerArns=[self.old_home.listener_arn]
        )["Listeners"][0]
        sides = {
            self.old_home.target_group_arn: "old",
            self.new_home.target_group_arn: "new",
        }
        groups = target_groups(listener["DefaultActions"])
        return sides[groups[0]] if len(groups) == 1 else "neither"

    def _secret(self, name: str, value: object) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        answer = self.cloud.client("secretsmanager").create_secret(Name=name, SecretString=text)
        return str(answer["ARN"])


def secret_of(address: DatabaseAddress) -> dict[str, object]:
    """A database's secret as Secrets Manager holds it."""
    return {
        "username": address.username,
        "password": address.password,
        "host": address.host,
        "port": address.port,
        "dbname": address.dbname,
        "sslmode": address.sslmode,
        **({"sslrootcert": address.sslrootcert} if address.sslrootcert else {}),
    }
