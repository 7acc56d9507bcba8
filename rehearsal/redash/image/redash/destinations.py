"""Stands for redash.destinations: the kinds of alert destinations that the image has."""

from __future__ import annotations

import os

KINDS = ("email", "slack", "webhook", "mattermost", "pagerduty", "hangouts_chat")
DISABLED = os.environ.get("REDASH_DISABLED_ALERT_DESTINATIONS", "").split(",")
destinations = {one: one for one in KINDS if f"redash.destinations.{one}" not in DISABLED}
