"""A new cluster's directory: initdb, where its user can reach it, with its settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rehearsal.postgres.identity import Identity
from rehearsal.postgres.settings import HOST_BASED_AUTHENTICATION, configuration


class ClusterError(RuntimeError):
    """A server that could not be made, started or stopped; holds the end of its log."""


_FOR_PASSWORDS = ("scram_iterations",)
"""Settings that the first password is made with."""


def initialise(
    bin_dir: Path,
    data_dir: Path,
    *,
    identity: Identity,
    room: Path,
    superuser: str,
    password: str,
    settings: Mapping[str, str],
) -> Path:
    """Makes the cluster and returns where its programs are.

    What the server's user can't reach lives in `room` instead: a copy of the programs, and the
    data behind a link. Raises ClusterError with what initdb said.
    """
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    if not identity.can_reach(bin_dir):
        bin_dir = _copied(bin_dir, room / "programs")
    if identity.can_reach(data_dir.parent):
        data_dir.mkdir(mode=0o700, exist_ok=True)
    else:
        real = room / "data"
        real.mkdir(mode=0o700)
        data_dir.symlink_to(real)
    identity.give(data_dir.resolve())
    with tempfile.NamedTemporaryFile("w", dir=room, prefix="pw-", encoding="utf-8") as file:
        file.write(password + "\n")
        file.flush()
        identity.give(Path(file.name))
        made = subprocess.run(
            [
                str(bin_dir / "initdb"),
                f"--pgdata={data_dir.resolve()}",
                f"--username={superuser}",
                f"--pwfile={file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                *(f"--set={one}={settings[one]}" for one in _FOR_PASSWORDS if one in settings),
            ],
            cwd="/",
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
            **identity.popen_arguments(),
        )
    if made.returncode:
        raise ClusterError(f"initdb in {data_dir} failed: {made.stderr.strip()}")
    (data_dir / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION)
    with (data_dir / "postgresql.conf").open("a") as conf:
        conf.write(configuration(settings))
    return bin_dir


def _copied(bin_dir: Path, room: Path) -> Path:
    """A copy of an installation in the folders it had: a wheel's finds its libraries by them."""
    installation = bin_dir.parent
    package = installation.parent
    libraries = package.with_name(package.name + ".libs")
    home = room / package.name / installation.name
    shutil.copytree(installation, home, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, room / libraries.name)
    return home / bin_dir.name


def clean_environment() -> dict[str, str]:
    """Without PG* variables of the caller, in English, so that messages can be read by tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "LANG": "C"}
