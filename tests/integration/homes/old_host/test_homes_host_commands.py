"""Every action of the old host's document, really run on old hosts of every kind."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from docs_generator.host_document import host_document
from redash_migration.adapters.ssm import RunCommand
from redash_migration.errors import CommandFailed
from redash_migration.host import commands
from redash_migration.host.answer import answers
from redash_migration.host.commands import HostCommand
from redash_migration.host.inspection import HostReport, fingerprint, host_report
from redash_migration.host.judging import host_checks
from redash_migration.host.queues import what_stays
from redash_migration.host.schema_dump import schema_part
from rehearsal.old_host import OldHost
from rehearsal.old_host.compose_file import ComposeError
from rehearsal.old_host.kinds import HOST_KINDS
from rehearsal.old_host.redis import Redis
from rehearsal.old_host.services import Services
from rehearsal.postgres import Cluster
from tests.integration.homes.local_aws import SECRET_KEY, LocalAws
from tests.integration.homes.old_host.conftest import INSTANCE, MakeHost

ROOT = Path(__file__).parents[4]
KEY = "0123456789abcdef" * 2
DOCUMENT = "host-document"


StartHost = Callable[[str], OldHost]


@pytest.fixture
def start_host(aws: LocalAws, make_host: MakeHost) -> StartHost:
    """``start_host("official-2018")`` -> a host of that kind, whose services run."""
    aws.client("ssm").create_document(
        Name=DOCUMENT,
        Content=json.dumps(host_document(ROOT)),
        DocumentType="Command",
        DocumentFormat="JSON",
    )

    def make(kind: str) -> OldHost:
        host = make_host(kind=HOST_KINDS[kind], paused=[3])
        host.install()
        host.start_services()
        return host

    return make


class Commands:
    """Runs actions as the functions do."""

    def __init__(self, aws: LocalAws) -> None:
        self._adapter = RunCommand(aws.client("ssm"), INSTANCE, DOCUMENT)

    def __call__(self, command: HostCommand) -> str:
        return self._adapter.run(command, comment="test", seconds=120).stdout


@pytest.fixture
def run(aws: LocalAws) -> Commands:
    return Commands(aws)


def redis_of(host: OldHost) -> Redis:
    assert isinstance(host.redis, Redis)
    return host.redis


def inspected(host: OldHost, run: Commands) -> HostReport:
    command = commands.inspect(str(host.compose_directory), KEY, "redash")
    return host_report(run(command), "redash", datetime.now(UTC))


@pytest.mark.parametrize("kind", HOST_KINDS)
def test_each_kind_of_host_is_understood_and_its_queues_run_empty(
    kind: str, start_host: StartHost, run: Commands
) -> None:
    host = start_host(kind)
    redis_of(host).lists["rq:queue:queries"] = ["a job", "another"]
    report = inspected(host, run)
    roles = sorted(one.role for one in report.containers)
    parts = ["database", "proxy", "queues", "scheduler", "server", "worker", "worker", "worker"]
    if host.kind.second_database:
        parts.append("other")
    parts += ["worker"] * (host.kind.adhoc_workers - 1)
    assert roles == sorted(parts)
    own = host.kind.service("postgres")
    assert [one.service for one in report.containers if one.role == "database"] == [own]
    assert report.versions == [host.kind.redash]
    assert report.same_database is True
    assert report.paused == [3]
    assert report.queues == {"default": 0, "queries": 2, "scheduled_queries": 0}
    assert report.settings_of["server"]["REDASH_SECRET_KEY"] == [fingerprint(KEY, SECRET_KEY)]
    assert set(report.settings_of) == {"scheduler", "server", "worker"}
    baked = {name: [fingerprint(KEY, v)] for name, v in host.kind.image_environment.items()}
    assert report.baked_of.get("server", {}) == baked
    assert not baked.keys() & report.settings_of["server"].keys()
    assert report.disk_free_bytes > 0
    assert report.unseen == []
    failed = [check.id for check in host_checks(report.to_json()) if check.status != "PASS"]
    expected = {"celery": ["host.redash_version"], "custom-names": ["host.mounts"]}
    assert failed == expected.get(kind, [])
    own_files = ["/app/redash/query_runner/finance.py", "/etc/localtime"]
    assert report.mounts == (own_files if kind == "custom-names" else [])

    del redis_of(host).lists["rq:queue:queries"]
    drained = answers(run(commands.drain(str(host.compose_directory), 2)))
    assert (drained["left"], drained["paused"]) == (["0"], ["3"])


STOPPED = ["official-2018", "custom-names", "second-database", "scaled", "podman"]
"""Compose 1, other names, a service that stays, several containers of one; the others differ in
what inspection reads."""


@pytest.mark.parametrize("kind", STOPPED)
def test_a_host_stops_in_order_and_serves_again(
    kind: str, start_host: StartHost, run: Commands
) -> None:
    host = start_host(kind)
    before = inspected(host, run)
    directory = str(host.compose_directory)
    run(commands.drain(directory, 2))
    policies = {one.definition.name: one.restart for one in host.services.created()}
    kept = {one.service for one in before.containers if one.role in {"database", "queues", "other"}}
    if not host.kind.podman:  # which changes no policy, and starts nothing by itself
        assert {name for name, policy in policies.items() if policy == "always"} == kept, (
            "a host that is started anew starts none of the others"
        )
    assert host.resolve(INSTANCE, 80) is not None, "users are still served"
    stopped = run(commands.stop_services(directory))
    assert what_stays(stopped).status == "PASS"
    assert host.resolve(INSTANCE, 5000) is None
    left = {one.role for one in before.containers} & {"database", "other", "queues"}
    running = {one.definition.name for one in host.services.created() if one.container.running}
    assert running == {one.service for one in before.containers if one.role in left}
    run(commands.ping(directory, "redash"))
    with pytest.raises(CommandFailed, match="no Redash server runs"):
        run(commands.answers(directory))
    serving = [
        one.name for one in before.containers if one.running and one.role in {"server", "proxy"}
    ]
    run(commands.start_services(directory, "redash", serving, for_now=True))
    again = {one.definition.name: one.restart for one in host.services.created()}
    assert again == policies, "a return may still be taken back"
    run(commands.start_services(directory, "redash", before.running))
    assert inspected(host, run).running == before.running
    assert {one.restart for one in host.services.created()} == {"always"}
    assert host.resolve(INSTANCE, 80) is not None
    run(commands.answers(directory))
    run(commands.retire(directory))
    others = {one.service for one in before.containers if one.role == "other"}
    always = {one.definition.name for one in host.services.created() if one.restart != "no"}
    assert host.kind.podman or always == others
    assert not cluster_runs(host)


def test_a_daemon_that_may_stop_nothing_is_found_before_users_are_locked_out(
    start_host: StartHost, run: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker as a snap, when the kernel has lost its AppArmor profile."""
    host = start_host("official-2025")
    before = inspected(host, run)
    directory = str(host.compose_directory)

    def denied(*_: object) -> None:
        raise ComposeError("cannot stop container: redash-scheduler-1: permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Services, "stop_together", denied)
        with pytest.raises(CommandFailed, match="permission denied"):
            run(commands.drain(directory, 2))
    assert host.resolve(INSTANCE, 80) is not None, "users are still served"
    run(commands.start_services(directory, "redash", before.running))
    assert inspected(host, run).running == before.running
    assert {one.restart for one in host.services.created()} == {"always"}


@pytest.mark.parametrize("named", [commands.EVERY_PART, "redash_server_1", "", "a worker's"])
def test_every_part_is_started_where_nobody_can_say_what_ran(
    named: str, start_host: StartHost, run: Commands
) -> None:
    """An undo entry that can't be believed names no container, or the containers were made anew by
    another Compose, which names them otherwise, or the list has no server, as no host that served
    users has told: then all of Redash comes up."""
    host = start_host(next(iter(HOST_KINDS)))
    directory, before = str(host.compose_directory), inspected(host, run)
    run(commands.stop_services(directory))
    workers = [one.name for one in before.containers if one.role == "worker"]
    run(commands.start_services(directory, "", workers if named == "a worker's" else [named]))
    assert set(before.running) <= set(inspected(host, run).running)
    run(commands.answers(directory))


PROXIES: dict[str, tuple[str, str]] = {
    "sign-in": (
        'auth_basic "Staff # only";\n auth_basic_user_file /etc/nginx/users;\n',
        "people are let in by it; redash-nginx-1",
    ),
    "the office alone": ("allow 203.0.113.0/24; deny all;", "allow, deny"),
    "who it is": (
        "proxy_set_header X-Forwarded-Remote-User $remote_user;",
        "proxy_set_header:X-Forwarded-Remote-User",
    ),
    "another site": ("}\n location /wiki/ { proxy_pass http://wiki:3000/;", "sites:2"),
    "for machines alone": ("return 403;", "return"),
    "as nginx-proxy writes it": (
        'proxy_set_header X-Original-URI $request_uri; proxy_set_header Proxy "";\n'
        "proxy_set_header X-Forwarded-Ssl $proxy_x_forwarded_ssl;\n"
        "}\n}\nserver { server_name _; listen 80; location / { return 503;",
        "",
    ),
    "as SWAG writes it": (
        "proxy_set_header Early-Data $ssl_early_data;\n"
        "proxy_set_header X-Forwarded-Method $request_method;\n"
        "proxy_set_header X-Forwarded-Uri $request_uri;\n"
        "proxy_set_header X-Original-Method $request_method;\n"
        "}\n location /nothing { return 444;",
        "",
    ),
    "nothing that counts": (
        "client_max_body_size 32m; proxy_read_timeout 300s; # deny all;\n auth_basic off;\n"
        "}\n location /static { proxy_pass http://redash/static;\n"
        # As Redash's own guide to Let's Encrypt has it.
        "}\n location ^~ /.well-known { allow all; root /data/letsencrypt/;\n"
        "}\n location /http/ { rewrite ^ https://$host$request_uri? permanent;\n"
        "}\n location /old { return 301 https://$server_name$request_uri;",
        "",
    ),
}


def test_what_the_old_proxy_does_is_told(start_host: StartHost, run: Commands) -> None:
    host = start_host("official-2025")
    for more, words in PROXIES.values():
        host.configure_nginx(more)
        checks = host_checks(inspected(host, run).to_json())
        failed = {one.id: one.status for one in checks if one.status != "PASS"}
        assert failed == ({"host.proxy": "WARN"} if words else {})
        assert words in " ".join(one.detail for one in checks if one.status != "PASS")


def _judged_proxy(host: OldHost, run: Commands) -> str:
    """What the check says of the proxies, "" where it passes."""
    found = [one for one in host_checks(inspected(host, run).to_json()) if one.id == "host.proxy"]
    [check] = found
    return check.detail if check.status != "PASS" else ""


def _become(host: OldHost, name: str, **more: Any) -> None:
    service = host.services.get(name)
    assert service is not None
    service.definition = replace(service.definition, **more)


def test_a_proxy_of_another_project_is_looked_at_where_it_reaches_redash(
    start_host: StartHost, run: Commands
) -> None:
    """One proxy before all sites of the host: a Compose project of its own, a network of theirs."""
    host = start_host("official-2025")
    host.configure_nginx('auth_basic "Staff";')
    edge = {"com.docker.compose.project": "edge", "com.docker.compose.project.working_dir": "/edge"}
    _become(host, "nginx", labels=edge, networks=("redash_default",))
    assert "people are let in by it; redash-nginx-1 does" in _judged_proxy(host, run)
    assert "nginx" not in [one.service for one in inspected(host, run).containers], "left alone"
    _become(host, "nginx", networks=("crm_default",))
    assert _judged_proxy(host, run) == ""
    _become(host, "nginx", networks=("host",))
    assert "auth_basic" in _judged_proxy(host, run)


def test_a_proxy_of_another_project_asks_anew_where_redash_is(
    start_host: StartHost, run: Commands
) -> None:
    """nginx looks a name up as it starts: a server that was stopped may come back elsewhere."""
    host = start_host("official-2025")
    before = inspected(host, run)
    edge = {"com.docker.compose.project": "edge", "com.docker.compose.project.working_dir": "/edge"}
    _become(host, "nginx", labels=edge, networks=("redash_default",))
    directory = str(host.compose_directory)
    asked = host.root / "containers" / "nginx" / "asked"
    own = [name for name in before.running if "nginx" not in name]
    for networks, calls in (("redash_default", ["-s reload"]), ("crm_default", [])):
        _become(host, "nginx", networks=(networks,))
        asked.write_text("")
        run(commands.start_services(directory, "redash", own))
        assert asked.read_text().splitlines() == calls


def test_a_middleware_that_is_shared_is_found_where_it_stands(
    start_host: StartHost, run: Commands
) -> None:
    host = start_host("official-2025")
    middle = "traefik.http.middlewares."
    _become(host, "nginx", labels={
        middle + "staff.basicauth.users": "a:$apr1$x,b:$apr1$y",
        middle + "panel.ipallowlist.sourcerange": "10.0.0.0/8",
    })  # fmt: skip
    router = "traefik.http.routers.redash."
    _become(host, "server", labels={router + "rule": "Host(`bi.example`)"})
    assert _judged_proxy(host, run) == "", "of the dashboard, and not of Redash"
    _become(host, "server", labels={router + "middlewares": "gzip@file,staff@docker"})
    assert _judged_proxy(host, run) == (
        "people are let in by it; traefik does what the new home does not: basicauth"
    )


def test_a_container_of_several_roles_is_refused(start_host: StartHost, run: Commands) -> None:
    host = start_host("official-2025")
    both = ("sh", "-c", "./manage.py rq worker emails & exec gunicorn redash.wsgi:app")
    _become(host, "worker", entrypoint=both[:2], command=both[2:])
    checks = host_checks(inspected(host, run).to_json())
    [failed] = [one for one in checks if one.status != "PASS"]
    assert (failed.id, failed.status) == ("host.containers", "FAIL")
    assert "share a container: redash-worker-1" in failed.detail


@pytest.mark.parametrize("image", ["kong:3.8", "apache/apisix:3.11", "envoyproxy/envoy:v1.31"])
def test_what_a_proxy_keeps_in_a_store_of_its_own_is_not_seen(
    image: str, start_host: StartHost, run: Commands
) -> None:
    """Kong and APISIX are made of nginx, whose files say nothing of their plugins."""
    host = start_host("official-2025")
    _become(host, "nginx", image=image, command=())
    assert _judged_proxy(host, run) == "what redash-nginx-1 does to requests can't be seen"


LABELLED: dict[str, tuple[dict[str, str], str, str]] = {
    "a service of Swarm": ({"com.docker.swarm.task.id": "x"}, "FAIL", "Docker Swarm starts anew"),
    "a task of ECS": ({"com.amazonaws.ecs.task-arn": "x"}, "FAIL", "Amazon ECS starts anew"),
    "a unit of systemd": ({"PODMAN_SYSTEMD_UNIT": "redash-server.service"}, "WARN", "systemd may"),
    "podman-compose's own": ({"PODMAN_SYSTEMD_UNIT": "podman-compose@bi.service"}, "PASS", "stays"),
    "labels of one's own": ({"backup": 'com.docker.swarm, "x": {}'}, "PASS", "stays down"),
}


def test_who_else_starts_and_removes_containers_is_told(
    start_host: StartHost, run: Commands
) -> None:
    host = start_host("official-2025")
    server = host.services.get("server")
    assert server is not None
    plain = server.definition
    for labels, status, words in LABELLED.values():
        server.definition = replace(plain, labels=labels)
        checks = host_checks(inspected(host, run).to_json())
        [found] = [one for one in checks if one.id == "host.keeper"]
        assert found.status == status
        assert words in found.detail
    server.definition = plain
    server.removed = True
    checks = host_checks(inspected(host, run).to_json())
    failed = [one for one in checks if one.status != "PASS"]
    assert [(one.id, one.status) for one in failed] == [("host.keeper", "FAIL")]
    assert "docker removes these as they stop" in failed[0].detail
    server.removed = False
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    words_of = {"up --abort-on-container-exit": "stops all of redash with one", "up": "stays down"}
    for words, expected in words_of.items():
        attached = subprocess.Popen(
            [*sleeping, "docker-compose", *words.split(), "--build"], cwd=host.compose_directory
        )
        try:
            checks = host_checks(inspected(host, run).to_json())
        finally:
            attached.kill()
            attached.wait()
        assert expected in next(one for one in checks if one.id == "host.keeper").detail


def cluster_runs(host: OldHost) -> bool:
    return host.services.is_running(host.kind.service("postgres"))


def shown(cluster: Cluster, statement: str) -> str:
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(cluster.dsn()) as connection:
                row = connection.execute(statement.encode()).fetchone()
                return "" if row is None else str(row[0])
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


PREPARED = ["official-2025", "official-2018", "custom-names", "named-volume", "port-taken",
            "podman"]  # fmt: skip
"""Each Compose, other names, each way to keep and to publish PostgreSQL: what preparing changes."""

IN_FILE = (
    "SELECT setting FROM pg_file_settings WHERE name = 'wal_level' ORDER BY seqno DESC LIMIT 1"
)


@pytest.mark.parametrize("kind", PREPARED)
def test_postgresql_is_made_ready_and_as_it_was(
    kind: str, start_host: StartHost, run: Commands, cluster: Cluster
) -> None:
    cluster.restart()  # what the last one left for the next restart
    host = start_host(kind)
    directory = str(host.compose_directory)
    compose = (host.compose_directory / "docker-compose.yml").read_text()
    before = shown(cluster, "SELECT pg_read_file(current_setting('hba_file'))")
    prepare = commands.prepare(directory, "redash", role='odd "role', port=5432)
    for _ in range(2):  # a step may run twice
        run(prepare)
        assert shown(cluster, "SHOW wal_level") == "logical"
        rules = "SELECT string_agg(user_name::text, ' ') FROM pg_hba_file_rules"
        assert 'odd \\"role' in shown(cluster, rules)
        assert (
            shown(cluster, "SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL") == "0"
        )
    [port] = [one.definition for one in host.services.created() if one.alone]
    assert port.ports == ("10.0.0.10:5432:5432",)
    database = host.services.container_name(host.kind.service("postgres"))
    assert port.command[-2:] == (database, str(cluster.port)), (
        "by its name, in a network of their own"
    )
    assert port.networks == (f"{host.kind.project}_default",)
    undo = commands.unprepare(directory, "redash")
    with psycopg.connect(cluster.dsn("redash"), autocommit=True) as connection:
        connection.execute("SELECT pg_create_logical_replication_slot('left', 'test_decoding')")
        with pytest.raises(CommandFailed, match=r"PostgreSQL serves.*slots \(left\)"):
            run(undo)
        assert shown(cluster, IN_FILE) == "logical", "it would not start with less"
        connection.execute("SELECT pg_drop_replication_slot('left')")
    host.services.get(host.kind.service("postgres")).container.stop(5)  # type: ignore[union-attr]
    for _ in range(2):
        run(undo)
        assert shown(cluster, IN_FILE) == "replica"
    assert shown(cluster, "SELECT pg_read_file(current_setting('hba_file'))") == before
    assert [one for one in host.services.created() if one.alone] == []
    assert [path.name for path in host.compose_directory.iterdir() if "override" in path.name] == []
    assert (host.compose_directory / "docker-compose.yml").read_text() == compose


def test_what_stands_in_the_command_is_refused_before_anything_changes(
    start_host: StartHost, run: Commands, cluster: Cluster
) -> None:
    cluster.stop()
    cluster.start({"wal_level": "replica"})
    try:
        host = start_host("official-2025")
        failed = {check.id: check for check in host_checks(inspected(host, run).to_json())}
        assert failed["host.database"].status == "FAIL"
        prepare = commands.prepare(str(host.compose_directory), "redash", role="r", port=5432)
        with pytest.raises(CommandFailed, match="wal_level stands in the command"):
            run(prepare)
        assert shown(
            cluster, "SELECT count(*) FROM pg_file_settings WHERE name = 'max_wal_senders'"
        )
        assert "redash-migration" not in str(host.services.created())
    finally:
        cluster.restart()


def test_the_schema_comes_in_parts(start_host: StartHost, run: Commands) -> None:
    host = start_host("custom-names")
    directory = str(host.compose_directory)
    text, parts = schema_part(run(commands.dump_schema(directory, "redash", part=1)), 1)
    assert text
    assert parts == 1


def test_two_projects_of_one_directory_s_name_are_not_guessed_at(
    start_host: StartHost, run: Commands
) -> None:
    host = start_host("official-2018")  # too old to label its directory
    host.services.project = "elsewhere"
    report = inspected(host, run)
    assert report.running, "the only Redash on this host is the one"


def test_redis_that_does_not_answer_is_not_an_empty_one(
    start_host: StartHost, run: Commands
) -> None:
    host = start_host("redis-password")
    redis_of(host).password = "changed meanwhile"
    report = inspected(host, run)
    assert report.queues is None
    statuses = {check.id: check.status for check in host_checks(report.to_json())}
    assert statuses["host.queues"] == "WARN"
    assert statuses["host.paused_data_sources"] == "WARN"
    run(commands.drain(str(host.compose_directory), 1))
    run(commands.stop_services(str(host.compose_directory)))


def test_a_key_that_is_no_list_ends_nothing(start_host: StartHost, run: Commands) -> None:
    host = start_host("official-2025")
    redis = redis_of(host)
    redis.sets["rq:queues"] |= {"rq:queue:08", "rq:queue:odd"}
    redis.strings["rq:queue:odd"] = "08"
    redis.lists["rq:queue:08"] = ["a job"]
    report = inspected(host, run)
    assert report.queues == {"08": 1, "default": 0, "odd": 0, "queries": 0, "scheduled_queries": 0}
    assert answers(run(commands.drain(str(host.compose_directory), 1)))["left"] == ["1"]
