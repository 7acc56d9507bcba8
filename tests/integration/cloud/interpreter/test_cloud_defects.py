"""Every repair is still needed: moto, as installed, still has the defect.

A red test here means that moto has mended something: drop the repair of that name.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud.repairs import ALL, RepairOutdated, apply_all
from rehearsal.cloud.repairs.replacement import ORIGINALS, replace

SCRIPT = Path(__file__).with_name("unmended_moto.py")

SHOWN = [
    "jsonata_evaluator",
    "jsonata_strings",
    "failure_cause",
    "second_answer",
    "token_of_a_retry",
    "heartbeat_without_time_out",
    "heartbeat_by_name",
    "stopping",
    "unmatched_choice",
    "error_codes",
    "definitions",
    "definition_checks",
    "history_pages",
    "execution_names",
    "context_times",
    "described_output",
    "event_delivery",
    "lambda_tasks",
    "undisturbed_transactions",
]


@pytest.fixture(scope="module")
def defects() -> dict[str, Any]:
    """What the installed moto still gets wrong."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, timeout=120, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", SHOWN)
def test_the_defect_is_still_there(defects: dict[str, Any], name: str) -> None:
    assert defects[name] is True


def test_every_defect_shown_is_asked_for(defects: dict[str, Any]) -> None:
    assert sorted(defects) == sorted(SHOWN)


def test_every_repair_names_its_defect() -> None:
    for repair in ALL:
        assert (repair.__doc__ or "").startswith(("Defect", "Missing", "Two", "Three")), repair


def test_repairs_are_made_once() -> None:
    apply_all()
    before = dict(ORIGINALS)
    apply_all()
    assert before == ORIGINALS


def test_a_changed_moto_is_refused() -> None:
    from moto.dms.models import DatabaseMigrationServiceBackend as Backend

    with pytest.raises(RepairOutdated, match=r"fingerprint .* written for None"):
        replace(Backend, "describe_endpoints", None)
    with pytest.raises(RepairOutdated, match="not in this moto"):
        replace(Backend, "no_such_method", None)
