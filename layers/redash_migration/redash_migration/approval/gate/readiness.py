"""Checks for the preflight: can the question be answered when it is asked, hours from now?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from redash_migration.approval.gate.people import approvers, same_person, slack_approvers
from redash_migration.errors import InvalidInput
from redash_migration.record.checks import Check

Subscription = Literal["confirmed", "pending"]

_PEOPLE = "approval.approvers"
_MAIL = "approval.subscriptions"


def approver_check(
    addresses: tuple[str, ...],
    slack: tuple[str, ...],
    *,
    required: int,
    allow_self: bool,
    requested_by: str,
) -> Check:
    """Whether enough different people may agree; ``slack`` are the accounts whose buttons count.

    An account without an address is nobody in particular: it only counts where one approval is
    enough and it does not matter who started the run.
    """
    try:
        people = {person.address.casefold() for person in approvers(addresses)}
        accounts = slack_approvers(slack)
    except InvalidInput as error:
        return Check(_PEOPLE, "FAIL", str(error), "Correct the parameter of the stack.")
    people |= {account.address.casefold() for account in accounts if account.address}
    able = {one for one in people if allow_self or not same_person(requested_by, one)}
    unnamed = [account for account in accounts if not account.address]
    anybody = required == 1 and (allow_self or not requested_by)
    if len(able) >= required or (unnamed and anybody):
        return Check(_PEOPLE, "PASS", f"{len(able)} can approve, {required} needed")
    return Check(
        _PEOPLE,
        "FAIL",
        f"{len(able)} can approve, {required} needed",
        "Name more people in Approvers; who started the migration counts only with "
        "AllowSelfApproval.",
    )


def subscription_check(
    addresses: tuple[str, ...],
    subscriptions: Mapping[str, Subscription],
    *,
    required: int,
    requested_by: str,
    allow_self: bool,
) -> Check:
    """Whether the approvers will get their mail: SNS sends nothing before a person confirmed."""
    known = {address.casefold(): state for address, state in subscriptions.items()}
    waiting = [address for address in addresses if known.get(address.casefold()) != "confirmed"]
    if not waiting:
        return Check(_MAIL, "PASS", f"{len(addresses)} subscriptions confirmed")
    reached = [
        address
        for address in addresses
        if address not in waiting and (allow_self or not same_person(requested_by, address))
    ]
    return Check(
        _MAIL,
        "WARN" if len(reached) >= required else "FAIL",
        f"not confirmed: {', '.join(waiting)}",
        "Each of them opens the mail 'AWS Notification - Subscription Confirmation' and confirms.",
    )
