"""Who may answer, and who is the same person under another name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
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


def plain_address(text: str) -> str | None:
    """One e-mail address and nothing else, in the form in which it is compared; else None.

    Full-width letters are folded (NFKC) and case does not count.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    return folded if _ADDRESS.fullmatch(folded) else None


def same_person(requested_by: str, actor: str) -> bool:
    """Whether the one who started the run is this actor, as far as names can tell.

    ``requested_by`` is what the starter says of themselves: an address, a name or an ARN
    (``arn:aws:sts::1:assumed-role/Admin/ken@example.com``). Two addresses are compared as
    mailboxes (``ken+ops@`` is ``ken@``); anything else by its letters and digits, with the address
    and with what stands before the @. Where only one approval is needed and somebody wants to get
    round this, names can't prevent it: two approvals can.
    """
    said = unicodedata.normalize("NFKC", requested_by).strip().casefold()
    named = re.search(r"<([^<>]*)>\s*$", said)
    said = re.split(r"[/:]", named[1] if named else said)[-1].strip()
    other = unicodedata.normalize("NFKC", actor).strip().removeprefix("slack:").casefold()
    if not said or not other:
        return False
    if "@" in said and "@" in other:
        return _mailbox(said) == _mailbox(other)
    return bool({_letters(said), _letters(_local_part(said))} & {_letters(_local_part(other))})


def _mailbox(address: str) -> tuple[str, str]:
    return _local_part(address), address.rpartition("@")[2]


def _local_part(address: str) -> str:
    """What stands before the @, without a tag behind a plus sign."""
    return address.rpartition("@")[0].partition("+")[0] if "@" in address else address


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())
