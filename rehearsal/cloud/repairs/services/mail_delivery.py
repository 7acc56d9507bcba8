"""Missing: SNS keeps e-mail subscriptions and delivers nothing to them."""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Deliver to the mailbox, filter policies honoured."""
    from moto.sns.models import Subscription

    def publish(self: Any, message: str, message_id: str, **more: Any) -> None:
        if self.protocol not in {"email", "email-json"}:
            deliver(self, message, message_id, **more)
            return
        attributes = more.get("message_attributes")
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(attributes, message):
            return
        if more.get("message_structure") == "json":
            message = self._parse_message_structure(message, self.protocol)
        if hooks.mail is not None:
            subject = more.get("subject") or ""
            hooks.mail(self.topic.arn, self.endpoint, subject, message, attributes or {})

    deliver = replace(Subscription, "publish", publish)
