"""The directory of the official installation: compose file, env file, PostgreSQL's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

COMPOSE = """\
x-redash-service: &redash-service
  image: redash/redash:{version}
  depends_on:
    - postgres
    - redis
  env_file: {directory}/env
  restart: always
services:
  server:
    <<: *redash-service
    command: server
    ports:
      - "5000:5000"
    environment:
      REDASH_WEB_WORKERS: 4
  scheduler:
    <<: *redash-service
    command: scheduler
    depends_on:
      - server
  scheduled_worker:
    <<: *redash-service
    command: worker
    depends_on:
      - server
    environment:
      QUEUES: "scheduled_queries,schemas"
      WORKERS_COUNT: 1
  adhoc_worker:
    <<: *redash-service
    command: worker
    depends_on:
      - server
    environment:
      QUEUES: "queries"
      WORKERS_COUNT: 2
  worker:
    <<: *redash-service
    command: worker
    depends_on:
      - server
    environment:
      QUEUES: "periodic emails default"
      WORKERS_COUNT: 1
  redis:
    image: redis:7-alpine
    restart: always
  postgres:
    image: postgres:{postgres}-alpine
    env_file: {directory}/env
    volumes:
      - {directory}/postgres-data:/var/lib/postgresql/data
    restart: always
  nginx:
    image: redash/nginx:latest
    ports:
      - "80:80"
    depends_on:
      - server
    links:
      - server:redash
    restart: always
"""

ENV = """\
PYTHONUNBUFFERED=0
REDASH_LOG_LEVEL=INFO
REDASH_REDIS_URL=redis://redis:6379/0
REDASH_COOKIE_SECRET={cookie_secret}
REDASH_SECRET_KEY={secret_key}
POSTGRES_PASSWORD={password}
REDASH_DATABASE_URL=postgresql://{username}:{password}@postgres/{dbname}
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """What differs from host to host."""

    secret_key: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    dbname: str
    postgres_version: int
    redash_version: str = "25.8.0"

    def write(self, directory: Path, data: Path) -> None:
        """Fill ``directory``; ``data`` is where the server keeps its files."""
        directory.mkdir(parents=True, exist_ok=True)
        compose = COMPOSE.format(
            version=self.redash_version, postgres=self.postgres_version, directory=directory
        )
        (directory / "docker-compose.yml").write_text(compose)
        env = directory / "env"
        env.touch(mode=0o600)
        env.write_text(
            ENV.format(
                cookie_secret=self.cookie_secret,
                secret_key=self.secret_key,
                username=self.username,
                password=self.password,
                dbname=self.dbname,
            )
        )
        link = directory / "postgres-data"
        link.unlink(missing_ok=True)
        link.symlink_to(data.resolve())
