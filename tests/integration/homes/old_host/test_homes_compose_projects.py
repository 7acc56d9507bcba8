"""Several Compose projects on one host: which is Redash's, and what of others belongs to it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from docs_generator.host_document import whole_script

SCRIPT = whole_script(Path(__file__).parents[4])
LOOK = SCRIPT[SCRIPT.index("set -eu") : SCRIPT.index("case $action in")]
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)] or ["sh"]

STUB = """#!/bin/sh
# docker, with the containers of a file: id|name|project|directory|service|what it runs|address
case $1 in
  ps) cut -d'|' -f1 "$CONTAINERS" ;;
  inspect)
    case $* in
      *Config.Env*) for last; do :; done
        grep "^$last|" "$CONTAINERS" | awk -F'|' '{ print "[\\"REDASH_DATABASE_URL=" $7 "\\"]" }' ;;
      *) awk -F'|' -v OFS='|' '{ print $1, "/" $2, "true", $3, $4, $5, "image",
        "null [\\"" $6 "\\"]" }' "$CONTAINERS" ;;
    esac ;;
esac
"""
SERVER = "a1|{0}-server-1|{0}|{1}|server|server|postgresql://u:p@{2}/redash"


def ours(tmp_path: Path, shell: str, containers: list[str], directory: Path) -> str:
    """Names and roles of what the script takes for this Redash, or why it takes nothing."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    docker = tmp_path / "bin" / "docker"
    docker.write_text(STUB)
    docker.chmod(0o755)
    (tmp_path / "containers").write_text("".join(f"{one}\n" for one in containers))
    done = subprocess.run(
        [shell, "-s"],
        input=f"directory='{directory}' database_text= role_text=\n{LOOK}\n"
        'printf "%s\\n" "$ours" | cut -d"|" -f1,3 >&3',
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
            "CONTAINERS": str(tmp_path / "containers"),
        },
        timeout=30,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_directory_that_is_a_link_is_the_one_it_leads_to(tmp_path: Path, shell: str) -> None:
    real, link, other = tmp_path / "data" / "bi", tmp_path / "redash", tmp_path / "other"
    real.mkdir(parents=True)
    other.mkdir()
    link.symlink_to(real)
    for named, labelled in ((link, real), (real, link), (link, link)):
        containers = [
            SERVER.format("bi", labelled, "db"),
            SERVER.format("test", other, "db").replace("a1|", "a2|"),
        ]
        assert ours(tmp_path, shell, containers, named) == "server|bi-server-1"


@pytest.mark.parametrize("shell", SHELLS)
def test_two_projects_of_one_directory_are_not_guessed_at(tmp_path: Path, shell: str) -> None:
    place = tmp_path / "redash"
    place.mkdir()
    both = [
        SERVER.format("live", place, "db"),
        SERVER.format("staging", place, "db").replace("a1|", "a2|"),
    ]
    assert "several Redash projects are on this host" in ours(tmp_path, shell, both, place)
    named = [one.replace("live", "redash") for one in both]
    assert ours(tmp_path, shell, named, place) == "server|redash-server-1", "Compose's own name"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_database_of_another_project_is_redash_s_if_its_address_names_it(
    tmp_path: Path, shell: str
) -> None:
    place = tmp_path / "redash"
    place.mkdir()
    databases = ["b1|shared-db|stores|/opt/stores|db|postgres|", "b2|crm-db|crm|/crm|pg|postgres|"]
    for address, expected in (
        ("shared-db:5432", "\ndatabase|shared-db"),  # by the container's name
        ("pg", "\ndatabase|crm-db"),  # by the service's
        ("redash.rds.example", ""),
    ):
        containers = [SERVER.format("redash", place, address), *databases]
        assert ours(tmp_path, shell, containers, place) == f"server|redash-server-1{expected}"
    twice = [
        SERVER.format("redash", place, "db"),
        databases[0],
        databases[1].replace("|pg|", "|db|"),
    ]
    assert ours(tmp_path, shell, twice, place) == "server|redash-server-1", "none is guessed at"


EVERYTHING = [
    "/usr/bin/supervisord -c /etc/supervisor/redash.conf",
    "sh -c ./manage.py rq scheduler & ./manage.py rq worker & exec gunicorn redash.wsgi:app",
    "sh -c exec gunicorn redash.wsgi:app & exec ./manage.py rq worker",
    "sh -c bin/docker-entrypoint scheduler & bin/docker-entrypoint server",
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("runs", EVERYTHING)
def test_one_container_for_every_role_is_refused_with_the_reason(
    tmp_path: Path, shell: str, runs: str
) -> None:
    """Its scheduler can't be stopped while it serves, nor started after it."""
    containers = [f"a1|bi-all-1|bi|/opt/bi|all|{runs}|postgresql://u:p@db/redash"]
    said = ours(tmp_path, shell, containers, tmp_path)
    assert "@problem no container runs a Redash server alone" in said
    assert "bi-all-1" in said


@pytest.mark.parametrize("shell", SHELLS)
def test_a_server_that_is_down_is_no_container_for_every_role(tmp_path: Path, shell: str) -> None:
    said = ours(tmp_path, shell, ["a1|x|p|/p|mail|postfix|"], tmp_path)
    assert said == "@problem no container runs a Redash server; start Redash first"
