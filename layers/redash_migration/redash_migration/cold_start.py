"""How long this function needed to get ready: from its process's start to its first invocation."""

from __future__ import annotations

import os
from pathlib import Path

LONGEST = 20.0
"""Seconds; a process that is older was started long before it was needed, and tells nothing."""

_invoked = [False]


def cold_seconds() -> float:
    """Seconds of the cold start; 0 from the second invocation on, and where nobody can tell."""
    if _invoked[0]:
        return 0.0
    _invoked[0] = True
    age = _process_age()
    return age if 0 <= age <= LONGEST else 0.0


def _process_age() -> float:
    """proc(5): field 22 of stat is the start in clock ticks since the system's own."""
    try:
        stat = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        started = int(stat.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
    return uptime - started
