"""Compose files: merged, ordered, with their environments."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from rehearsal.old_host.compose_file import (
    ComposeError,
    Definition,
    Project,
    find_files,
    read_project,
)
from rehearsal.old_host.containers import PlainContainer, server_settings
from rehearsal.old_host.directory import Installation
from rehearsal.old_host.services import Services

INSTALLATION = Installation(
    secret_key="s3cret",
    cookie_secret="c00kie",
    username="postgres",
    password="pw",
    dbname="redash",
    postgres_version=16,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    INSTALLATION.write(tmp_path / "opt" / "redash", data)
    return tmp_path / "opt" / "redash"


def test_the_official_services(directory: Path) -> None:
    project = read_project(find_files(directory))
    assert list(project.services) == [
        "adhoc_worker", "nginx", "postgres", "redis", "scheduled_worker", "scheduler", "server",
        "worker",
    ]  # fmt: skip
    worker = project.services["scheduled_worker"]
    assert worker.image == "redash/redash:25.8.0"
    assert worker.environment["QUEUES"] == "scheduled_queries,schemas"
    assert worker.environment["REDASH_SECRET_KEY"] == "s3cret"
    assert worker.environment["REDASH_DATABASE_URL"] == "postgresql://postgres:pw@postgres/redash"


def test_secrets_do_not_show_in_a_definition(directory: Path) -> None:
    assert "s3cret" not in repr(read_project(find_files(directory)).services["server"])
    assert "s3cret" not in repr(INSTALLATION)


def test_services_come_after_what_they_depend_on(directory: Path) -> None:
    project = read_project(find_files(directory))
    ordered = project.in_order()
    assert ordered.index("postgres") < ordered.index("server") < ordered.index("nginx")
    assert project.in_order(["nginx"]) == ["nginx"]
    assert set(project.in_order(["nginx"], dependencies=True)) == {
        "nginx", "server", "redis", "postgres",
    }  # fmt: skip
    with pytest.raises(ComposeError, match="no such service: nix"):
        project.in_order(["nix"])


def test_an_override_changes_what_it_names_and_nothing_else(directory: Path) -> None:
    before = read_project(find_files(directory)).services
    override = directory / "docker-compose.override.yml"
    override.write_text(
        "services:\n"
        "  postgres:\n"
        "    command: postgres -c wal_level=logical\n"
        "    ports: ['5432:5432']\n"
        "  server:\n"
        "    environment: [REDASH_WEB_WORKERS=8]\n"
    )
    assert find_files(directory / "postgres-data")[-1] == override
    after = read_project(find_files(directory)).services
    assert server_settings(after["postgres"].command) == {"wal_level": "logical"}
    assert after["postgres"].image == before["postgres"].image
    assert after["server"].environment["REDASH_WEB_WORKERS"] == "8"
    assert after["server"].environment["REDASH_SECRET_KEY"] == "s3cret"
    assert after["worker"] == before["worker"]


def test_no_compose_file(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="no configuration file"):
        find_files(tmp_path)


def test_a_broken_file_is_named(directory: Path) -> None:
    file = directory / "docker-compose.override.yml"
    file.write_text("services: [")
    with pytest.raises(ComposeError, match=str(file)):
        read_project(find_files(directory))


def test_settings_in_all_spellings() -> None:
    command = ("postgres", "-c", "wal_level=logical", "-cfsync=off", "--max-wal-senders=10", "-i")
    assert server_settings(command) == {
        "wal_level": "logical",
        "fsync": "off",
        "max_wal_senders": "10",
    }


def test_a_container_that_only_makes_the_tables_is_over_and_has_given_its_port_back() -> None:
    """An anchor that all share publishes the port of each: what has ended holds it no longer."""
    services = Services(lambda _: PlainContainer())
    for command in ("create_db", "manage database create_tables", "sh -c './manage.py db upgrade'"):
        services.up(
            Project(
                Path(),
                {},
                {
                    name: Definition(name, "redash", words, {}, (), ("5000:5000",))
                    for name, words in (
                        ("first", tuple(shlex.split(command))),
                        ("server", ("sh", "-c", "./manage.py db upgrade && exec gunicorn")),
                    )
                },
            )
        )
        assert [one.state for one in services.created()] == ["exited", "running"], command
        services.stop(None, ["server"], 0)
        services.remove(["first", "server"])
