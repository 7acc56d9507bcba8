"""The approval's settings: addresses, people and rules, in a parameter of the stack."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from redash_migration.adapters.clients import client
from redash_migration.settings import Hours, read

SETTINGS_LIFE_SECONDS = 60.0
"""How long the approval's settings are kept in memory: who was taken off the list is off then."""


@dataclass(frozen=True, kw_only=True)
class LinkSecret:
    """Where the keys are that sign links and seal decisions."""

    link_signing_secret_arn: str


@dataclass(frozen=True, kw_only=True)
class ApprovalSettings(LinkSecret):
    """All that stands in the parameter."""

    approval_topic_arn: str
    approval_url: str
    approvers: tuple[str, ...] = ()
    slack_webhook_secret_arn: str = ""
    slack_signing_secret_arn: str = ""
    slack_approvers: tuple[str, ...] = ()
    approval_timeout_hours: Hours
    confirm_timeout_hours: Hours
    required_approvals: int
    allow_self_approval: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """The parameter's name, in functions that are told it."""

    approval_settings: str = ""


def approval_settings() -> ApprovalSettings:
    """Who decides, by which rules, and how people are reached."""
    return _read(ApprovalSettings)


def link_secret() -> str:
    """The ARN of the keys' secret; functions that need nothing else are told it by a variable."""
    return _read(LinkSecret).link_signing_secret_arn


Kind = TypeVar("Kind")


def _read(kind: type[Kind]) -> Kind:
    """Addresses and people can be more than an environment has room for (4 KB). A variable of the
    same name counts before the parameter's entry."""
    place = read(Place).approval_settings
    period = int(time.monotonic() // SETTINGS_LIFE_SECONDS)
    return read(kind, {**(_parameter(place, period) if place else {}), **os.environ})


@cache
def _parameter(name: str, period: int) -> dict[str, str]:  # noqa: ARG001 - makes the cache expire
    found = json.loads(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    return {str(key): str(value) for key, value in found.items()}
