"""The text of a replication worker's error, which PostgreSQL tells only its server log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_TAIL_BYTES = 65536
_ENTRY = re.compile(r"ERROR:  (?P<message>[^\n]*)\n(?P<more>(?:(?!.*ERROR:  )[^\n]*\n){0,8})")
_TRANSIENT = re.compile(
    r"could not (receive|connect|start|create replication|fetch|send|open)"
    r"|terminating|connection|WAL stream|is shutting down|starting up|server closed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WorkerError:
    """The last error of a subscription's workers."""

    table: str
    message: str
    copying: bool = False
    verb: str = "INSERT"
    lsn: str = ""
    """Where the failed transaction ends; for ALTER SUBSCRIPTION ... SKIP."""
    rows: int = 1
    of_data: bool = False
    """Whether trying again is of no use."""


class ServerLog:
    """The end of a server log, from where it was last read."""

    def __init__(self, log: Path | None) -> None:
        self._log = log
        self._from = 0
        self._text()

    def last_error(self) -> WorkerError | None:
        """The last worker's error since the last look, or None."""
        return last_error(self._text())

    def _text(self) -> str:
        if self._log is None:
            return ""
        try:
            with self._log.open("rb") as file:
                end = file.seek(0, 2)
                file.seek(max(end - _TAIL_BYTES, self._from if self._from <= end else 0))
                self._from = end
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""


def last_error(text: str) -> WorkerError | None:
    """The last worker's error in this part of a log, or None."""
    for found in reversed(list(_ENTRY.finditer(text + "\n"))):
        more = found["more"]
        copy = re.search(r"CONTEXT:  COPY ([^,\s]+), line", more)
        apply = re.search(r'remote data.*message type "(\w+)"', more)
        if not (copy or apply):
            continue
        table = re.search(r'target relation "(?:[^".]+\.)?([^"]+)"', more)
        lsn = re.search(r"finished at ([0-9A-F]+/[0-9A-F]+)", more)
        message = found["message"]
        detail = re.search(r"DETAIL:  ([^\n]+)", more)
        return WorkerError(
            table=copy[1] if copy else table[1] if table else "",
            message=f"{message} ({detail[1]})" if detail else message,
            copying=copy is not None,
            verb=apply[1] if apply else "INSERT",
            lsn=lsn[1] if lsn else "",
            of_data=_TRANSIENT.search(message) is None,
        )
    return None
