"""Whoever started it hears how it ended: by mail, once that person has confirmed a subscription.

SNS sends to nobody who has not agreed to it (Amazon SNS, "Subscribe": the owner of an e-mail
endpoint confirms within two days). So the address in ``requestedBy`` is asked once, early, with a
filter by which it gets its own message and no approver's link.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

from redash_migration.approval.desk import NotSent
from redash_migration.approval.gate.people import plain_address
from redash_migration.record.record import Record

Reached = Literal["confirmed", "asked", "approver", "no_address", "refused"]
"""asked: SNS has sent a mail that waits to be confirmed. approver: hears it as one. no_address:
``requestedBy`` is no plain e-mail address. refused: SNS did not take the address."""

FACT = "starter"


class Subscriptions(Protocol):
    """The topic's subscriptions by e-mail."""

    def subscribed(self, address: str) -> Literal["confirmed", "pending", ""]:
        """Whether this address gets the topic's mail for it; empty where it was never asked."""

    def subscribe(self, address: str) -> None:
        """Ask the address, by a mail of SNS, to confirm a subscription; raises NotSent."""


def reach_starter(record: Record, approvers: Collection[str], topic: Subscriptions) -> None:
    """See whether the starter will hear of the end, and ask once; safe to call every minute."""
    before = reached(record)
    if before in {"confirmed", "approver", "no_address", "refused"}:
        return
    starter = plain_address(str((record.fact("request") or {}).get("requested_by", "")))
    now = _reached(starter, approvers, topic, asked=before == "asked")
    if now != before:
        record.put_fact(FACT, {"reached": now})
        record.audit(f"starter.{now}")


def reached(record: Record) -> Reached | None:
    """What is known of it; None before anybody looked."""
    return (record.fact(FACT) or {}).get("reached")


def _reached(
    starter: str | None, approvers: Collection[str], topic: Subscriptions, *, asked: bool
) -> Reached:
    if starter is None:
        return "no_address"
    if starter in {one.casefold() for one in approvers}:
        return "approver"
    state = topic.subscribed(starter)
    if state == "confirmed":
        return "confirmed"
    # Nobody is asked twice: no answer is an answer.
    if not state and not asked:
        try:
            topic.subscribe(starter)
        except NotSent:
            return "refused"
    return "asked"
