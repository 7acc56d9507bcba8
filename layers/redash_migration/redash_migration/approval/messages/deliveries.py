"""Messages that were sent, so that each goes to each recipient once, and a failed one again.

A sender claims a message before sending it. A claim that led to nothing (the function crashed, the
service failed) can be taken again after a while, a few times: so a message is sent at least once
where its channel works, and twice only when a function dies between sending and noting it. A
failure that was noted is followed by another try within a minute, the next after two, and so on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from redash_migration.approval.desk import Posted
from redash_migration.clock import moment, stamp
from redash_migration.record.reading import number_of, text_of, time_of
from redash_migration.record.table import RecordTable, Value

PATIENCE = timedelta(minutes=3)
"""For a claim that nobody noted the end of."""
REST = timedelta(seconds=50)
"""After a failure, times the attempts; whoever looks comes by each minute."""
ATTEMPTS = 7

_KIND = "MESSAGE#"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one message to one recipient; ``attempts`` counts from 1."""

    pk: str
    sk: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message that stands in the channel: about what, on which occasion, where."""

    about: str
    occasion: str
    posted: Posted


class Deliveries:
    """The messages about one thing: a gate, by its id, or a migration's ending.

    ``occasion``: request, reminder-50, reminder-90, planned, unplanned, outcome; or the ending's.
    """

    def __init__(self, table: RecordTable, migration_id: str, about: str) -> None:
        self._table = table
        self._pk = migration_id
        self._prefix = f"{_KIND}{about}#"

    def claim(self, occasion: str, recipient: str, now: datetime) -> Claim | None:
        """The claim, or None when it was sent, is being sent, or has failed too often."""
        sk = f"{self._prefix}{occasion}#{recipient}"
        first: dict[str, Value] = {
            "claimed_at": stamp(now),
            "attempts": 1,
            "sent_at": "",
            "failure": "",
        }
        if self._table.put_new({"pk": self._pk, "sk": sk, **first}):
            return Claim(self._pk, sk, 1)
        item = self._table.get(self._pk, sk)
        if item is None or text_of(item, "sent_at"):
            return None
        attempts, claimed_at = number_of(item, "attempts"), time_of(item, "claimed_at")
        if attempts < 1 or not claimed_at:  # no message of ours: it is written over
            return (
                Claim(self._pk, sk, 1) if self._table.update(self._pk, sk, values=first) else None
            )
        rest = REST * attempts if text_of(item, "failure") else PATIENCE
        if attempts >= ATTEMPTS or now - moment(claimed_at) < rest:
            return None
        taken = self._table.update(
            self._pk,
            sk,
            values={"claimed_at": stamp(now), "failure": "", "sent_at": ""},
            add={"attempts": 1},
            expected={name: item.get(name) for name in ("attempts", "sent_at")},
        )
        return None if taken is None else Claim(self._pk, sk, attempts + 1)

    def sent(self, claim: Claim, now: datetime, posted: Posted | None = None) -> None:
        """The channel took the message, and may have told where it stands."""
        place = {} if posted is None else asdict(posted)
        self._table.update(
            claim.pk, claim.sk, values={"sent_at": stamp(now), "failure": "", **place}
        )

    def failed(self, claim: Claim, failure: str) -> None:
        """The channel refused the message; a later claim tries again."""
        self._table.update(claim.pk, claim.sk, values={"failure": failure[:500]})

    def given_up(self, occasion: str, recipient: str, now: datetime) -> str:
        """Why nobody tries to send this any more; empty while somebody does, and where it went."""
        item = self._table.get(self._pk, f"{self._prefix}{occasion}#{recipient}")
        if item is None or text_of(item, "sent_at") or number_of(item, "attempts") < ATTEMPTS:
            return ""
        claimed_at = time_of(item, "claimed_at")
        at_work = not claimed_at or now - moment(claimed_at) < PATIENCE
        gone = "" if at_work else "the last try did not come to its end"
        return text_of(item, "failure") or gone

    def reached(self, occasion: str) -> list[str]:
        """Recipients whose channel took the message of this occasion."""
        return [
            str(item["sk"]).rpartition("#")[2]
            for item in self._table.query(self._pk, f"{self._prefix}{occasion}#")
            if text_of(item, "sent_at")
        ]


def messages(table: RecordTable, migration_id: str) -> list[Message]:
    """What stands in the channel about a migration, as far as the channel told; oldest first."""
    found = []
    for item in table.query(migration_id, _KIND):
        name = str(item["sk"]).removeprefix(_KIND).split("#", 2)
        if text_of(item, "ts") and len(name) == 3:
            place = (text_of(item, field) for field in ("channel", "ts", "thread"))
            found.append(Message(name[0], name[1], Posted(*place)))
    return sorted(found, key=lambda one: one.posted.ts)
