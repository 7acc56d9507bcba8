"""What Step Functions itself says about the definition, and a preflight of a deployed stack."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_VARIABLE = re.compile(r"\$([a-z][a-z_]*)\b(?!\()")
_TRIES = 99
"""More tries than any Retry allows: the error is then for the Catch."""

POLL_SECONDS = 5


def diagnostics(client: Any, definition: Mapping[str, Any]) -> list[str]:
    """What ValidateStateMachineDefinition objects to."""
    answer = client.validate_state_machine_definition(
        definition=json.dumps(definition), type="STANDARD"
    )
    return [
        f"{one.get('location', '')}: {one['code']}: {one['message']}"
        for one in answer["diagnostics"]
        if one["severity"] == "ERROR"
    ]


def catches(definition: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(state, error, next state) for each error that a state of the machine itself catches."""
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            seen: set[str] = set()
            for catch in state.get("Catch", []):
                for error in set(catch["ErrorEquals"]) - seen:
                    seen.add(error)
                    yield (
                        name,
                        "States.TaskFailed" if error == "States.ALL" else error,
                        catch["Next"],
                    )


def wrong_ways(client: Any, definition: Mapping[str, Any]) -> list[str]:
    """The catches that TestState leads elsewhere: each state fails by a mocked error."""
    text = json.dumps(definition)
    # Any value will do for a variable: an error is all that these states give.
    variables = json.dumps(dict.fromkeys(set(_VARIABLE.findall(text)) - {"states"}, 0))
    wrong = []
    for name, error, wanted in catches(definition):
        answer = client.test_state(
            definition=text,
            stateName=name,
            input="{}",
            variables=variables,
            mock={"errorOutput": {"error": error, "cause": "smoke"}},
            stateConfiguration={"retrierRetryCount": _TRIES},
        )
        if answer.get("nextState") != wanted:
            found = answer.get("nextState") or answer.get("error") or answer["status"]
            wrong.append(f"{name}: {error} leads to {found}, not to {wanted}")
    return wrong


def preflight(client: Any, machine: str, sleep: Callable[[float], None] = time.sleep) -> str:
    """Run a preflight, which changes nothing; how its execution ended."""
    started = client.start_execution(
        stateMachineArn=machine, input=json.dumps({"mode": "preflight", "requestedBy": "smoke"})
    )
    while True:
        found = client.describe_execution(executionArn=started["executionArn"])
        if found["status"] != "RUNNING":
            return f"{found['status']} {found.get('error', '')}".strip()
        sleep(POLL_SECONDS)
