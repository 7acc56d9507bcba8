"""Two homes of one database, asked by the proof as a task and as the old container run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.traffic.proof.answers import Proof, proof
from redash_migration.traffic.proof.judging import judge
from redash_migration.traffic.proof.proving import proof_command
from rehearsal.ecs.once import IMAGE
from rehearsal.old_host.redis import Redis
from tests.integration.homes.conftest import url_of
from tests.integration.homes.local_aws import SECRET_KEY

KEY = "0" * 32
QUEUES = ["periodic", "emails", "default", "schemas", "queries", "scheduled_queries"]


@dataclass
class Homes:
    """Two homes of one database, each with a redis of its own."""

    database: DatabaseAddress
    old_redis: Redis
    new_redis: Redis
    known: list[Proof] = field(default_factory=list)

    def old(self, **variables: str) -> Proof:
        """The proof in the old server's container; as it is, it says the same each time."""
        if variables:
            return self._proof(self.old_redis, variables)
        if not self.known:
            self.known.append(self._proof(self.old_redis, {}))
        return self.known[0]

    def new(self, **variables: str) -> Proof:
        """The proof as a task of its own."""
        return self._proof(self.new_redis, variables)

    def _proof(self, redis: Redis, variables: dict[str, str]) -> Proof:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(IMAGE), *filter(None, sys.path)]),
            "REDASH_DATABASE_URL": url_of(self.database),
            "REDASH_REDIS_URL": f"redis://:secret@127.0.0.1:{redis.port}/2",
            "REDASH_SECRET_KEY": SECRET_KEY,
            **{name: value.format(port=redis.port) for name, value in variables.items()},
        }
        done = subprocess.run(
            [sys.executable, *proof_command(KEY)[1:]],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            cwd=IMAGE,
        )
        for value in (SECRET_KEY, "hunter2", "secret@", self.database.password):
            assert value not in done.stdout + done.stderr
        return proof(done.stdout.splitlines())


@pytest.fixture(scope="module")
def old_home(filled_database: DatabaseAddress) -> Iterator[Homes]:
    """What no test changes but for a moment."""
    both = Homes(filled_database, Redis("secret", 2), Redis("secret", 2))
    both.old_redis.start()
    yield both
    both.old_redis.stop()


@pytest.fixture
def homes(old_home: Homes) -> Iterator[Homes]:
    """The old home, and a new one with a redis of its own."""
    both = replace(old_home, new_redis=Redis("secret", 2))
    both.new_redis.start()
    yield both
    both.new_redis.stop()


def statuses(new: Proof, old: Proof, queues: list[str] | None = None) -> dict[str, str]:
    checks = judge(new, old, queues if queues is not None else QUEUES)
    return {check.id: check.status for check in checks if check.status != "PASS"}
