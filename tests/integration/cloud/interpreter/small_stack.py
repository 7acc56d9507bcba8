"""States that use the small application's functions."""

from __future__ import annotations

from typing import Any

from rehearsal.cloud import Deployment


def task(deployment: Deployment, function: str, payload: Any, **more: Any) -> dict[str, Any]:
    """A Task state that invokes a function of the small application."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": deployment.functions[function].arn, "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": 30,
        **more,
    }


def token_task(deployment: Deployment, key: str = "token", **more: Any) -> dict[str, Any]:
    """A Task state that waits for its token, which is stored under the key."""
    payload = {"token": "{% $states.context.Task.Token %}", "key": key}
    state = task(deployment, "TokenFunction", payload, **more)
    state["Resource"] += ".waitForTaskToken"
    state["Output"] = more.get("Output", "{% $states.result %}")
    return state
