"""Where people's answers lead: the definition's own conditions, in the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.cloud import Execution
from tests.machine.test_machine_definition import MACHINE, State, followers

Run = Callable[..., Execution]
Led = Callable[..., dict[str, Any]]


@pytest.fixture
def led(run: Run) -> Led:
    """``led("Decision", {"decision": "approve"})`` -> where it leads, and with which failure."""

    def follow(begin: str, given: dict[str, Any], *, doubt: bool = False) -> dict[str, Any]:
        states: dict[str, State] = {
            "Before": {
                "Type": "Pass",
                "Assign": {"failure": None, "doubt": doubt},
                "Output": "{% $states.input %}",
                "Next": begin,
            }
        }
        waiting = [begin]
        while waiting:
            name = waiting.pop()
            if name in states:
                continue
            found = MACHINE["States"][name]
            if found["Type"] in {"Choice", "Pass"}:
                states[name] = found
                waiting += followers(found)
            else:
                states[name] = {
                    "Type": "Pass",
                    "Output": {"at": name, "failure": "{% $failure %}"},
                    "End": True,
                }
        ended = run({"StartAt": "Before", "States": states}, given)
        assert ended.status == "SUCCEEDED", ended.cause
        answer: dict[str, Any] = ended.output
        return answer

    return follow


def test_an_approval_leads_on_without_a_failure(led: Led) -> None:
    assert led("Decision", {"decision": "approve"}) == {"at": "RecheckSync", "failure": None}


@pytest.mark.parametrize(
    ("answer", "error", "cause"),
    [
        ("reject", "ApprovalRejected", "hana@example.com: not today"),
        ("expire", "ApprovalExpired", "nobody decided in time"),
        ("nothing known", "ApprovalRejected", "hana@example.com: not today"),
    ],
)
def test_a_refusal_is_taken_back_and_says_whose(
    led: Led, answer: str, error: str, cause: str
) -> None:
    given = {"decision": answer, "actor": "hana@example.com", "reason": "not today"}
    assert led("Decision", given) == {
        "at": "RollBack",
        "failure": {"error": {"Error": error, "Cause": cause}, "state": "RequestApproval"},
    }


@pytest.mark.parametrize(
    ("answer", "doubt", "at"),
    [
        ("keep", False, "CleanUp"),
        ("keep", True, "SwitchOnceMore"),
        ("return", False, "EndReplication"),
        ("return", True, "EndReplication"),
        ("go_back", False, "RollBack"),
        ("nothing known", False, "Report"),
        ("nothing known", True, "SwitchOnceMore"),
    ],
)
def test_what_becomes_of_the_new_home_is_what_was_answered(
    led: Led, answer: str, doubt: bool, at: str
) -> None:
    given = {"decision": answer, "actor": "hana@example.com", "reason": "why"}
    assert led("KeepOrGoBack", given, doubt=doubt)["at"] == at
