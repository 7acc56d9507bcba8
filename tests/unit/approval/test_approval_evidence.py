"""What is material: a ticking figure is not, whatever would make one think again is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import (
    Finding,
    NewSide,
    Pause,
    SourceDisk,
    Stream,
    TableEvidence,
)
from redash_migration.approval.evidence.sizes import size_class

TABLES = (
    TableEvidence("events", "dms", 1000, 10_000, "Validated"),
    TableEvidence("queries", "restore", 10, 100, "", (("search_vector", "tsvector", "no"),)),
)
SIDE = NewSide("2026-11-23T01:30:00Z", (("smoke.ping", "PASS"),), 2, 2, 0, 12, 40.0, "")
EVIDENCE = Evidence(
    purpose="RequestApproval",
    migration_id="redash-20261123-013005",
    source_version=16,
    target_version=18,
    required=1,
    requested_by="ken",
    tables=TABLES,
    findings=(Finding("source.disk", "WARN", "little room: 12.5 GB", "free 30 GB"),),
    passed=40,
    pause=Pause(38.0, {"restore": 12.0}, 600),
    stream=Stream(0.8, True, ""),
    disk=SourceDisk(1000, 10_000, 90_000, 30.0, "PASS", ""),
    new_side=SIDE,
)


@given(
    lag=st.floats(0, 60),
    held=st.integers(0, 10**12),
    hours=st.floats(0, 1e6),
    pause=st.floats(20.1, 50),
    writes=st.integers(11, 20),
    rows=st.integers(501, 1000),
    room=st.integers(11, 20),
    validation=st.sampled_from(["Validated", "Pending records", "Pending revalidation"]),
)
def test_ticking_figures_change_nothing(**now: Any) -> None:
    ticked = replace(
        EVIDENCE,
        passed=41,
        stream=replace(EVIDENCE.stream, lag_seconds=now["lag"], as_of="later"),
        disk=replace(
            EVIDENCE.disk, wal_held_bytes=now["held"], hours_left=now["hours"], as_of="later"
        ),
        pause=replace(EVIDENCE.pause, seconds=now["pause"]),
        new_side=replace(SIDE, writes=now["writes"], as_of="later"),
        tables=(replace(TABLES[0], rows=now["rows"], validation=now["validation"]), TABLES[1]),
        findings=(replace(EVIDENCE.findings[0], detail=f"little room: {now['room']} GB"),),
    )
    assert ticked.hash == EVIDENCE.hash


@pytest.mark.parametrize(
    "changed",
    [
        replace(EVIDENCE, purpose="ConfirmCutover"),
        replace(EVIDENCE, migration_id="redash-20261123-013006"),
        replace(EVIDENCE, target_version=17),
        replace(EVIDENCE, required=2),
        replace(EVIDENCE, findings=()),
        replace(EVIDENCE, findings=(Finding("source.disk", "FAIL"),)),
        replace(EVIDENCE, findings=(replace(EVIDENCE.findings[0], detail="little room: 900 GB"),)),
        replace(EVIDENCE, findings=(replace(EVIDENCE.findings[0], detail="no room: 12.5 GB"),)),
        replace(EVIDENCE, findings=(replace(EVIDENCE.findings[0], remedy="free 300 GB"),)),
        replace(EVIDENCE, tables=(replace(TABLES[0], rows=5_000_000), TABLES[1])),
        replace(EVIDENCE, tables=(replace(TABLES[0], bytes=10**12), TABLES[1])),
        replace(EVIDENCE, pause=Pause(38.0, {"restore": 12.0}, 60)),
        replace(EVIDENCE, findings=(*EVIDENCE.findings, Finding("x", "WARN"))),
        replace(EVIDENCE, pause=Pause(61.0, {}, 600)),
        replace(EVIDENCE, pause=Pause(None, {}, 600)),
        replace(EVIDENCE, stream=Stream(60.1, True, "")),
        replace(EVIDENCE, stream=Stream(None, True, "")),
        replace(EVIDENCE, stream=Stream(0.8, False, "")),
        replace(EVIDENCE, disk=replace(EVIDENCE.disk, verdict="WARN")),
        replace(EVIDENCE, tables=TABLES[:1]),
        replace(EVIDENCE, tables=(replace(TABLES[0], validation="Mismatched records"), TABLES[1])),
        replace(EVIDENCE, tables=(replace(TABLES[0], method="restore"), TABLES[1])),
        replace(EVIDENCE, new_side=replace(SIDE, writes=0)),
        replace(EVIDENCE, new_side=replace(SIDE, writes=200)),
        replace(EVIDENCE, new_side=replace(SIDE, healthy_targets=1)),
        replace(EVIDENCE, new_side=replace(SIDE, healthy_targets=0)),
        replace(EVIDENCE, new_side=replace(SIDE, errors=3)),
        replace(EVIDENCE, new_side=replace(SIDE, smoke=(("smoke.ping", "FAIL"),))),
        replace(EVIDENCE, new_side=None),
    ],
)
def test_what_matters_changes_the_hash(changed: Evidence) -> None:
    assert changed.hash != EVIDENCE.hash


def test_a_pause_beyond_its_budget_is_another_one() -> None:
    """201 and 499 s are of one order of size; with a budget of 300 s they are not the same."""
    within, beyond = (
        replace(EVIDENCE, pause=Pause(seconds, {}, 300)).hash for seconds in (201.0, 499.0)
    )
    assert within != beyond


def test_order_does_not_matter() -> None:
    findings = (Finding("a", "WARN"), Finding("b", "WARN"))
    one = replace(EVIDENCE, findings=findings, tables=TABLES)
    other = replace(EVIDENCE, findings=findings[::-1], tables=TABLES[::-1])
    assert one.hash == other.hash


def test_unknown_blocks_like_a_failure() -> None:
    assert [Finding("x", status).blocks for status in ("WARN", "FAIL", "UNKNOWN")] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "unknown"), (0, "0"), (0.4, "<=1"), (2, "<=2"), (4, "<=5"), (60, "<=100")],
)
def test_size_class(value: float | None, expected: str) -> None:
    assert size_class(value) == expected
