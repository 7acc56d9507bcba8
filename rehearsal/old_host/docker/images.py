"""What images run by themselves: docker shows it of a container whose definition says nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rehearsal.old_host.compose_file import Definition

REDASH = ("/app/bin/docker-entrypoint",)
_SCRIPTS = "/opt/bitnami/scripts"

_IMAGES: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]] = (
    (
        r"bitnami/(postgresql|redis)",
        (rf"{_SCRIPTS}/\1/entrypoint.sh",),
        (rf"{_SCRIPTS}/\1/run.sh",),
    ),
    (r"postgres-exporter", ("/bin/postgres_exporter",), ()),
    (r"postgres-backup", (), ("/init.sh",)),
    (r"redis_exporter", ("/redis_exporter",), ()),
    (r"pgbouncer", ("/entrypoint.sh",), ("/usr/bin/pgbouncer", "/etc/pgbouncer/pgbouncer.ini")),
    (r"postgres|pgautoupgrade|postgis|timescaledb", ("docker-entrypoint.sh",), ("postgres",)),
    (r"mysql", ("docker-entrypoint.sh",), ("mysqld",)),
    (r"(redis|valkey)", ("docker-entrypoint.sh",), (r"\1-server",)),
    (r"https-portal|linuxserver/swag|nginx-proxy-manager", ("/init",), ()),
    (r"nginx-prometheus-exporter", ("/usr/bin/nginx-prometheus-exporter",), ()),
    (r"companion", ("/bin/bash", "/app/entrypoint.sh"), ("/bin/bash", "/app/start.sh")),
    (r"docker-gen", ("/usr/local/bin/docker-gen",), ()),
    (r"nginx-proxy", ("/app/docker-entrypoint.sh",), ("forego", "start", "-r")),
    (r"nginx", ("/docker-entrypoint.sh",), ("nginx", "-g", "daemon off;")),
    (r"envoy", ("/docker-entrypoint.sh",), ("envoy", "-c", "/etc/envoy/envoy.yaml")),
    (r"kong", ("/docker-entrypoint.sh",), ("kong", "docker-start")),
    (r"apisix", ("/docker-entrypoint.sh",), ("docker-start",)),
    (
        r"haproxy",
        ("docker-entrypoint.sh",),
        ("haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"),
    ),
    (r"caddy-docker-proxy", ("/bin/caddy",), ("docker-proxy",)),
    (r"certbot", ("certbot",), ()),
    (r"traefik", ("/entrypoint.sh",), ("traefik",)),
    (r"caddy", (), ("caddy", "run", "--config", "/etc/caddy/Caddyfile")),
    (r"minio", ("/usr/bin/docker-entrypoint.sh",), ("minio",)),
    (r"mailpit", ("/mailpit",), ()),
)


def runs(definition: Definition) -> tuple[list[str], list[str]]:
    """(Entrypoint, Cmd) of a container as ``docker inspect`` shows them: Compose's own word first,
    then the image's; an image that nobody knows and that reads REDASH_* is one of Redash."""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    found = None
    for pattern, start, words in _IMAGES:
        found = re.search(pattern, definition.image.partition("@")[0])
        if found:
            entrypoint = tuple(found.expand(word) for word in start)
            command = tuple(found.expand(word) for word in words)
            break
    if found is None and any(name.startswith("REDASH_") for name in definition.environment):
        entrypoint, command = REDASH, ("server",)
    if definition.entrypoint:
        return list(definition.entrypoint), list(definition.command)
    return list(entrypoint), list(definition.command or command)
