"""What the preflight says of a later return: room on the old host, and the old Redash's port."""

from __future__ import annotations

import socket

import pytest

from redash_migration.plan import TablePlan
from redash_migration.preflight.source.room import Room
from redash_migration.preflight.way_back import redash_reachable, room_for_return

GIGABYTE = 1 << 30
TABLE = TablePlan("public", "events", "dms", 10_000_000, 0, 0, 0, ("id",), ())


@pytest.mark.parametrize(
    ("free", "budget", "expected"),
    [
        (10 * GIGABYTE, 5 * GIGABYTE, "PASS"),
        (5 * GIGABYTE, 5 * GIGABYTE - 1, "WARN"),
        (5 * GIGABYTE, None, "PASS"),
        (None, GIGABYTE, "WARN"),
    ],
)
def test_room_is_what_the_wal_budget_leaves(
    free: int | None, budget: int | None, expected: str
) -> None:
    check = room_for_return([TABLE], Room(free, budget, ()))
    assert check.status == expected
    assert check.remedy or expected == "PASS"


def test_the_old_port_is_tried_where_the_load_balancer_would_send_users() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        open_port = {"host": "i-0123456789abcdef0", "port": port}
        passed = redash_reachable([open_port], "127.0.0.1")
        assert passed is not None
        assert passed.status == "PASS"
    found = redash_reachable([{"host": "127.0.0.1", "port": port}], "10.0.0.1")
    assert found is not None
    assert (found.status, f"127.0.0.1:{port}" in found.detail) == ("WARN", True)
    assert redash_reachable([], "127.0.0.1") is None
