"""The mailbox: one file per e-mail that SNS sends."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from rehearsal.cloud.journal import now


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to one subscriber."""

    at: str
    topic: str
    to: str
    subject: str
    text: str
    attributes: dict[str, str]


class Mailbox:
    """Keeps e-mails, as 0001.eml for people and 0001.json for programs."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._count = itertools.count(1)
        self._mails: list[Mail] = []
        self._arrived = threading.Condition()

    def deliver(
        self, topic: str, to: str, subject: str, text: str, attributes: dict[str, Any]
    ) -> Mail:
        """Put an e-mail into the folder."""
        plain = {name: str(value.get("Value", "")) for name, value in attributes.items()}
        mail = Mail(now(), topic, to, subject, text, plain)
        message = EmailMessage()
        message["From"] = "no-reply@sns.amazonaws.com"
        message["To"] = to
        message["Subject"] = subject.replace("\n", " ") or "AWS Notification Message"
        message.set_content(text)
        with self._arrived:
            path = self.directory / f"{next(self._count):04}"
            path.with_suffix(".eml").write_bytes(message.as_bytes())
            fields = {name: getattr(mail, name) for name in Mail.__slots__}
            content = json.dumps(fields, ensure_ascii=False, indent=1)
            path.with_suffix(".json").write_text(content, encoding="utf-8")
            self._mails.append(mail)
            self._arrived.notify_all()
        return mail

    def mails(self, to: str | None = None) -> list[Mail]:
        """All e-mails so far, or those to one address."""
        with self._arrived:
            return [mail for mail in self._mails if to in (None, mail.to)]

    def wait(self, matching: Callable[[Mail], bool], timeout: float = 30.0) -> Mail:
        """The first e-mail that matches, waiting for it; TimeoutError where none comes."""
        with self._arrived:
            found: list[Mail] = []

            def look() -> bool:
                found[:] = [mail for mail in self._mails if matching(mail)]
                return bool(found)

            if not self._arrived.wait_for(look, timeout):
                raise TimeoutError(f"no such e-mail within {timeout} s")
            return found[0]
