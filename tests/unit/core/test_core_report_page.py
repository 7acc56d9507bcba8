"""report.html: outcome first, what failed with its remedy, what is all well folded away."""

from __future__ import annotations

import re
from typing import Any

import pytest

from redash_migration.approval.standing.ending import ending_of
from redash_migration.record.milestones import Milestone
from redash_migration.report.page import render
from redash_migration.report.texts import REPORT

SWITCHED: dict[Milestone, str] = {"pause_began": "", "switch_began": "", "pause_ended": ""}


def _step(name: str, second: int, seconds: float, status: str = "SUCCEEDED") -> dict[str, Any]:
    at = f"2026-11-23T01:30:{second:02}.000000Z"
    return {
        "name": name,
        "started_at": at,
        "seconds": seconds,
        "status": status,
        "attempts": 1,
        "error": "",
    }


def sample(**changed: Any) -> dict[str, Any]:
    table = {
        "name": "public.users",
        "method": "dms",
        "excluded_because": [],
        "rows": 1234,
        "bytes": 5_000_000,
        "match": True,
        "source_checksum": "42",
        "target_checksum": "42",
    }
    check = {"id": "source.disk", "status": "PASS", "detail": "61 GB free", "remedy": ""}
    return {
        "migration_id": "redash-20261123-013005",
        "status": "SUCCEEDED",
        "mode": "migrate",
        "requested_by": "ken@example.com",
        "started_at": "2026-11-23T01:30:05.000000Z",
        "ended_at": "2026-11-23T02:10:05.000000Z",
        "write_pause_seconds": 31.0,
        "predicted_write_pause_seconds": 38.4,
        "predicted_parts": {"fence": 2.0},
        "steps": [
            _step("Preflight", 0, 4.0),
            _step("RequestApproval", 10, 1000.0),
            _step("StopServices", 20, 10.0),
            _step("FenceSource", 30, 1.5),
        ],
        "tables": [table],
        "sequences": [
            {
                "name": "users_id_seq",
                "source_last_value": 9,
                "target_last_value": 9,
                "max_id": 8,
                "ok": True,
            }
        ],
        "checks": [check],
        "approvals": [],
        "audit": [],
        "undo": [{"action": "fence", "key": "", "state": "PENDING", "error": ""}],
        "return": None,
        "error": None,
        **changed,
    }


def page_of(report: dict[str, Any], milestones: dict[Milestone, str], language: str = "en") -> str:
    return render(report, ending_of(report, milestones), language)


def test_both_languages_have_every_word() -> None:
    assert REPORT["en"].keys() == REPORT["ja"].keys()


def test_a_good_end_is_told_first_and_the_rest_is_folded() -> None:
    page = page_of(sample(), SWITCHED)
    assert page.index("the new Redash stays") < page.index("The write pause")
    assert "Nothing was lost: 1 of 1 tables were compared and are equal." in page
    assert "31\xa0s without writing; 38\xa0s were predicted" in page
    assert "<details open" not in page
    assert "What failed" not in page
    assert "taken back" not in page, "after a good end the undo list means nothing"
    assert not re.search(r"<script|src=|href=\"http", page)


def test_the_pause_is_a_timeline_without_the_time_of_people() -> None:
    page = page_of(sample(), SWITCHED)
    lanes = re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', page)
    assert lanes == [("0.0", "86.96"), ("86.96", "13.04")]
    assert re.search(r"1\.5\xa0s</td>\s*<td class=\"number\">2\xa0s", page)
    assert "Waiting for a person" not in page


def test_a_failure_stands_open_with_its_remedy() -> None:
    report = sample(
        status="FAILED",
        error={"name": "DataMismatch", "cause": "public.users: key 30", "state": "VerifyData"},
        checks=[
            {"id": "verify.data", "status": "FAIL", "detail": "key 30", "remedy": "Look at it."}
        ],
        steps=[_step("StopServices", 20, 10.0), _step("VerifyData", 30, 1.0, "FAILED")],
    )
    report["tables"][0]["match"] = False
    page = page_of(report, {"pause_began": ""})
    for said in (
        "Redash is down",
        "(DataMismatch in VerifyData): public.users: key 30",
        "Look at it.",
        "Not all was taken back",
        "<details open",
    ):
        assert said in page


