"""Which tables are compared before the freeze as well."""

from __future__ import annotations

LARGE_BYTES = 32 * 1024 * 1024
WIDE_ROW_BYTES = 512
"""What is pre-compared: tables of some size with rows so wide that reading their values costs
much more than reading their keys (docs/performance.md)."""


def worth_precopying(raw_bytes: int, rows: int) -> bool:
    """Whether a table is large and its rows wide enough for the second look to be cheap."""
    return raw_bytes >= LARGE_BYTES and raw_bytes >= WIDE_ROW_BYTES * max(1, rows)
