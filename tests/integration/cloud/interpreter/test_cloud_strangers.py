"""What somebody who has a task token says in a step's place: where the machine goes on upon it.

The choices are those of the real machine. What the next step does with a lie is its own affair; no
answer, however odd, may end the execution between two states, where nothing is caught and nobody
takes back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud import Execution

Run = Callable[..., Execution]

MACHINE = Path(__file__).parents[4] / "statemachine" / "migration.asl.json"
STATES: dict[str, Any] = json.loads(MACHINE.read_text(encoding="utf-8"))["States"]
WAITS = {
    name: one for name, one in STATES.items() if "waitForTaskToken" in str(one.get("Resource"))
}
UPON = {name: one["Next"] for name, one in WAITS.items() if STATES[one["Next"]]["Type"] == "Choice"}
"""Waits whose answer decides, and the choice that reads it."""
KNOWN = {"doubt": False, "unanswered": False, "failure": None, "part": 1}
ODD: list[Any] = [
    *({}, [], "x", 5, True, None, [{}], {"decision": None}, {"decision": ["approve"]}),
    *({"decision": {"x": 1}}, {"decision": "expire"}, {"decision": "approve "}),
    *({"decision": "reject"}, {"decision": "reject", "actor": {}, "reason": [1]}),
    *({"part": "x", "parts": 1}, {"part": 1}, {"part": [], "parts": {}}, {"parts": True}),
    *({"part": 1, "parts": "9"}, {"part": 5, "parts": 2}),
]


def _following(run: Run, wait: str, said: Any) -> tuple[str, str]:
    """The state that the machine goes to, and what it has noted as the failure's name."""
    known: dict[str, Any] = {
        "Say": {"Type": "Pass", "Output": said, "Assign": KNOWN, "Next": UPON[wait]}
    }
    waiting, noted = [UPON[wait]], "{% $failure = null ? '' : $failure.error.Error %}"
    while waiting:
        name = waiting.pop()
        state = STATES[name]
        if name in known:
            continue
        if state["Type"] in {"Choice", "Pass"}:
            known[name] = state
            waiting += [
                *(one["Next"] for one in state.get("Choices", [])),
                *(state[key] for key in ("Default", "Next") if key in state),
            ]
        else:
            known[name] = {"Type": "Pass", "Output": {"to": name, "noted": noted}, "End": True}
    ended = run({"StartAt": "Say", "States": known})
    assert (ended.status, ended.cause) == ("SUCCEEDED", ""), (said, ended.error)
    return ended.output["to"], ended.output["noted"]


@pytest.mark.parametrize("said", ODD, ids=str)
def test_what_a_stranger_says_in_a_step_s_place(run: Run, said: Any) -> None:
    assert set(UPON) == {"ConfirmCutover", "DumpSchema", "RequestApproval"}
    expired = isinstance(said, dict) and said.get("decision") == "expire"
    refused = "ApprovalExpired" if expired else "ApprovalRejected"
    assert _following(run, "RequestApproval", said) == ("RollBack", refused)
    assert _following(run, "ConfirmCutover", said) == ("Report", "")
    assert _following(run, "DumpSchema", said) == ("CopySchema", "")


@pytest.mark.parametrize(
    ("wait", "said", "to"),
    [
        ("RequestApproval", {"decision": "approve"}, "RecheckSync"),
        ("ConfirmCutover", {"decision": "keep"}, "CleanUp"),
        ("DumpSchema", {"part": 1, "parts": 3}, "DumpSchema"),
        ("DumpSchema", {"part": 3, "parts": 3}, "CopySchema"),
    ],
)
def test_what_the_step_itself_says_is_heard(run: Run, wait: str, said: Any, to: str) -> None:
    assert _following(run, wait, said)[0] == to
