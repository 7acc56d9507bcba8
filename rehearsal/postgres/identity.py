"""As whom a server runs: PostgreSQL refuses root, so root hands over to an unprivileged user."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CANDIDATES = ("postgres", "nobody")
_ANY_UID = 65534


@dataclass(frozen=True, slots=True)
class Identity:
    """A user id and group id; None means: as oneself."""

    uid: int | None = None
    gid: int | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """For subprocess: run as this user, in no other group."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this user the owner of a path."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Whether the user can enter a directory: its own rights and those of all above it."""
        if self.uid is None:
            return True
        answer = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(path)],
            cwd="/",
            stderr=subprocess.DEVNULL,
            check=False,
            **self.popen_arguments(),
        )
        return answer.returncode == 0


def server_identity() -> Identity:
    """Oneself, or for root an unprivileged user of this machine."""
    if os.geteuid() != 0:
        return Identity()
    for name in _CANDIDATES:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        if 0 < user.pw_uid < 2**31:
            return Identity(user.pw_uid, user.pw_gid)
    return Identity(_ANY_UID, _ANY_UID)


def short_directory(identity: Identity) -> Path:
    """A private directory with a short path (a socket's is limited to 103 bytes), gone at exit."""
    path = Path(tempfile.mkdtemp(prefix="rpg-", dir="/tmp"))
    identity.give(path)
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(path, ignore_errors=True)

    atexit.register(remove)
    return path
