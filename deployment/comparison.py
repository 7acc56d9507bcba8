"""Each function's calls against its role: a missing permission, and one that nobody uses.

Two witnesses. The code: every operation that a handler can come to (deployment.reachability). A
rehearsal: every call that it made, with the resource it was made on (``aws-calls.ndjson`` and
``roles.json`` in its folder). ``python -m deployment.comparison .rehearsal/latest`` compares the
second kind and ends with 1 when a permission is missing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deployment.reachability import reached
from rehearsal.cloud.access.guard import lacking
from rehearsal.cloud.access.needs import IMPLIED, LEADING_KEYS, SERVICES, iam_action
from rehearsal.cloud.access.policies import Statement, allows, granted, matches

NEVER = {
    ("ssm:SendCommand", "OnCommandEventFunction,ReconcileFunction"): (
        "they look at commands and send none"
    ),
    ("dms:DeleteReplicationTask", "ReconcileFunction"): "it looks at tasks and deletes none",
}
"""Operations that the code seems to come to, but doesn't: (action, functions) -> the reason."""

ASK_FOR_PARAMETERS = {
    "ApprovalPageFunction": "the approval's settings",
    "ConfirmCutoverFunction": "the approval's settings",
    "InspectNewHomeFunction": "the approval's settings, and Redash's secrets kept as parameters",
    "ReconcileFunction": "the approval's settings",
    "ReportFunction": "the approval's settings",
    "RequestApprovalFunction": "the approval's settings",
}
"""The only functions whose reader of secrets is given a client for parameters -> for what."""


BESIDE = {
    "cognito-idp:DescribeUserPoolClient": (
        "the load balancer asks for it in the caller's name where an action authenticates with "
        "Cognito (User Guide, Authenticate users: IAM permissions)"
    ),
    "sqs:SendMessage": "Lambda puts an event that failed into the queue with the function's role",
    "dynamodb:ConditionCheckItem": (
        "part of what reading the record means; it shows less than GetItem, and two functions that "
        "read it write no transaction"
    ),
    "kms:Decrypt": "secrets may be encrypted with a key of their own (SecretsKeyArn)",
}
"""Permissions without a call in the code, and what they are for."""


_KIND = re.compile(r"(?<=redash-)\S+|(?<=GATE#)\S+")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A permission that is missing or that nobody uses."""

    function: str
    problem: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.function}: {self.problem} {self.action} on {self.resource}"


def reachable_actions(function: str, code: Path, package_root: Path) -> set[str]:
    """The IAM actions for every operation that a function's code can come to."""
    calls = reached(code, package_root).client_calls
    found = {action for call in calls for action in _operations().get(call, ())}
    found -= {action for action in found if _never(function, action)}
    return found | {other for action in found for other in IMPLIED.get(action, ())}


def _never(function: str, action: str) -> bool:
    if action == "ssm:GetParameter":
        return function not in ASK_FOR_PARAMETERS
    return any(action == one and function in names.split(",") for one, names in NEVER)


@cache
def _operations() -> dict[str, tuple[str, ...]]:
    """Method of a boto3 client -> IAM actions, for the services that the adapters use."""
    import botocore.session
    from botocore import xform_name

    session = botocore.session.get_session()
    found: dict[str, tuple[str, ...]] = {}
    for service, prefix in SERVICES.items():
        for operation in session.get_service_model(service).operation_names:
            # DynamoDB's own DescribeEndpoints is the client's affair.
            if (service, operation) != ("dynamodb", "DescribeEndpoints"):
                method = xform_name(operation)
                found[method] = (*found.get(method, ()), iam_action(prefix, operation))
    return found


def against_code(
    function: str, statements: list[Statement], code: Path, package_root: Path
) -> list[Finding]:
    """What the code needs and the role lacks, and what the role allows and the code can't use."""
    wanted = reachable_actions(function, code, package_root)
    missing = [
        Finding(function, "lacks", action, "any resource")
        for action in wanted
        if not allows(statements, action, None)
    ]
    unused = [
        Finding(function, "has no use for", action, resource)
        for action, resource in granted(statements)
        if action not in BESIDE and not any(matches(action, one, fold=True) for one in wanted)
    ]
    return sorted([*missing, *unused])


def against_calls(
    calls: Iterable[dict[str, Any]], roles: dict[str, list[Statement]], machine: str
) -> list[Finding]:
    """The calls of a rehearsal that the callers' roles don't allow on the resources they named."""
    found = set()
    for call in calls:
        held, params = roles.get(call["function"], []), call["params"]
        for need in lacking(held, call["service"], call["action"], params, machine):
            place = need.resource or "any resource"
            if partitions := need.context.get(LEADING_KEYS):
                place += f" in {', '.join(_KIND.sub('...', one) for one in partitions)}"
            found.add(Finding(call["function"], "lacks", need.action, place))
    return sorted(found)


def rehearsed(directory: Path, machine: str) -> list[Finding]:
    """The findings of one rehearsal's folder."""
    lines = (directory / "aws-calls.ndjson").read_text(encoding="utf-8").splitlines()
    roles = json.loads((directory / "roles.json").read_text(encoding="utf-8"))
    statements = {function: role["statements"] for function, role in roles.items()}
    return against_calls(map(json.loads, lines), statements, machine)


def main(arguments: list[str]) -> int:
    """Compare the rehearsal whose folder is given; 0 all allowed, 1 not, 2 no such folder."""
    from deployment.sample import arn

    directory = Path(arguments[0] if arguments else ".rehearsal/latest")
    if not (directory / "aws-calls.ndjson").exists():
        print(f"{directory}: no rehearsal's folder; make rehearse makes one", file=sys.stderr)
        return 2
    findings = rehearsed(directory, arn("states", "stateMachine:redash-migration"))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} permissions are missing" if findings else "no permission is missing")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
