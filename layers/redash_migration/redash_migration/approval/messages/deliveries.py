"""Messages that were sent, so that each goes to each recipient once, and a failed one again.

A sender claims a message before sending it. A claim that led to nothing (the function crashed, the
service failed) can be taken again after a while, a few times: so a message is sent at least once
where its channel works, and twice only when a function dies between sending and noting it. A
failure that was noted is followed by another try within a minute, the next after two, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from redash_migration.clock import moment, stamp
from redash_migration.record.table import RecordTable

PATIENCE = timedelta(minutes=3)
"""For a claim that nobody noted the end of."""
REST = timedelta(seconds=50)
"""After a failure, times the attempts; whoever looks comes by each minute."""
ATTEMPTS = 7


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one message to one recipient; ``attempts`` counts from 1."""

    pk: str
    sk: str
    attempts: int


class Deliveries:
    """The messages about one thing: a gate, by its id, or a migration's ending.

    ``occasion``: request, reminder-50, reminder-90, planned, unplanned, outcome; or the status.
    """

    def __init__(self, table: RecordTable, migration_id: str, about: str) -> None:
        self._table = table
        self._pk = migration_id
        self._prefix = f"MESSAGE#{about}#"

    def claim(self, occasion: str, recipient: str, now: datetime) -> Claim | None:
        """The claim, or None when it was sent, is being sent, or has failed too often."""
        sk = f"{self._prefix}{occasion}#{recipient}"
        fresh = self._table.put_new(
            {
                "pk": self._pk,
                "sk": sk,
                "claimed_at": stamp(now),
                "attempts": 1,
                "sent_at": "",
                "failure": "",
            }
        )
        if fresh:
            return Claim(self._pk, sk, 1)
        item = self._table.get(self._pk, sk)
        if item is None or item["sent_at"] or int(item["attempts"]) >= ATTEMPTS:
            return None
        rest = REST * int(item["attempts"]) if item["failure"] else PATIENCE
        if now - moment(str(item["claimed_at"])) < rest:
            return None
        taken = self._table.update(
            self._pk,
            sk,
            values={"claimed_at": stamp(now), "failure": ""},
            add={"attempts": 1},
            expected={"attempts": item["attempts"], "sent_at": ""},
        )
        return None if taken is None else Claim(self._pk, sk, int(taken["attempts"]))

    def sent(self, claim: Claim, now: datetime) -> None:
        """The channel took the message."""
        self._table.update(claim.pk, claim.sk, values={"sent_at": stamp(now), "failure": ""})

    def failed(self, claim: Claim, failure: str) -> None:
        """The channel refused the message; a later claim tries again."""
        self._table.update(claim.pk, claim.sk, values={"failure": failure[:500]})

    def reached(self, occasion: str) -> list[str]:
        """Recipients whose channel took the message of this occasion."""
        return [
            str(item["sk"]).rpartition("#")[2]
            for item in self._table.query(self._pk, f"{self._prefix}{occasion}#")
            if item["sent_at"]
        ]
