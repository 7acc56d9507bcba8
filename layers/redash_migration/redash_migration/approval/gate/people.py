"""Who may answer, and who is the same person under another name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from redash_migration.errors import InvalidInput

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")
_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PLAIN = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455\u0501\u04bb"
    "\u04cf\u051b\u051d\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u0142\u00f8",
    "abekmhopctyxijsdhlqwaeikvoptuxilo",
)
"""Letters of Cyrillic and Greek, and three of Latin, that are read as others (Unicode Technical
Standard 39, "Confusable Detection")."""
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

    Full-width letters are folded (NFKC) and case does not count. It is not plain with letters that
    only look like others (of another alphabet, with a mark), a comment, or a dot too many.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    return folded if _PLAIN.fullmatch(folded) else None


def same_person(requested_by: str, actor: str) -> bool:
    """Whether the one who started the run is this actor, as far as names can tell.

    ``requested_by`` is what the starter says of themselves: an address, a name or an ARN
    (``arn:aws:sts::1:assumed-role/Admin/ken@example.com``). Two addresses are compared as
    mailboxes (``ken+ops@`` and ``k.en@`` are ``ken@``); anything else by its letters and digits,
    with the address and with what stands before the @. What only looks alike counts as alike. Where
    only one approval is needed and somebody wants to get round this, names can't prevent it: two
    approvals can.
    """
    said = _as_read(requested_by)
    named = re.search(r"<([^<>]*)>\s*$", said)
    said = re.split(r"[/:]", named[1] if named else said)[-1].strip()
    other = _as_read(actor).removeprefix("slack:")
    if not said or not other:
        return False
    if "@" in said and "@" in other:
        return _mailbox(said) == _mailbox(other)
    return bool({_letters(said), _letters(_local_part(said))} & {_letters(_local_part(other))})


def _as_read(text: str) -> str:
    """As a reader takes it: without case, width, marks, and what can't be seen."""
    seen = unicodedata.normalize("NFKC", text).strip().casefold().translate(_LOOK_ALIKES)
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", seen)
        if unicodedata.category(letter) not in {"Mn", "Cf"}
    )


def _mailbox(address: str) -> tuple[str, str]:
    local = re.sub(r"\([^()]*\)", "", _local_part(address))
    return _letters(local), address.rpartition("@")[2].strip(".")


def _local_part(address: str) -> str:
    """What stands before the @, without a tag behind a plus sign."""
    return address.rpartition("@")[0].partition("+")[0] if "@" in address else address


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())
