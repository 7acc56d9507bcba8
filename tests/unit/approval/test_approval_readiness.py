"""What the preflight says about the approval before hours are spent on the load."""

from __future__ import annotations

import pytest

from redash_migration.approval.assembly import channel_readiness
from redash_migration.approval.gate.readiness import (
    approver_check,
    buttons_check,
    subscription_check,
)

HANA, KEN = "hana@example.com", "ken@example.com"


@pytest.mark.parametrize(
    ("addresses", "slack", "required", "requested_by", "status"),
    [
        ((HANA,), (), 1, "", "PASS"),
        ((HANA,), (), 1, "arn:aws:iam::1:user/hana", "FAIL"),
        ((HANA, KEN), (), 2, "someone", "PASS"),
        ((HANA, KEN), (), 2, "ken", "FAIL"),
        ((HANA, "Hana@example.com"), (), 2, "", "FAIL"),
        ((HANA,), (f"U0KEN:{KEN}",), 2, "", "PASS"),
        ((HANA,), (f"U0HANA:{HANA}",), 2, "", "FAIL"),
        ((), ("U0KEN",), 1, "", "PASS"),
        ((), ("U0KEN",), 1, "someone", "FAIL"),
        ((), ("U0KEN", "U0HANA"), 2, "", "FAIL"),
        ((), (), 1, "", "FAIL"),
        (("hana",), (), 1, "", "FAIL"),
    ],
)
def test_enough_people_may_agree(
    addresses: tuple[str, ...],
    slack: tuple[str, ...],
    required: int,
    requested_by: str,
    status: str,
) -> None:
    check = approver_check(
        addresses, slack, required=required, allow_self=False, requested_by=requested_by
    )
    assert check.status == status
    assert check.remedy or status == "PASS"


def test_the_starter_counts_where_that_is_allowed() -> None:
    check = approver_check((HANA,), (), required=1, allow_self=True, requested_by=HANA)
    assert check.status == "PASS"


def test_mails_that_will_not_arrive() -> None:
    def status(required: int, **states: str) -> str:
        known = {HANA: states.get("hana", "pending"), KEN: states.get("ken", "pending")}
        return subscription_check(
            (HANA, KEN),
            known,  # type: ignore[arg-type]
            required=required,
            requested_by="",
            allow_self=False,
        ).status

    assert status(1, hana="confirmed", ken="confirmed") == "PASS"
    assert status(1, hana="confirmed") == "WARN"
    assert status(2, hana="confirmed") == "FAIL"
    assert status(1) == "FAIL"
    assert (
        subscription_check((HANA,), {}, required=1, requested_by="", allow_self=False).detail
        == f"not confirmed: {HANA}"
    )


@pytest.mark.parametrize(
    ("secret", "status"),
    [
        ("https://hooks.slack.com/services/T0/B0/x\n", "PASS"),
        ('{"url": "https://hooks.slack.com/services/T0/B0/x"}', "PASS"),
        (" ", "FAIL"),
        ("hooks.slack.com/services/T0/B0/x", "FAIL"),
        ("http://hooks.slack.com/services/T0/B0/x", "FAIL"),
        ('{"webhook": "https://hooks.slack.com/services/T0/B0/x"}', "FAIL"),
        ('{"token": "xoxb-1"}', "FAIL"),
        ("{", "FAIL"),
        ("[]", "FAIL"),
    ],
)
def test_a_channel_that_will_not_take_the_question(secret: str, status: str) -> None:
    check = channel_readiness(lambda: secret)
    assert check.status == status
    assert "services/T0" not in check.detail
    assert "xoxb" not in check.detail


@pytest.mark.parametrize(
    ("secret", "status"),
    [
        ("8f742231b10e8888abcd99yyyzzz85a5", "PASS"),
        ("", "FAIL"),
        ("short", "FAIL"),
        ('{"secret":"8f742231b10e8888abcd99yyyzzz85a5"}', "FAIL"),
    ],
)
def test_buttons_that_nobody_could_prove(secret: str, status: str) -> None:
    check = buttons_check(lambda: secret)
    assert check.status == status
    assert "8f74" not in check.detail
