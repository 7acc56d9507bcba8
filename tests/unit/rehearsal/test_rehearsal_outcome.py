"""What keeps a rehearsal from having gone well."""

from __future__ import annotations

import pytest

from rehearsal.faults.case import as_people_decided
from rehearsal.outcome import over_memory, server_errors


def test_a_function_above_its_memory_is_a_problem() -> None:
    usage = {
        "SmokeTestFunction": {"max_rss_kb": 382 * 1024, "memory_mb": 256},
        "ReportFunction": {"max_rss_kb": 256 * 1024, "memory_mb": 256},
    }
    assert over_memory(usage) == ["SmokeTestFunction needed 382 MB of its 256 MB"]


def test_an_error_page_is_a_problem_unless_the_old_home_shows_it_too() -> None:
    met = {
        ("POST /api/queries/N 500", "redash-old"): 3,
        ("POST /api/queries/N 500", "redash-new"): 1,
        ("GET /api/session 500", "redash-new"): 2,
    }
    assert len(server_errors(met, real=False)) == 3
    assert server_errors(met, real=True) == [
        "users got 2 times from redash-new: GET /api/session 500"
    ]
    assert server_errors({}, real=False) == []


@pytest.mark.parametrize(
    ("approvals", "expected", "serving"),
    [
        ([("RequestApproval", "approve"), ("ConfirmCutover", "keep")], "SUCCEEDED", "new"),
        ([("RequestApproval", "reject")], "ROLLED_BACK", "old"),
        ([("RequestApproval", "expire")], "ROLLED_BACK", "old"),
        ([("RequestApproval", "approve"), ("ConfirmCutover", "return")], "RETURNED", "old"),
        ([("RequestApproval", "approve"), ("ConfirmCutover", "go_back")], "ROLLED_BACK", "old"),
        ([("RequestApproval", "approve"), ("ConfirmCutover", "expire")], "SUCCEEDED", "new"),
        ([("RequestApproval", "approve")], "SUCCEEDED", "new"),
        ([], "SUCCEEDED", "new"),
    ],
)
def test_where_people_answer_themselves_the_end_is_theirs(
    approvals: list[tuple[str, str]], expected: str, serving: str
) -> None:
    answers = [{"purpose": purpose, "decision": decision} for purpose, decision in approvals]
    case = as_people_decided({"approvals": answers})
    assert (case.expected, case.serving) == (expected, serving)
