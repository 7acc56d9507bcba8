"""Which sockets the processes of a rehearsal listen on, as Linux tells it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"


@dataclass(frozen=True, slots=True, order=True)
class Listening:
    """A TCP socket that takes connections."""

    address: str
    port: int


def processes(root: int) -> set[int]:
    """A process and all that it, or what it started, has started."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text("utf-8", "replace")
        except OSError:
            continue  # it has just ended
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found, size = {root}, 0
    while len(found) != size:
        size = len(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found


def listening(root: int) -> set[Listening]:
    """Every TCP socket that a process and its descendants listen on."""
    owned = {inode for pid in processes(root) for inode in _sockets(pid)}
    return {found for inode, found in _table() if inode in owned}


def _sockets(pid: int) -> Iterator[str]:
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                yield target[8:-1]
    except OSError:
        return


def _table() -> Iterator[tuple[str, Listening]]:
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text("utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                yield fields[9], Listening(_plain(address), int(port, 16))


def _plain(address: str) -> str:
    """From words of four bytes, each in this machine's order."""
    words = [address[at : at + 8] for at in range(0, len(address), 8)]
    packed = b"".join(int(word, 16).to_bytes(4, "little") for word in words)
    return str(ipaddress.ip_address(packed))
