"""The proof of ProveNewHome, run as a task runs it, and what its answers mean."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable

import pytest

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.host.inspection import fingerprint
from redash_migration.traffic.administrator import administrator
from redash_migration.traffic.proof.answers import Proof, old_answers, proof
from redash_migration.traffic.proof.judging import judge
from redash_migration.traffic.proof.proving import proof_command
from rehearsal.ecs.stand_in import OVERRIDES_LIMIT
from rehearsal.postgres import Cluster
from tests.integration.homes.conftest import url_of
from tests.integration.homes.local_aws import SECRET_KEY
from tests.integration.homes.new_home.conftest import KEY, QUEUES, Homes, statuses

SIGN_IN = (
    '{"settings": {"auth_saml_enabled": true, "auth_saml_metadata_url": "https://idp.invalid/m"}}'
)


def denied(*commands: str) -> Callable[[Homes], None]:
    return lambda homes: homes.new_redis.denied.update(commands)


def test_the_program_fits_into_the_overrides_of_a_task() -> None:
    assert len(str(proof_command(KEY))) < OVERRIDES_LIMIT - 500


def test_a_home_that_works_raises_no_alarm(homes: Homes) -> None:
    found, before = homes.new(), homes.old()
    assert found.complete
    assert statuses(found, before) == {}
    assert found.addresses == {}, "its alert destinations have no address"
    said = found.facts["settings"]["fingerprints"]
    assert said["REDASH_SECRET_KEY"] == fingerprint(KEY, SECRET_KEY)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (
            {"REDASH_SECRET_KEY": "another"},
            {"proof.data_sources": "FAIL", "proof.addresses": "WARN"},
        ),
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
        # Copied with the rest of the env file: log-in counts there, and answers 500.
        ({"REDASH_LIMITER_STORAGE": "redis://redis.invalid:6379/0"}, {"proof.redis": "FAIL"}),
        ({"REDASH_REMOTE_USER_LOGIN_ENABLED": "true"}, {"proof.sign_in": "WARN"}),
        (
            {"REDASH_REMOTE_USER_LOGIN_ENABLED": "true",
             "REDASH_REMOTE_USER_HEADER": "X-Amzn-Oidc-Identity"},
            {},
        ),
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
    homes: Homes, variables: dict[str, str], expected: dict[str, str]
) -> None:
    old, new = homes.old(), homes.new(**variables)
    assert statuses(new, old) == expected
    if "proof.database" not in expected:
        assert statuses(new, homes.old(**variables)) == {
            name: status
            for name, status in expected.items()
            if name in {"proof.redis", "proof.sign_in"}
        }, "what works in neither home is no alarm"


def shared(homes: Homes) -> None:
    homes.new_redis.info["run_id"] = homes.old_redis.info["run_id"]


def told(**said: str) -> Callable[[Homes], None]:
    return lambda homes: homes.new_redis.info.update(said)


REDIS: dict[str, tuple[Callable[[Homes], None], str, str]] = {
    "the old home's own": (shared, "FAIL", "the old home's own"),
    "one shard of a cluster": (told(cluster_enabled="1"), "FAIL", "cluster mode"),
    "a replica": (told(role="slave"), "FAIL", "a replica"),
    "one that throws jobs away": (told(maxmemory_policy="allkeys-lru"), "WARN", "allkeys-lru"),
    "a user who may only read": (denied("del", "lrem", "hdel"), "FAIL", "no right to write"),
    "a user who may not publish": (denied("publish"), "FAIL", "no right to write"),
    "one that says little": (lambda homes: homes.new_redis.info.clear(), "PASS", "answers"),
    "the default of ElastiCache": (told(maxmemory_policy="volatile-lru"), "PASS", "answers"),
}


@pytest.mark.parametrize("fault", REDIS)
def test_a_redis_that_answers_may_still_be_of_no_use(homes: Homes, fault: str) -> None:
    spoil, status, words = REDIS[fault]
    spoil(homes)
    checks = judge(homes.new(), homes.old(), QUEUES)
    assert {one.id for one in checks if one.status != "PASS"} <= {"proof.redis"}
    found = next(one for one in checks if one.id == "proof.redis")
    assert found.status == status
    assert words in found.detail


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER ROLE reader SET default_transaction_read_only = on", "read only"),
        ("SELECT", "may not write to alerts, changes, dashboards"),
    ],
)
def test_a_role_that_only_reads_is_named(homes: Homes, statement: str, words: str) -> None:
    with connect(homes.database, purpose="test", read_only=False, autocommit=True) as session:
        session.execute("CREATE ROLE reader LOGIN PASSWORD 'reads'")
        session.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        session.execute(statement.encode())
    place = homes.database
    url = f"postgresql://reader:reads@{place.host}:{place.port}/{place.dbname}"
    try:
        found = judge(homes.new(REDASH_DATABASE_URL=url), homes.old(), QUEUES)
    finally:
        with connect(homes.database, purpose="test", read_only=False, autocommit=True) as session:
            session.execute("DROP OWNED BY reader")
            session.execute("DROP ROLE reader")
    [bad] = [one for one in found if one.status != "PASS"]
    assert (bad.id, bad.status) == ("proof.database", "FAIL")
    assert words in bad.detail


def test_a_standby_is_named(homes: Homes) -> None:
    found = homes.new()
    there = {**found.facts, "writing": {**found.facts["writing"], "standby": True}}
    standby = Proof(there, found.sources, complete=True)
    assert statuses(standby, homes.old()) == {"proof.database": "FAIL"}


def test_what_redash_calls_besides_is_tried_from_both_homes(homes: Homes) -> None:
    called = {
        "REDASH_LDAP_LOGIN_ENABLED": "true",
        "REDASH_LDAP_URL": "ldap://127.0.0.1:{port}",
        "REDASH_EVENT_REPORTING_WEBHOOKS": "http://user:hunter2@127.0.0.1:{port}/in/hunter2",
    }
    with connect(homes.database, purpose="test", read_only=False, autocommit=True) as session:
        [(settings,)] = session.execute("SELECT settings::text FROM organizations").fetchall()
        session.execute("UPDATE organizations SET settings = %s", [SIGN_IN])
    before = homes.old(**called)
    assert before.addresses["LDAP"]["state"] == "answers"
    assert before.addresses["SAML metadata"]["state"] == "fails", "in neither home"
    unreachable = {**called, "REDASH_LDAP_URL": "ldap://127.0.0.1:1"}
    new = homes.new(**unreachable, REDASH_DISABLED_ALERT_DESTINATIONS="redash.destinations.slack")
    with connect(homes.database, purpose="test", read_only=False, autocommit=True) as session:
        session.execute("UPDATE organizations SET settings = %s", [settings])
    assert statuses(new, before) == {"proof.addresses": "WARN"}
    detail = next(one.detail for one in judge(new, before, QUEUES) if one.id == "proof.addresses")
    assert "LDAP (fails, refused)" in detail
    assert "alert destination 1 (not in the image, slack)" in detail
    assert "SAML" not in detail


class Relay(socketserver.StreamRequestHandler):
    """A mail server that greets everybody and takes mail from few."""

    def handle(self) -> None:
        self.wfile.write(b"220 relay\r\n")
        for line in self.rfile:
            refused = line[:4].lower() == b"rcpt" and getattr(self.server, "closed")  # noqa: B009
            self.wfile.write(b"554 relay access denied\r\n" if refused else b"250 ok\r\n")
            assert line[:4].lower() != b"data", "no mail is sent"


def test_a_relay_that_takes_mail_from_the_old_addresses_alone_is_named(homes: Homes) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        mail = {
            "REDASH_MAIL_DEFAULT_SENDER": "Redash <redash@example.com>",
            "REDASH_MAIL_SERVER": "127.0.0.1",
            "REDASH_MAIL_PORT": str(server.server_address[1]),
        }
        vars(server)["closed"] = False
        old = homes.old(**mail)
        assert statuses(homes.new(**mail), old) == {}
        vars(server)["closed"] = True
        new = homes.new(**mail)
        server.shutdown()
    assert statuses(new, old) == {"proof.mail": "WARN"}
    assert new.facts["mail"]["why"] == "it takes no mail from there"


def test_log_in_counts_in_no_redis_of_the_old_home(homes: Homes) -> None:
    old = f"redis://:secret@127.0.0.1:{homes.old_redis.port}/2"
    new = homes.new(REDASH_LIMITER_STORAGE=old)
    assert statuses(new, homes.old()) == {"proof.redis": "FAIL"}
    [check] = [one for one in judge(new, homes.old(), QUEUES) if one.id == "proof.redis"]
    assert "REDASH_LIMITER_STORAGE" in check.detail


def test_a_data_source_that_leads_elsewhere_is_named(homes: Homes) -> None:
    own = str(homes.old().facts["identity"]["server"])

    def found(here: str, there: str) -> list[tuple[str, str]]:
        old, new = homes.old(REHEARSAL_SERVERS=here), homes.new(REHEARSAL_SERVERS=there)
        return [
            (c.status, c.detail) for c in judge(new, old, QUEUES) if c.id == "proof.same_sources"
        ]

    [(status, detail)] = found("1=71 3=72", "1=71 3=99")
    assert (status, "answers from the new network: data sources 3" in detail) == ("WARN", True)
    [(status, detail)] = found(f"1=71 3={own}", "1=71")
    assert (status, "cutover and is stopped" in detail) == ("WARN", True)
    assert detail.endswith("data sources 3")
    assert found("1=71 3=72", "1=71")[0][0] == "PASS", "who can't be told apart is no alarm"


def test_a_pause_that_can_not_be_carried_is_named(homes: Homes) -> None:
    without = {"REDASH_DISABLED_QUERY_RUNNERS": "redash.query_runner.pg"}
    new, old = homes.new(**without), homes.old(**without)
    lost = [number for number, one in new.sources.items() if one["state"] == "no runner"]
    kept = [number for number in new.sources if number not in lost]
    checks = judge(new, old, QUEUES, paused=[*lost, *kept, 99])
    [check] = [one for one in checks if one.status != "PASS"]
    assert (check.id, check.status) == ("proof.pauses", "WARN")
    assert f"data sources {', '.join(map(str, lost))};" in check.detail
    assert "proof.pauses" not in {one.id for one in judge(new, old, QUEUES, paused=kept)}


def test_another_database_than_the_migration_fills_is_named(homes: Homes) -> None:
    found, before = homes.new(), homes.old()
    there = {key: found.facts["identity"][key] for key in ("database", "server")}
    assert there["database"]
    assert there["server"]

    def said(target: dict[str, object]) -> str:
        return next(
            one for one in judge(found, before, QUEUES, target) if one.id == "proof.database"
        ).status

    assert said(there) == "PASS"
    assert said({**there, "server": None}) == "PASS", "who may not see it says nothing"
    assert said({**there, "database": 1}) == "FAIL"
    assert said({**there, "server": "another"}) == "FAIL"


def test_a_database_without_redash_is_another_one_and_not_one_of_too_few_rights(
    homes: Homes, source_cluster: Cluster
) -> None:
    """Its first query there fails by a table that is missing, which names no cause."""
    there = homes.new().facts["identity"]
    made = source_cluster.create_database("homes_of_nobody")
    try:
        found = homes.new(REDASH_DATABASE_URL=url_of(made))
    finally:
        source_cluster.drop_database("homes_of_nobody")
    [check] = [o for o in judge(found, homes.old(), QUEUES, there) if o.id == "proof.database"]
    assert (check.status, check.detail) == (
        "FAIL",
        "REDASH_DATABASE_URL of the new home leads to another database than the one that this"
        " migration fills",
    )


def test_a_queue_without_a_worker_and_another_revision(homes: Homes) -> None:
    found, before = homes.new(), homes.old()
    assert statuses(found, before, ["queries"]) == {"proof.queues": "FAIL"}
    other = {**found.facts, "revision": {"database": ["a"], "code": ["b"], "version": "26.3.0"}}
    newer = Proof(other, found.sources, complete=True)
    assert statuses(newer, before) == {"proof.revision": "FAIL"}
    same = {**found.facts["revision"], "version": "25.9.0"}
    upgraded = Proof({**found.facts, "revision": same}, found.sources, complete=True)
    assert statuses(upgraded, before) == {"proof.revision": "WARN"}, "of the same schema"


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


def test_an_administrator_of_each_organization(redash_database: DatabaseAddress) -> None:
    assert administrator(redash_database).neighbours == ()
    copies = (
        ("organizations", {"id": 77, "slug": "other", "name": "Other"}),
        ("groups", {"id": 770, "org_id": 77, "permissions": ["admin"]}),
        ("users", {"id": 7700, "org_id": 77, "groups": [770], "api_key": "theirs", "email": "x@y"}),
        ("data_sources", {"id": 7777, "org_id": 77}),
    )
    with connect(redash_database, purpose="test", read_only=False, autocommit=True) as session:
        for table, changed in copies:
            session.execute(
                f"INSERT INTO {table} SELECT (jsonb_populate_record(t, %s)).*"  # noqa: S608
                f" FROM {table} t ORDER BY t.id LIMIT 1".encode(),
                [json.dumps(changed)],
            )
    [other] = administrator(redash_database).neighbours
    assert (other.api_key, other.slug, [*other.data_sources]) == ("theirs", "other", [7777])
