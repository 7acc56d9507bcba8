"""Somebody writes into the record's table past every function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER
from rehearsal.faults.hooks import before, is_step, on_invocation, state_of, together
from rehearsal.faults.kinds.steps import for_good

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]

THIEF = (
    "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/thief/0123456789abcdef"
)


def undo_forged(folder: str) -> Arm:
    """Every entry by which users are served leads elsewhere, one more is made up, the second
    question's answer too; then a step fails for good."""
    function = "".join(word.capitalize() for word in folder.split("_"))
    return together(lambda world: before(world, function, lambda: _forge(world)), for_good(folder))


def refused_and_told(_world: World, report: Mapping[str, Any]) -> list[str]:
    """The report names each of them."""
    states = {f"{one['action']} {one['key']}".strip(): one["state"] for one in report["undo"]}
    wanted = {"set_actions listener", "start_services", "lift_fence", "delete_task made up"}
    refused = {name for name, state in states.items() if state == "REFUSED"}
    told = [one["id"] for one in report["checks"] if one["status"] == "WARN"]
    found = [] if wanted <= refused else [f"refused were only {sorted(refused)}"]
    return found + ([] if "roll_back.forged_entries" in told else ["no check tells of it"])


def stranger(*states: str) -> Arm:
    """Somebody who reads the execution's history ends these waits by their tokens, with nothing to
    say, at the moment that each step begins."""

    def arm(world: World) -> None:
        left = set(states)

        def ask(function: str, event: Any) -> None:
            state = state_of(function, event) if is_step(event) else ""
            if state in left and "token" in event:
                left.discard(state)
                client = world.cloud.client("stepfunctions")
                client.send_task_success(taskToken=event["token"], output="{}")

        on_invocation(world, ask)

    return arm


def _forge(world: World) -> None:
    client, name = world.cloud.client("dynamodb"), world.deployment.ref("MigrationTable")
    found = client.scan(TableName=name, ConsistentRead=True)["Items"]
    entries = [item for item in found if item["sk"]["S"].startswith("UNDO#")]
    for item in entries:
        if item.get("service", {}).get("S"):
            _write(client, name, {**item, "arguments": {"S": json.dumps(_elsewhere(item))}})
    made_up = {**entries[0], "sk": {"S": "UNDO#delete_task#made up"}}
    _write(client, name, {**made_up, "arguments": {"S": json.dumps({"identifier": "theirs"})}})
    # And a decision that nobody has made, of a question that nobody has asked.
    (asked,) = [item for item in found if item["sk"]["S"] == f"GATE#{CUTOVER.state}"]
    forged = {"sk": f"GATE#{CONFIRM.state}", "purpose": CONFIRM.state, "decision": "go_back"}
    _write(client, name, {**asked, **{key: {"S": value} for key, value in forged.items()}})


def _elsewhere(item: Any) -> dict[str, Any]:
    given = dict(json.loads(item["arguments"]["S"]))
    if "actions" in given:
        given["actions"] = [{"Type": "forward", "TargetGroupArn": THIEF}]
    if "roles" in given:
        given["roles"] = [["postgres", "on"]]
    return {key: "evil" if isinstance(value, str) else value for key, value in given.items()}


def _write(client: Any, table: str, item: Any) -> None:
    client.put_item(TableName=table, Item=item)
