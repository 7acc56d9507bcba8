"""Compose files of every shape, through the very script that looks at the old host."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs_generator.host_document import whole_script
from rehearsal.old_host.compose_file import read_project
from rehearsal.old_host.containers import PlainContainer
from rehearsal.old_host.docker.daemon import Daemon
from rehearsal.old_host.docker.engine import Engine
from rehearsal.old_host.docker.running import Runner
from rehearsal.old_host.services import Services

FILES = Path(__file__).with_name("compose")
SCRIPT = whole_script(Path(__file__).parents[4])
LOOK = SCRIPT[SCRIPT.index("set -eu") : SCRIPT.index("case $action in")]

OFFICIAL = {
    "server": "server",
    "scheduler": "scheduler",
    "scheduled_worker": "worker",
    "adhoc_worker": "worker",
    "redis": "queues",
    "postgres": "database",
    "nginx": "proxy",
}
EXPECTED: Mapping[str, Mapping[str, str]] = {
    "official-2018": OFFICIAL,
    "official-2020": OFFICIAL,
    "official-2023": {**OFFICIAL, "worker": "worker"},
    "official-2025": {**OFFICIAL, "worker": "worker"},
    "built-here": {
        "web": "server", "beat": "scheduler", "jobs": "worker", "cache": "queues",
        "db": "database", "files": "other", "front": "proxy",
    },
    "by-digest": {
        "redash": "server", "redash-scheduler": "scheduler", "redash-worker": "worker",
        "redis": "queues", "postgresql": "database", "pgbouncer": "other", "traefik": "proxy",
    },
    "beside-others": {
        "server": "server", "scheduler": "scheduler", "worker": "worker", "setup": "other",
        "redis": "queues", "redis-exporter": "other", "postgres": "database",
        "postgres-exporter": "other", "backup": "other", "mail": "other",
    },
    "developers": {
        "server": "server", "scheduler": "scheduler", "worker": "worker", "redis": "queues",
        "postgres": "database",
    },
    "gunicorn": {
        "bi": "server", "bi-cron": "scheduler", "bi-work": "worker", "store": "queues",
        "base": "database",
    },
    "migrates-first": {
        "app": "server", "app-2": "server", "cron": "scheduler", "jobs": "worker",
        "tables": "other", "kv": "queues", "db": "database", "edge": "proxy",
    },
    "waits-for-stores": {
        "web": "server", "beat": "scheduler", "queries": "worker", "mails": "worker",
        "cache": "queues", "db": "database", "tunnel": "proxy",
    },
    "signed-in": {
        "server": "server", "scheduler": "scheduler", "worker": "worker", "redis": "queues",
        "postgres": "database", "gate": "proxy", "edge": "proxy", "tunnel": "proxy",
        "watchtower": "other", "exporter": "other",
    },
    "behind-proxies": {
        "server": "server", "scheduler": "scheduler", "worker": "worker", "redis": "queues",
        "postgres": "database", "envoy": "proxy", "kong": "proxy", "apisix": "proxy",
        "https-portal": "proxy", "swag": "proxy", "nginx-proxy": "proxy", "manager": "proxy",
        "traefik": "proxy", "caddy": "proxy", "caddy-by-labels": "proxy", "haproxy": "proxy",
        "acme": "other", "acme-of-old": "other", "docker-gen": "other", "figures": "other",
        "renewal": "other",
    },
    "several-databases": {
        "server": "server", "scheduler": "scheduler", "worker": "worker", "redis": "queues",
        "sessions": "other", "postgres": "database", "warehouse": "other", "shop": "other",
    },
}  # fmt: skip

ENV = """\
REDASH_COOKIE_SECRET=x
REDASH_REDIS_URL={redis_url}
REDASH_DATABASE_URL=postgresql://postgres:p@{database}/postgres
"""


def roles(name: str, directory: Path, redis: str = "redis://{}:6379/0") -> dict[str, str]:
    """Service -> role, as the script sees the containers that this compose file brings up."""
    expected = EXPECTED[name]
    own = {role: service for service, role in expected.items() if role in {"queues", "database"}}
    # What the address names may stand before the database.
    database = "pgbouncer" if "pgbouncer" in expected else own["database"]
    (directory / "env").write_text(
        ENV.format(redis_url=redis.format(own["queues"]), database=database)
    )
    file = directory / "docker-compose.yml"
    file.write_text((FILES / f"{name}.yml").read_text())
    services = Services(lambda _: PlainContainer())
    engine = Engine(
        services, Runner(services, lambda _: directory / "log"), directory=str(directory)
    )
    services.up(read_project([file]))
    daemon = Daemon(engine.run, directory / "bin")
    daemon.start()
    try:
        done = subprocess.run(
            ["sh", "-s"],
            input=f"directory='{directory}' database_text= role_text=\n{LOOK}\n"
            'printf "%s\\n" "$ours" >&3',
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": f"{directory / 'bin'}:/usr/bin:/bin"},
            timeout=60,
        )
    finally:
        daemon.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines() if line.count("|") == 5]
    return {row[4]: row[0] for row in rows}


@pytest.mark.parametrize("name", sorted(path.stem for path in FILES.glob("*.yml")))
def test_each_container_is_what_it_runs(name: str, tmp_path: Path) -> None:
    assert roles(name, tmp_path) == EXPECTED[name]


@pytest.mark.parametrize(
    "address",
    [
        "redis://{}",
        "redis://:pa%40ss%2Fword@{}:6379/0",
        "rediss://default:p@ss:w/rd@{}:6380/3?ssl_cert_reqs=none",
        "redis://{}/3",
    ],
)
def test_redash_s_own_redis_is_the_one_its_address_names(address: str, tmp_path: Path) -> None:
    assert roles("several-databases", tmp_path, address) == EXPECTED["several-databases"]
