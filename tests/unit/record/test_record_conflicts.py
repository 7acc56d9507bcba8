"""Two write at once, and one of them as a transaction: both are written, whoever came first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.record.table import Condition
from rehearsal.cloud.repairs.services import transaction_conflicts
from tests.record_table import make_table, pretend_to_be_on_aws

OWNER = Condition("OWNER", "OWNER", {"phase": "forward"})
NOTING = Condition("OWNER", "OWNER", {"phase": "forward"}, {"switched": "now"})


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTable]:
    pretend_to_be_on_aws(monkeypatch)
    with mock_aws():
        made = DynamoTable(make_table(), "record")
        made.put_new({"pk": "OWNER", "sk": "OWNER", "phase": "forward"})
        yield made


def _at_work(
    table: DynamoTable, condition: Condition, monkeypatch: pytest.MonkeyPatch
) -> threading.Thread:
    """A transaction under a condition that writes the entry "first"; it holds both by now."""
    held = threading.Event()

    def hold() -> None:
        held.set()
        time.sleep(0.3)

    monkeypatch.setattr(transaction_conflicts, "hold", hold)
    work = threading.Thread(
        target=table.update_under, args=(condition, "m", "first"), kwargs={"values": {"n": 1}}
    )
    work.start()
    assert held.wait(5)
    return work


@pytest.mark.parametrize(
    "write",
    [
        lambda table: table.update("OWNER", "OWNER", values={"n": 2}) is not None,
        lambda table: table.update("m", "first", values={"also": 2}) is not None,
        lambda table: table.put_new({"pk": "m", "sk": "first"}) is False,
        lambda table: table.update_under(OWNER, "m", "second", values={"n": 2}),
        lambda table: table.update_all("m", {"first": {"also": 2}}) is None,
    ],
    ids=["the owner", "the entry", "put_new", "another under the owner", "several at once"],
)
@pytest.mark.parametrize("condition", [OWNER, NOTING], ids=["looks", "notes"])
def test_who_meets_a_transaction_writes_after_it(
    table: DynamoTable,
    write: Callable[[DynamoTable], bool],
    condition: Condition,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = _at_work(table, condition, monkeypatch)
    assert write(table)
    work.join()
    entry = table.get("m", "first")
    assert entry is not None
    assert entry["n"] == 1
