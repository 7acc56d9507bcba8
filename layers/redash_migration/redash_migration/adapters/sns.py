"""E-mail to approvers through one SNS topic.

Each approver subscribes with a filter policy on the attribute ``approver``; a message carries that
attribute and so reaches one inbox (Amazon SNS Developer Guide, "Message filtering").
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redash_migration.approval.desk import NotSent

if TYPE_CHECKING:
    from types_boto3_sns.client import SNSClient

    from redash_migration.approval.gate.readiness import Subscription

logger = Logger(service="redash-migration")

_SUBJECT_LIMIT = 99


class SnsMail:
    """One topic."""

    def __init__(self, client: SNSClient, topic_arn: str, notice: str = "") -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._notice = notice

    def send(self, address: str, subject: str, text: str) -> None:
        """Publish for one approver; raises NotSent with the service's error code."""
        if self._notice:
            subject = f"{self._notice.partition(':')[0]} {subject}"
            text = f"{self._notice}\n\n{text}"
        one_line = " ".join(subject.split())
        try:
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=one_line[:_SUBJECT_LIMIT],
                Message=text,
                MessageAttributes={"approver": {"DataType": "String", "StringValue": address}},
            )
        except ClientError as error:
            raise NotSent(f"SNS: {error.response['Error']['Code']}") from None
        except BotoCoreError as error:
            raise NotSent(f"SNS: {type(error).__name__}") from None

    def unreached(self, addresses: Iterable[str], *, quietly: bool = False) -> list[str]:
        """Addresses without a confirmed subscription: SNS takes their mail and drops it.

        Looked up anew each time: a mail scanner follows "Unsubscribe" hours after the preflight.
        The line that is logged raises an alarm. Where SNS doesn't tell, nobody is unreached.
        """
        try:
            known = {one.casefold(): state for one, state in self.subscriptions().items()}
        except (ClientError, BotoCoreError):
            return []
        lost = [one for one in addresses if known.get(one.casefold()) != "confirmed"]
        if lost and not quietly:
            logger.warning("mail reaches not everybody", extra={"unreached_people": len(lost)})
        return lost

    def subscribed(self, address: str) -> Subscription | Literal[""]:
        """Whether this address gets the topic's mail for it; empty where it was never asked."""
        known = {one.casefold(): state for one, state in self.subscriptions().items()}
        return known.get(address.casefold(), "")

    def subscribe(self, address: str) -> None:
        """Ask the address to confirm a subscription to its own messages; raises NotSent."""
        try:
            self._client.subscribe(
                TopicArn=self._topic_arn,
                Protocol="email",
                Endpoint=address,
                Attributes={"FilterPolicy": json.dumps({"approver": [address]})},
                ReturnSubscriptionArn=True,
            )
        except ClientError as error:
            raise NotSent(f"SNS: {error.response['Error']['Code']}") from None

    def subscriptions(self) -> dict[str, Subscription]:
        """E-mail address -> whether its owner confirmed the topic's subscription."""
        found: dict[str, Subscription] = {}
        following = ""
        while True:
            page = self._client.list_subscriptions_by_topic(
                TopicArn=self._topic_arn, NextToken=following
            )
            for entry in page["Subscriptions"]:
                if entry.get("Protocol") == "email":
                    pending = entry.get("SubscriptionArn") == "PendingConfirmation"
                    found[entry["Endpoint"]] = "pending" if pending else "confirmed"
            following = page.get("NextToken", "")
            if not following:
                return found
