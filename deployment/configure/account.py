"""The account as boto3 shows it: plain lists, page by page, and what is not to be seen is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError


class Account:
    """``client``: a service's name -> its boto3 client, in the region that is looked over."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.unseen: list[str] = []
        self.absent: list[str] = []

    def each(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """All entries that an operation lists under ``key``.

        Where the caller may not ask, there are none, and ``unseen`` says so; where what was asked
        about does not exist, ``absent``.
        """
        client = self.client(service)
        try:
            if client.can_paginate(operation):
                for page in client.get_paginator(operation).paginate(**arguments):
                    yield from page.get(key, [])
            else:
                yield from getattr(client, operation)(**arguments).get(key, [])
        except ClientError as error:
            told = error.response.get("Error", {})
            code = told.get("Code", "")
            if "AccessDenied" in code or "UnauthorizedOperation" in code:
                self.unseen.append(f"{service}: {operation}")
            elif "NotFound" in code:
                self.absent.append(f"{operation}: {told.get('Message', code)}")
            else:
                raise

    def one(self, service: str, operation: str, key: str, **arguments: Any) -> dict[str, Any]:
        """The entry that is named in the arguments; empty where it isn't there, or not shown."""
        return next(self.each(service, operation, key, **arguments), {})

    def tagged(self, tags: list[dict[str, str]]) -> str:
        """The tag Name, or nothing."""
        return next((tag["Value"] for tag in tags if tag["Key"] == "Name"), "")
