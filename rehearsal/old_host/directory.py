"""The directory of the official installation: compose file, env file, PostgreSQL's data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rehearsal.old_host.kinds import HOST_KINDS, HostKind

COMPOSE = """\
{version_line}x-redash-service: &redash-service
  image: {image}
  depends_on:
    - {postgres}
    - {redis}
  env_file: {directory}/env
  volumes: {mounts}
  restart: always
services:
  {server}:
    <<: *redash-service
    command: server
    ports:
      - "5000:5000"
    environment:
      REDASH_WEB_WORKERS: 4
  {scheduler}:
    <<: *redash-service
    command: scheduler
    depends_on:
      - {server}
  {scheduled_worker}:
    <<: *redash-service
    command: worker
    depends_on:
      - {server}
    environment:
      QUEUES: "scheduled_queries,schemas"
      WORKERS_COUNT: 1
  {adhoc_worker}:
    <<: *redash-service
    command: worker
    depends_on:
      - {server}
    environment:
      QUEUES: "queries"
      WORKERS_COUNT: 2
{scaled}  {worker}:
    <<: *redash-service
    command: worker
    depends_on:
      - {server}
    environment:
      QUEUES: "periodic emails default"
      WORKERS_COUNT: 1
  {redis}:
    image: {redis_image}
    command: redis-server
    restart: always
  {postgres}:
    image: postgres:{postgres_version}-alpine
    command: {postgres_command}
    env_file: {directory}/env
    ports: [{ports}]
    volumes:
      - {volume}:/var/lib/postgresql/data
    restart: always
  {nginx}:
    image: redash/nginx:latest
    command: nginx -g "daemon off;"
    ports:
      - "80:80"
    depends_on:
      - {server}
    links:
      - {server}:redash
    restart: always
"""

SCALED = """\
    deploy:
      replicas: {}
"""

SECOND_DATABASE = """\
  warehouse:
    image: postgres:16-alpine
    command: postgres
    environment:
      POSTGRES_PASSWORD: another
    restart: always
"""

ENV = """\
PYTHONUNBUFFERED=0
REDASH_LOG_LEVEL=INFO
REDASH_REDIS_URL={redis_url}
REDASH_COOKIE_SECRET={cookie_secret}
REDASH_SECRET_KEY={secret_key}
POSTGRES_PASSWORD={password}
REDASH_DATABASE_URL=postgresql://{username}:{password}@{postgres}/{dbname}
"""

SERVICES = ("server", "scheduler", "scheduled_worker", "adhoc_worker", "worker", "redis",
            "postgres", "nginx")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Installation:
    """What differs from host to host."""

    secret_key: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    dbname: str
    postgres_version: int
    kind: HostKind = HOST_KINDS["official-2025"]

    def write(self, directory: Path, data: Path) -> None:
        """Fill ``directory``; ``data`` is where the server keeps its files."""
        directory.mkdir(parents=True, exist_ok=True)
        kind = self.kind
        names = {name: kind.service(name) for name in SERVICES}
        compose = COMPOSE.format(
            **names,
            version_line=kind.version_line,
            image=kind.redash_image.format(version=kind.redash),
            redis_image=kind.redis_image,
            postgres_version=self.postgres_version,
            postgres_command=kind.postgres_command or "postgres",
            ports=f'"{kind.postgres_ports}"' if kind.postgres_ports else "",
            volume="redash-data" if kind.named_volume else f"{directory}/postgres-data",
            directory=directory,
            mounts=json.dumps(kind.mounts),
            scaled=SCALED.format(kind.adhoc_workers) if kind.adhoc_workers > 1 else "",
        )
        more = SECOND_DATABASE if kind.second_database else ""
        (directory / "docker-compose.yml").write_text(compose + more)
        # The client of Redash 10.1 (redis-py 3.5) takes the password as it stands, the later ones
        # decode it: what works in both has no percent sign, and a password may hold : and @.
        password = quote(kind.redis_password, safe=":@+")
        redis = f"redis://{f':{password}@' if password else ''}{names['redis']}:6379"
        env = directory / "env"
        env.touch(mode=0o600)
        env.write_text(
            ENV.format(
                cookie_secret=self.cookie_secret,
                secret_key=self.secret_key,
                username=self.username,
                password=self.password,
                dbname=self.dbname,
                postgres=names["postgres"],
                redis_url=f"{redis}/{kind.redis_number}",
            )
            + "".join(f"{name}={value}\n" for name, value in kind.settings.items())
        )
        link = directory / "postgres-data"
        link.unlink(missing_ok=True)
        if not kind.named_volume:
            link.symlink_to(data.resolve())
