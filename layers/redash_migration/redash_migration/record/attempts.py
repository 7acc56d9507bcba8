"""What is still at work: one entry for each run of a step's function, open until it ends.

A function that died, or that nobody waits for any more, leaves its entry open; past its deadline,
the end of its time on Lambda, it can't be at work whatever became of it. An attempt begins in one
transaction with the owner's check: once a migration has turned, no attempt of the other way begins,
and those that had begun are all there to be waited for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from redash_migration.clock import Clock, now, stamp
from redash_migration.record.owner import Acting, refusal
from redash_migration.record.ownership import Ownership
from redash_migration.record.reading import text_of, time_of
from redash_migration.record.table import ConditionNotMet, RecordTable

MARGIN = timedelta(seconds=5)
"""How far the clocks of two functions may differ. A deadline is by Lambda's own clock, whatever
that of the function: it is told when it has to end (``get_remaining_time_in_millis``)."""

LONGEST_SECONDS = 900.0
"""AWS Lambda quotas: no function is at work for longer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a step's function. ``service``: it may change whether users are served.

    ``execution_arn`` is whose run it is, empty in an entry of a time before this was noted.
    """

    key: str
    state: str
    deadline: str
    service: bool
    execution_arn: str = ""

    @property
    def request(self) -> str:
        """The invocation's own id, as AWS Lambda gave it."""
        return self.key.rpartition("#")[2]


class Attempts:
    """The attempts of one migration."""

    def __init__(self, table: RecordTable, migration_id: str, clock: Clock = now) -> None:
        self._table = table
        self._id = migration_id
        self._clock = clock

    def begin(
        self, acting: Acting, state: str, run: str, *, seconds: float, service: bool
    ) -> Attempt:
        """Note that a run begins that may take so many seconds; NotTheOwner when it may not."""
        deadline = stamp(self._clock() + timedelta(seconds=seconds) + MARGIN)
        execution = acting.execution_arn
        attempt = Attempt(f"ATTEMPT#{state}#{run}", state, deadline, service, execution)
        try:
            self._table.update_under(
                acting.condition(),
                self._id,
                attempt.key,
                values={
                    "state": state,
                    "open": True,
                    "deadline": deadline,
                    "service": service,
                    "execution_arn": execution,
                },
            )
        except ConditionNotMet as error:
            raise refusal(acting, Ownership(self._table).last()) from error
        return attempt

    def end(self, attempt: Attempt) -> None:
        """Note that a run has ended."""
        self._table.update(
            self._id, attempt.key, values={"open": False, "ended_at": stamp(self._clock())}
        )

    def ever(self, state: str) -> bool:
        """Whether a run of this state has begun, whatever became of it."""
        return bool(self._table.query(self._id, f"ATTEMPT#{state}#"))

    def how_many(self) -> int:
        """How many runs have begun, whatever became of them."""
        return len(self._table.query(self._id, "ATTEMPT#"))

    def unfinished(self) -> list[Attempt]:
        """Runs that have not ended and may still be at work.

        An entry that no run can have made, of another form or with a deadline beyond all that
        Lambda grants, is none: whoever writes one must not keep users waiting for its end.
        """
        present = self._clock()
        latest = stamp(present + timedelta(seconds=LONGEST_SECONDS) + 2 * MARGIN)
        return [
            Attempt(
                key=str(item["sk"]),
                state=state,
                deadline=text_of(item, "deadline"),
                service=bool(item.get("service", True)),
                execution_arn=text_of(item, "execution_arn"),
            )
            for item in self._table.query(self._id, "ATTEMPT#")
            if item.get("open")
            and (state := text_of(item, "state"))
            and stamp(present) < time_of(item, "deadline") <= latest
        ]
