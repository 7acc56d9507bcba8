"""Whoever started it is asked once to hear how it ends; what is known is written down."""

from __future__ import annotations

from typing import Literal

import pytest

from redash_migration.approval.desk import NotSent
from redash_migration.approval.starter import reach_starter, reached
from redash_migration.record import Record
from redash_migration.record.table import RecordTable

APPROVERS = ("Hana@example.com", "ken@example.com")


class Topic:
    """Subscriptions as SNS keeps them: asked for, they are pending until somebody confirms."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.states: dict[str, Literal["confirmed", "pending"]] = {}
        self.mails: list[str] = []
        self._refuses = refuses

    def subscribed(self, address: str) -> Literal["confirmed", "pending", ""]:
        return self.states.get(address, "")

    def subscribe(self, address: str) -> None:
        if self._refuses:
            raise NotSent("SNS: InvalidParameter")
        self.states[address] = "pending"
        self.mails.append(address)


def started(table: RecordTable, by: str) -> Record:
    record = Record(table, "redash-20261123-013005")
    record.put_fact("request", {"requested_by": by})
    return record


def events(record: Record) -> list[str]:
    return [one["event"] for one in record.audit_trail()]


def test_an_address_is_asked_once_and_then_left_alone(table: RecordTable) -> None:
    record, topic = started(table, "Starter@example.com"), Topic()
    for _ in range(3):
        reach_starter(record, APPROVERS, topic)
    # SNS forgets a subscription that nobody confirmed: that is an answer too.
    topic.states.clear()
    reach_starter(record, APPROVERS, topic)
    assert topic.mails == ["starter@example.com"]
    assert reached(record) == "asked"
    topic.states["starter@example.com"] = "confirmed"
    reach_starter(record, APPROVERS, topic)
    assert reached(record) == "confirmed"
    assert events(record) == ["starter.asked", "starter.confirmed"]


@pytest.mark.parametrize(
    ("by", "state", "known"),
    [
        ("starter@example.com", "confirmed", "confirmed"),
        ("starter@example.com", "pending", "asked"),
        ("hana@EXAMPLE.com", "", "approver"),
        ("Ken Sato <ken@example.com>", "", "no_address"),
        ("arn:aws:sts::1:assumed-role/Admin/ken", "", "no_address"),
        ("", "", "no_address"),
    ],
)
def test_nobody_is_asked_without_need(
    table: RecordTable, by: str, state: Literal["confirmed", "pending", ""], known: str
) -> None:
    record, topic = started(table, by), Topic()
    if state:
        topic.states[by] = state
    reach_starter(record, APPROVERS, topic)
    assert (reached(record), topic.mails) == (known, [])
    assert events(record) == [f"starter.{known}"]


def test_an_address_that_sns_refuses_is_not_tried_again(table: RecordTable) -> None:
    record = started(table, "starter@example.com")
    for _ in range(2):
        reach_starter(record, APPROVERS, Topic(refuses=True))
    assert events(record) == ["starter.refused"]