def test_of_many_tables_only_those_that_differ_stand_open() -> None:
    table = sample()["tables"][0]
    tables = [{**table, "name": f"public.t{n}", "match": n != 250} for n in range(500)]
    page = page_of(sample(tables=tables), {"pause_began": ""})
    stand_open, _, folded = page.partition("The other tables: 499")
    assert "t250" in stand_open
    assert "t249" not in stand_open
    assert "t249" in folded
    assert '<details class="passed">' in stand_open, "on paper they would fill pages"


def test_of_many_sequences_none_fill_pages_where_all_are_right() -> None:
    sequence = sample()["sequences"][0]
    for count, fold in ((500, '<details class="passed">'), (5, "<details>")):
        many = [{**sequence, "name": f"public.s{n}"} for n in range(count)]
        page = page_of(sample(sequences=many), SWITCHED)
        assert re.search(rf"{fold}\s*<summary>Sequences: {count}<", page)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_run_that_ended_early_has_a_page_too(language: str) -> None:
    parts = ("tables", "sequences", "checks", "steps", "undo")
    empty: dict[str, Any] = {part: [] for part in parts}
    report = sample(
        status="FAILED",
        mode="preflight",
        write_pause_seconds=None,
        predicted_write_pause_seconds=None,
        predicted_parts={},
        requested_by="",
        error={"name": "PreflightFailed", "cause": "", "state": "Preflight"},
        **empty,
    )
    page = page_of(report, {}, language)
    assert f'lang="{language}"' in page
    assert ("Preflight" if language == "en" else "事前確認") in page


def test_of_very_many_findings_the_first_stand_open_and_failures_are_first() -> None:
    warnings = [
        {"id": f"precopy.t{number}", "status": "WARN", "detail": "late", "remedy": ""}
        for number in range(2000)
    ]
    failed = {"id": "source.disk", "status": "FAIL", "detail": "full", "remedy": "Free some."}
    page = page_of(sample(status="FAILED", checks=[*warnings, failed]), {})
    stand_open, _, folded = page.partition("and 1,981 more" if "1,981" in page else "and 1981 more")
    assert stand_open.index("source.disk") < stand_open.index("precopy.t0<")
    assert "precopy.t18<" in stand_open
    assert "precopy.t19<" not in stand_open
    assert "precopy.t1999<" in folded


def _home(**changed: Any) -> dict[str, Any]:
    return {
        "write_pause_seconds": None,
        "predicted_write_pause_seconds": 12.7,
        "predicted_parts": {"close_new_home": 1.6},
        "tables": [],
        "sequences": [],
        "failed": None,
        "failed_pauses_seconds": [],
        **changed,
    }


def test_a_return_has_a_pause_and_a_timeline_of_its_own() -> None:
    steps = [_step("StopServices", 20, 10.0), _step("CloseNewHome", 40, 3.0)]
    report = sample(
        status="RETURNED", steps=steps, undo=[], **{"return": _home(write_pause_seconds=13.4)}
    )
    page = page_of(report, {**SWITCHED, "rolled_back": ""})
    assert "Write pause of the return</dt><dd>13\xa0s" in page
    assert "13\xa0s without writing; 13\xa0s were predicted" in page
    assert re.search(
        r"Closing the new Redash</th>.*?3\xa0s</td>\s*<td class=\"number\">1\.6\xa0s", page, re.S
    )


@pytest.mark.parametrize(
    ("pauses", "said"),
    [
        ([11.2], "Users waited 11\xa0s, and went on on the new Redash."),
        ([], "it ended before users noticed anything."),
    ],
)
def test_a_return_that_led_forward_again_is_told_where_the_new_side_was_kept(
    pauses: list[float], said: str
) -> None:
    failed = {"name": "FenceNotHeld", "cause": "somebody", "state": "FenceTarget"}
    home = _home(failed=failed, failed_pauses_seconds=pauses)
    page = page_of(sample(**{"return": home}), SWITCHED)
    assert "FenceNotHeld in FenceTarget" in page
    assert said in page
    assert "Write pause of the return" not in page
