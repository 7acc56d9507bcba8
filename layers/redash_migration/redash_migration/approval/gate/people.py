"""Who may answer, and who is the same person under another name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from redash_migration.errors import InvalidInput

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,20}")


@dataclass(frozen=True, slots=True)
class Approver:
    """A person who gets a link. ``key`` stands for the address in links."""

    key: str
    address: str


@dataclass(frozen=True, slots=True)
class SlackApprover:
    """A person who may press buttons in Slack; ``address`` says whom of the approvers it is."""

    user_id: str
    address: str = ""

    @property
    def actor(self) -> str:
        """The name under which the answer is kept: the address where it is known."""
        return self.address or f"slack:{self.user_id}"


def approvers(addresses: Iterable[str]) -> tuple[Approver, ...]:
    """Approvers in the order of the setting, each once; InvalidInput names a bad address."""
    found: dict[str, Approver] = {}
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise InvalidInput(f"APPROVERS: {address[:80]!r} is not an e-mail address")
        key = hashlib.sha256(address.lower().encode()).hexdigest()[:12]
        found.setdefault(key, Approver(key, address))
    return tuple(found.values())


def slack_approvers(entries: Iterable[str]) -> tuple[SlackApprover, ...]:
    """``U0123ABCD`` or ``U0123ABCD:person@example.com``; InvalidInput names a bad entry."""
    found = []
    for entry in entries:
        user_id, _, address = entry.partition(":")
        if not _SLACK_ID.fullmatch(user_id) or (address and not _ADDRESS.fullmatch(address)):
            raise InvalidInput(
                f"SLACK_APPROVERS: {entry[:80]!r} is neither a user id nor id:address"
            )
        found.append(SlackApprover(user_id, address))
    return tuple(found)


def same_person(requested_by: str, actor: str) -> bool:
    """Whether the one who started the run is this actor.

    ``requested_by`` may be an address, a name or an ARN
    (``arn:aws:sts::1:assumed-role/Admin/ken@example.com``): its last part is compared with the
    whole address and with what stands before the @, without regard to case.
    """
    name = re.split(r"[/:]", requested_by.strip())[-1].casefold()
    other = actor.strip().removeprefix("slack:").casefold()
    if not name or not other:
        return False
    return name in {other, other.partition("@")[0]} or other == name.partition("@")[0]
