"""A JSON object as a text of the table: the same for the same object, and never too long."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from redash_migration.record.reading import object_of


def as_text(value: Mapping[str, Any]) -> str:
    """JSON whose keys are in order: the same object is the same text."""
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)


LARGEST_TEXT = 200_000
"""Bytes of a fact that stands in the table as it is; DynamoDB refuses an item of 400 KB."""


def packed(text: str) -> str:
    """JSON as it is, or, where it is long (thousands of tables), compressed to base64 text."""
    whole = text.encode()
    return text if len(whole) <= LARGEST_TEXT else base64.b64encode(zlib.compress(whole)).decode()


LARGEST_UNPACKED = 20_000_000
"""Bytes of a fact: what unfolds to more was not written here."""


def unpacked(text: str) -> dict[str, Any] | None:
    """What ``packed`` was given; None where it was given nothing of the kind."""
    if text.startswith("{"):
        return object_of(text)
    try:
        whole = zlib.decompressobj().decompress(base64.b64decode(text), LARGEST_UNPACKED)
        return object_of(whole.decode())
    except (ValueError, zlib.error):
        return None
