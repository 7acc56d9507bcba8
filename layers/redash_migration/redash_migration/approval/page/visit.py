"""Who is at the page, and for which question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redash_migration.approval.desk import Desk
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.links.keyring import KeyRing
from redash_migration.approval.page.http import Response
from redash_migration.approval.page.status import status_page
from redash_migration.approval.texts import Texts


@dataclass(frozen=True, slots=True)
class Site:
    """What the page works with. ``desk`` makes the desk of one migration.

    ``approvers`` are those of the stack now: who has been taken off the list since a question was
    asked decides it no more.
    """

    gates: Gates
    approvers: Callable[[], tuple[Approver, ...]]
    keys: Callable[[], KeyRing]
    desk: Callable[[str], Desk]
    clock: Callable[[], datetime]
    language: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at one gate. ``person`` is None for a link that only shows."""

    texts: Texts
    desk: Desk
    gate: Gate
    evidence: Evidence
    person: Approver | None
    link: str
    keys: KeyRing
    now: datetime
    expired: bool = False
    still: bool = False
    """The page is not to renew itself."""

    def status(
        self, code: int, *, gate: Gate | None = None, note: str = "", pending: bool = False
    ) -> Response:
        """How things stand, in place of a question."""
        return status_page(
            self.texts,
            code,
            desk=self.desk,
            gate=gate or self.gate,
            evidence=self.evidence,
            now=self.now,
            note=note,
            pending=pending,
            still=self.still,
        )
