"""Shell scripts for the old host, and how they answer.

A script is plain POSIX sh; it needs docker compose (or docker-compose) and coreutils. What it has
to say goes to standard output as lines of ``@key value``; everything else there is for people.
Run Command keeps 24,000 characters of standard output (AWS Systems Manager User Guide,
"Understanding command outputs"), so an answer stays below that. A script never holds a secret:
commands are shown in the console and in events.
"""

from __future__ import annotations

import shlex

OUTPUT_LIMIT = 24_000

_PRELUDE = r"""set -eu
cd {directory}
if docker compose version >/dev/null 2>&1; then
  compose() {{ docker compose "$@" </dev/null; }}
else
  compose() {{ docker-compose "$@" </dev/null; }}
fi
say() {{ printf '@%s %s\n' "$1" "$2"; }}
running() {{ compose ps --services --filter status=running; }}
is_running() {{ running | grep -qx "$1"; }}
"""


def script(directory: str, body: str) -> str:
    """A whole script that works in the compose directory."""
    return _PRELUDE.format(directory=shlex.quote(directory)) + body


def answers(stdout: str) -> dict[str, list[str]]:
    """Key -> values, in their order, of the ``@key value`` lines."""
    found: dict[str, list[str]] = {}
    for line in stdout.splitlines():
        if line.startswith("@"):
            key, _, value = line[1:].partition(" ")
            found.setdefault(key, []).append(value.strip())
    return found


def quoted(names: list[str]) -> str:
    """Names as words of a shell command."""
    return " ".join(shlex.quote(name) for name in names)
