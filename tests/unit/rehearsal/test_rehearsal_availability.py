"""Outages out of answers and failures."""

from __future__ import annotations

import errno
import time
from pathlib import Path
from typing import Any

import pytest

from rehearsal.workload import Workload
from rehearsal.workload.availability import Availability
from rehearsal.workload.ledger import Ledger, Outage, read_ledger


def test_an_outage_lasts_from_the_first_failure_to_the_next_answer(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.ndjson")
    availability = Availability(ledger)
    now = time.time()
    availability.answered(now - 9)
    assert availability.unavailable_seconds == 0
    availability.failed(now - 5)
    availability.failed(now - 4)
    availability.answered(now - 6)  # asked before the failure: says nothing
    assert availability.down
    availability.answered(now - 1)
    availability.close()
    ledger.close()
    (outage,) = list(read_ledger(tmp_path / "ledger.ndjson"))
    assert isinstance(outage, Outage)
    assert outage.began == pytest.approx(now - 5)
    assert availability.unavailable_seconds == pytest.approx(outage.seconds)


def test_an_outage_that_does_not_end_counts_as_well(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.ndjson")
    availability = Availability(ledger)
    availability.failed(time.time() - 3)
    assert availability.unavailable_seconds >= 3
    availability.close()
    ledger.close()
    assert len(list(read_ledger(tmp_path / "ledger.ndjson"))) == 1


def test_a_full_disk_ends_the_users_without_a_word(tmp_path: Path) -> None:
    class Writer:
        def act(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    workload = Workload("http://127.0.0.1:9", tmp_path / "ledger.ndjson", "key")
    writer: Any = Writer()
    workload._work(writer)
    workload.stop()
    assert workload.unable is not None
    assert workload.unable.errno == errno.ENOSPC
