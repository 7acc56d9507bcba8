"""The probe of ProveNewHome, run as a task runs it, and what its answers mean."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.host.inspection import fingerprint
from redash_migration.traffic.administrator import administrator
from redash_migration.traffic.proof.answers import Proof, judge, old_answers, proof
from redash_migration.traffic.proof.proving import probe_command
from rehearsal.ecs.once import IMAGE
from rehearsal.ecs.stand_in import OVERRIDES_LIMIT
from rehearsal.old_host.redis import Redis
from tests.integration.homes.conftest import url_of
from tests.integration.homes.local_aws import SECRET_KEY

KEY = "0" * 32
QUEUES = ["periodic", "emails", "default", "schemas", "queries", "scheduled_queries"]
Probe = Callable[..., Proof]


@pytest.fixture
def probe(redash_database: DatabaseAddress) -> Iterator[Probe]:
    redis = Redis("secret", 2)
    redis.start()

    def run(**variables: str) -> Proof:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(IMAGE), *filter(None, sys.path)]),
            "REDASH_DATABASE_URL": url_of(redash_database),
            "REDASH_REDIS_URL": f"redis://:secret@127.0.0.1:{redis.port}/2",
            "REDASH_SECRET_KEY": SECRET_KEY,
            **{name: value.format(port=redis.port) for name, value in variables.items()},
        }
        done = subprocess.run(
            [sys.executable, *probe_command(KEY)[1:]],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            cwd=IMAGE,
        )
        for value in (SECRET_KEY, "hunter2", "secret@", redash_database.password):
            assert value not in done.stdout + done.stderr
        return proof(done.stdout.splitlines())

    yield run
    redis.stop()


def statuses(new: Proof, old: Proof, queues: list[str] | None = None) -> dict[str, str]:
    checks = judge(new, old, queues if queues is not None else QUEUES)
    return {check.id: check.status for check in checks if check.status != "PASS"}


def test_the_program_fits_into_the_overrides_of_a_task() -> None:
    assert len(str(probe_command(KEY))) < OVERRIDES_LIMIT - 500


def test_a_home_that_works_raises_no_alarm(probe: Probe) -> None:
    found = probe()
    assert found.complete
    assert statuses(found, found) == {}
    said = found.facts["settings"]["fingerprints"]
    assert said["REDASH_SECRET_KEY"] == fingerprint(KEY, SECRET_KEY)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"REDASH_SECRET_KEY": "another"}, {"proof.data_sources": "FAIL"}),
        (
            {"REDASH_DISABLED_QUERY_RUNNERS": "redash.query_runner.pg"},
            {"proof.data_sources": "FAIL"},
        ),
        ({"REHEARSAL_UNREACHABLE_SOURCES": "2"}, {"proof.data_sources": "WARN"}),
        ({"REDASH_REDIS_URL": "redis://127.0.0.1:1/0"}, {"proof.redis": "FAIL"}),
        # A name that only the old network's DNS answers, and a number that this redis lacks.
        ({"REDASH_REDIS_URL": "redis://cache.invalid:6379/0"}, {"proof.redis": "FAIL"}),
        ({"REDASH_REDIS_URL": "redis://:secret@127.0.0.1:{port}/16"}, {"proof.redis": "FAIL"}),
        ({"REDASH_REDIS_URL": "redis://127.0.0.1:{port}/2"}, {"proof.redis": "FAIL"}),
        ({"REDASH_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}, {"proof.database": "FAIL"}),
        ({"REDASH_DATABASE_URL": "postgresql://a:b@db.invalid/c"}, {"proof.database": "FAIL"}),
        (
            {"REDASH_MAIL_DEFAULT_SENDER": "a@example.com", "REDASH_MAIL_SERVER": "mail.invalid"},
            {"proof.mail": "WARN"},
        ),
        (
            {"REDASH_MAIL_DEFAULT_SENDER": "a@example.com", "REDASH_MAIL_SERVER": "127.0.0.1",
             "REDASH_MAIL_PORT": "1"},
            {"proof.mail": "WARN"},
        ),
    ],
)  # fmt: skip
def test_each_fault_of_the_new_home_is_named(
    probe: Probe, variables: dict[str, str], expected: dict[str, str]
) -> None:
    old, new = probe(), probe(**variables)
    assert statuses(new, old) == expected
    if "proof.database" not in expected:
        assert statuses(new, new) == {
            name: status for name, status in expected.items() if name == "proof.redis"
        }, "what works in neither home is no alarm"


def test_another_database_than_the_migration_fills_is_named(probe: Probe) -> None:
    found = probe()
    there = {key: found.facts["identity"][key] for key in ("database", "server")}
    assert there["database"]
    assert there["server"]

    def said(target: dict[str, object]) -> str:
        return next(
            one for one in judge(found, found, QUEUES, target) if one.id == "proof.database"
        ).status

    assert said(there) == "PASS"
    assert said({**there, "server": None}) == "PASS", "who may not see it says nothing"
    assert said({**there, "database": 1}) == "FAIL"
    assert said({**there, "server": "another"}) == "FAIL"


def test_a_queue_without_a_worker_and_another_revision(probe: Probe) -> None:
    found = probe()
    assert statuses(found, found, ["queries"]) == {"proof.queues": "FAIL"}
    assert {check.id for check in judge(found, found, None) if check.status != "PASS"} == set()
    other = {**found.facts, "revision": {"database": ["a"], "code": ["b"], "version": "26.3.0"}}
    newer = Proof(other, found.sources, True)
    assert statuses(newer, found) == {"proof.revision": "FAIL"}


def test_answers_are_read_among_anything_else() -> None:
    lines = [
        "noise",
        "@proof {",
        '@proof {"kind": "end"}',
        "@smoke smoke.ping PASS x",
        "@smoke y z",
    ]
    assert proof(lines).complete
    assert old_answers(lines) == {"smoke.ping": "PASS"}


def test_which_data_sources_stand_for_a_queue(redash_database: DatabaseAddress) -> None:
    every = administrator(redash_database)
    assert every.api_key
    assert {"queries", "scheduled_queries"} <= set(every.queues)
    [first, *others] = every.sources_of_queue["queries"]
    assert others
    chosen = min(every.sql_sources - {first}, default=others[0])
    told = administrator(redash_database, answering=[chosen], paused=[first])
    assert told.sources_of_queue["queries"][0] == chosen
    assert first not in told.sources_of_queue["queries"]
