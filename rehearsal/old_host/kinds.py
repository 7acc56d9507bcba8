"""Old hosts as the world has them: by year, by who wrote the compose file, by what is odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HostKind:
    """How one old host differs from the official installation of 2025.

    ``compose`` is Compose's version: 1.x is the program docker-compose alone, names its containers
    with underscores, and before 1.25 labels none with the project's directory. ``services`` renames
    services. ``prepared`` False: PostgreSQL as it comes, without logical decoding.
    """

    what: str
    compose: str = "2.29.7"
    version_line: str = ""
    redash: str = "25.8.0"
    redash_image: str = "redash/redash:{version}"
    redis_image: str = "redis:7-alpine"
    services: Mapping[str, str] = field(default_factory=dict)
    redis_password: str = field(default="", repr=False)
    redis_number: int = 0
    paused: tuple[int, ...] = ()
    """Data sources that somebody has paused."""
    postgres_ports: str = ""
    postgres_command: str = ""
    project: str = "redash"
    named_volume: bool = False
    prepared: bool = True
    second_database: bool = False
    adhoc_workers: int = 1
    """Containers of that one service."""
    podman: bool = False
    """Podman under docker's name, its containers made by podman-compose."""
    nginx: str = ""
    """More of its configuration, in the place that leads to Redash."""
    mounts: tuple[str, ...] = ()
    """What of the host's disk Redash's containers have, as Compose writes it."""
    image_environment: Mapping[str, str] = field(default_factory=dict)
    """What its image of Redash sets by itself."""
    refused: bool = False
    """The preflight says why it can't be moved."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, str]:
        """What its containers have, wherever that is said."""
        return {**self.environment, **self.image_environment}

    def service(self, name: str) -> str:
        """The host's own name of a service of the official installation."""
        return self.services.get(name, name)

    @property
    def separator(self) -> str:
        """Between project, service and number in a container's name."""
        return "_" if self.compose.startswith("1.") else "-"

    @property
    def plugin(self) -> bool:
        """Whether there is ``docker compose``."""
        return not self.compose.startswith("1.")

    @property
    def labels_directory(self) -> bool:
        """Whether Compose writes the project's directory on its containers (from 1.25)."""
        return self.plugin or int(self.compose.split(".")[1]) >= 25


_NAMES = {
    "server": "redash-server",
    "scheduler": "redash-beat",
    "scheduled_worker": "redash-jobs",
    "adhoc_worker": "redash-adhoc",
    "worker": "redash-mail",
    "redis": "redash-cache",
    "postgres": "redash-postgres",
    "nginx": "web",
}

HOST_KINDS: Mapping[str, HostKind] = {
    "official-2025": HostKind("docker compose 2.29, the official installation of 2025"),
    "official-2023": HostKind(
        "docker compose 2.12, Redash 10.1, PostgreSQL as it comes",
        compose="2.12.2",
        redash="10.1.0",
        redis_image="redis:5.0-alpine",
        prepared=False,
    ),
    "official-2018": HostKind(
        'docker-compose 1.22 with version: "2", Redash upgraded to 10.1 since',
        compose="1.22.0",
        version_line='version: "2"\n',
        redash="10.1.0",
        redis_image="redis:3.0-alpine",
        prepared=False,
    ),
    "celery": HostKind(
        "Redash 8, which queues with Celery: refused",
        compose="1.24.1",
        version_line='version: "2"\n',
        redash="8.0.0",
        refused=True,
        redis_image="redis:5.0-alpine",
    ),
    "custom-names": HostKind(
        "services of other names, an image of their own build by digest, a file of their own",
        mounts=(
            "./finance.py:/app/redash/query_runner/finance.py:ro",
            "/etc/localtime:/etc/localtime",
        ),
        services=_NAMES,
        redash_image="registry.example/bi@sha256:" + "ab" * 32,
        image_environment={"REDASH_ALLOW_SCRIPTS_IN_USER_INPUT": "true"},
        project="bi",
    ),
    "redis-password": HostKind(
        "redis with a password, in database 3, and data sources paused there",
        redis_password="pa:ss@w0rd+",
        redis_number=3,
        paused=(2, 4),
    ),
    "named-volume": HostKind("PostgreSQL's data in a named volume", named_volume=True),
    "port-taken": HostKind(
        "PostgreSQL published on the loopback address, with a command of its own",
        postgres_ports="127.0.0.1:5432:5432",
        postgres_command="postgres -c max_connections=300",
        prepared=False,
    ),
    "second-database": HostKind(
        "another PostgreSQL in the same project, which Redash queries", second_database=True
    ),
    "scaled": HostKind("three containers of one service", adhoc_workers=3),
    "podman": HostKind("Podman under docker's name", podman=True, prepared=False),
    "full-settings": HostKind(
        "mail, sign-in, HTTPS and a further runner in the env file",
        environment={
            "REDASH_MAIL_SERVER": "mail.example.com",
            "REDASH_MAIL_DEFAULT_SENDER": "redash@example.com",
            "REDASH_GOOGLE_CLIENT_ID": "an-id.apps.example",
            "REDASH_GOOGLE_CLIENT_SECRET": "a secret: with $odd 'marks' in it",
            "REDASH_ADDITIONAL_QUERY_RUNNERS": "redash.query_runner.python",
            "REDASH_ENFORCE_HTTPS": "true",
        },
    ),
}
"""``OLD_HOST=name`` chooses one for a rehearsal."""
