"""The longest row, against what holds it while it is copied or compared."""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.plan import TablePlan
from redash_migration.preflight.asking import listed
from redash_migration.record import Check

COPY_MEMORY_BYTES = 1_600_000_000
"""What a function that copies can hold beside itself; its MemorySize in the template is 1769."""

BYTES_A_ROW = 4
"""How many times a row is in memory while it is copied (measured: 3.8): as libpq received it, as
Python has it, in the block that is sent, and as libpq sends it."""

MOST_BYTES = {"restore": COPY_MEMORY_BYTES // BYTES_A_ROW, "dms": (1 << 30) // 2 - (1 << 20)}
"""The longest row by the table's way. A server makes no value longer than a gigabyte."""


def largest_row(tables: Iterable[TablePlan]) -> Check:
    """FAIL when a row is too large for a function's memory, where we copy it ourselves, or for a
    server to compare it: what a row's hash is made of is up to twice its size."""
    large = [
        f"{table.qualified_name} ({table.largest_row_bytes} bytes, at most {most})"
        for table in tables
        if table.largest_row_bytes > (most := MOST_BYTES[table.method])
    ]
    if large:
        return Check(
            "plan.largest_row",
            "FAIL",
            f"rows too large to be carried: {listed(large)}",
            "Shorten or delete them. A table that is copied by ourselves: or raise MemorySize of"
            " PrecopyTableFunction and RestoreTableFunction, and COPY_MEMORY_BYTES with it.",
        )
    return Check(
        "plan.largest_row",
        "PASS",
        f"no row that was read is larger than {min(MOST_BYTES.values())} bytes",
    )
