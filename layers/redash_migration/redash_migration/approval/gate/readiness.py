"""Checks for the preflight: can the question be answered when it is asked, hours from now?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from redash_migration.approval.gate.people import approvers, same_person, slack_approvers
from redash_migration.errors import InvalidInput
from redash_migration.record.checks import Check

Subscription = Literal["confirmed", "pending"]

_PEOPLE = "approval.approvers"
_MAIL = "approval.subscriptions"
_CHANNEL = "approval.slack"
_BUTTONS = "approval.slack_buttons"

_SIGNING_SECRET = re.compile(r"[A-Za-z0-9]{16,128}", re.ASCII)
"""Slack gives 32 letters and digits; JSON or a blank is somebody's mistake."""


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


def channel_check(refused: str, *, down: bool) -> Check:
    """Whether the channel will take the question, as far as that is seen without posting.

    ``refused`` says why not, empty where it will; ``down``: it does not answer just now.
    """
    if down:
        return Check(
            _CHANNEL,
            "WARN",
            refused,
            "Mail reaches the approvers all the same. See that Slack answers before the question "
            "comes; the next preflight asks again.",
        )
    if refused:
        return Check(
            _CHANNEL,
            "FAIL",
            refused,
            "Write the webhook's address into the secret of SlackWebhookSecretArn, or "
            '{"token": "xoxb-...", "channel": "C..."} of a bot that is in the channel; or leave '
            "the parameter empty.",
        )
    return Check(_CHANNEL, "PASS", "the secret leads to Slack")


def buttons_check(secret: Callable[[], str]) -> Check:
    """Whether a pressed button can be proved to come from Slack."""
    try:
        said = "" if _SIGNING_SECRET.fullmatch(secret()) else "it holds no signing secret of Slack"
    except Exception as error:
        said = f"it can't be read: {type(error).__name__}"
    if not said:
        return Check(_BUTTONS, "PASS", "the signing secret is there")
    return Check(
        _BUTTONS,
        "FAIL",
        f"the secret of SlackSigningSecretArn: {said}",
        "Write the app's Signing Secret (Slack, Basic Information) into it, as plain text alone.",
    )
