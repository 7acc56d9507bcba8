"""A directory under a name that the ComposeDirectory parameter takes, wherever the clone lies."""

from __future__ import annotations

import atexit
import os
import re
import tempfile
from pathlib import Path

LONGEST = 100
"""Letters: the parameter's MaxLength in template.yaml."""
PLAIN = re.compile(r"/[A-Za-z0-9._/-]+")
"""The parameter's AllowedPattern."""


class ShortPlace:
    """``path`` is the directory, or a link to it under /tmp where its own name would be refused."""

    def __init__(self, directory: Path) -> None:
        self.path = directory
        self._made: Path | None = None
        if len(str(directory)) <= LONGEST and PLAIN.fullmatch(str(directory)):
            return
        directory.mkdir(parents=True, exist_ok=True)
        self._made = Path(tempfile.mkdtemp(prefix="redash-", dir="/tmp"))
        self.path = self._made / directory.name
        self.path.symlink_to(directory, target_is_directory=True)
        self._owner = os.getpid()
        atexit.register(self.remove)

    def remove(self) -> None:
        """Take the link away again, at the latest at exit; the directory stays."""
        if self._made is not None and os.getpid() == self._owner:
            self.path.unlink(missing_ok=True)
            self._made.rmdir()
            self._made = None
