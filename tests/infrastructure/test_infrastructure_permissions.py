"""Each role holds what its function calls, and nothing else."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from deployment.comparison import (
    BESIDE,
    Finding,
    against_calls,
    against_code,
    reachable_actions,
    rehearsed,
)
from deployment.reachability import reached
from deployment.resource_types import resource_types
from deployment.sample import EVERYTHING, MIGRATION, arn
from deployment.stack import Stack
from rehearsal.cloud.access.needs import LEADING_KEYS, needs
from rehearsal.cloud.access.policies import Statement, allows, granted

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "redash_migration"
STACK = Stack(ROOT / "template.yaml", EVERYTHING)
BARE = Stack(ROOT / "template.yaml", MIGRATION)
FUNCTIONS = sorted(STACK.functions)
ATTACHED_LIMIT = 10
"""IAM quotas: managed policies attached to a role, where nobody asked for more."""
POLICY_LIMIT = 6144
"""IAM quotas: characters of a managed policy, white space not counted."""


WITHOUT_A_CALL = set(BESIDE) - {"kms:Decrypt"}


def statements(function: str) -> list[Statement]:
    """What a role may hold: with everything switched on, and with nothing."""
    return [*STACK.statements(function), *BARE.statements(function)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_role_fits_the_code(function: str) -> None:
    found = against_code(function, statements(function), STACK.code(function), PACKAGE)
    assert [str(finding) for finding in found] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_permission_taken_away_is_missed(function: str) -> None:
    """The comparison can fail: without any one action of the code's, it says which."""
    given = statements(function)
    for action in {action for action, _ in granted(given)} - WITHOUT_A_CALL:
        poorer: list[dict[str, Any]] = [dict(copy.deepcopy(one)) for one in given]
        for one in poorer:
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            one["Action"] = [kept for kept in actions if kept != action]
        found = against_code(function, list[Statement](poorer), STACK.code(function), PACKAGE)
        if action == "kms:Decrypt":  # only publishing to the encrypted topic demands it by itself
            continue
        assert Finding(function, "lacks", action, "any resource") in found


REACHED_FROM_THE_VPC = {"dynamodb", "secretsmanager", "s3"}
"""What RouteTableIds makes endpoints for; a VPC may have no other way out (docs/deploy.md)."""


@pytest.mark.parametrize(
    "function", [name for name in FUNCTIONS if "VpcConfig" in STACK.functions[name]]
)
def test_functions_in_the_vpc_call_only_what_has_an_endpoint(function: str) -> None:
    called = reachable_actions(function, STACK.code(function), PACKAGE)
    assert {action.partition(":")[0] for action in called} <= REACHED_FROM_THE_VPC


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_secret_that_the_code_can_read_is_in_the_role(function: str) -> None:
    """In either direction: what is read on the way forward is written on the way back."""
    fields = reached(STACK.code(function), PACKAGE).attributes
    secrets = {
        name: value
        for name, value in STACK.environment(function).items()
        if name.lower() in fields and ":secretsmanager:" in str(value)
    }
    lacking = [
        name
        for name, value in secrets.items()
        if not allows(statements(function), "secretsmanager:GetSecretValue", value)
    ]
    assert lacking == []


def test_an_action_nobody_calls_is_reported() -> None:
    richer = [
        *STACK.statements("BeginFunction"),
        {"Effect": "Allow", "Action": "ecs:UpdateService", "Resource": "arn:aws:ecs:::service/*"},
    ]
    found = against_code("BeginFunction", richer, STACK.code("BeginFunction"), PACKAGE)
    assert [finding.action for finding in found] == ["ecs:UpdateService"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_star_only_where_aws_has_no_resource_level(function: str) -> None:
    for action, resource in granted(STACK.statements(function)):
        assert "*" not in action
        if resource == "*":
            assert resource_types(action) == (), f"{action} can be narrowed to a resource"


def test_every_star_is_explained() -> None:
    lines = (ROOT / "template.yaml").read_text(encoding="utf-8").splitlines()
    stars = [number for number, line in enumerate(lines) if 'Resource: "*"' in line]
    assert stars
    for number in stars:
        before = lines[max(0, number - 12) : number]
        statement = "\n".join(before)
        assert "#" in statement or "KeyPolicy" in "\n".join(lines[max(0, number - 45) : number]), (
            f"line {number + 1}: a comment must say why the resource is *"
        )


def test_roles_are_one_for_each_function() -> None:
    roles = STACK.of_type("AWS::IAM::Role")
    for function in FUNCTIONS:
        attached = roles[f"{function}Role"]["ManagedPolicyArns"]
        of_aws = {one.rpartition("/")[2] for one in attached if ":aws:policy/" in one}
        in_vpc = "VpcConfig" in STACK.functions[function]
        expected = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
        if in_vpc:
            expected.add("AWSLambdaVPCAccessExecutionRole")
        assert of_aws == expected
        assert len(attached) <= ATTACHED_LIMIT, function


@pytest.mark.parametrize("stack", [STACK, BARE], ids=["everything", "bare"])
def test_every_policy_says_something_and_has_a_holder(stack: Stack) -> None:
    held = {
        arn
        for role in stack.of_type("AWS::IAM::Role").values()
        for arn in role.get("ManagedPolicyArns", [])
    }
    for name, policy in stack.of_type("AWS::IAM::ManagedPolicy").items():
        assert any(arn.endswith(f"-{name}") for arn in held), f"{name}: no role holds it"
        assert policy["PolicyDocument"]["Statement"], name
        size = len(json.dumps(policy["PolicyDocument"], separators=(",", ":")))
        assert size <= POLICY_LIMIT, name
    for name, role in stack.of_type("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            assert policy["PolicyDocument"]["Statement"], name


def test_only_those_asked_for_may_read_a_secret() -> None:
    for function in FUNCTIONS:
        for action, resource in granted(BARE.statements(function)):
            assert resource, f"{function}: {action} on nothing"
            if action == "secretsmanager:GetSecretValue":
                assert resource.startswith("arn:aws:secretsmanager:") or "ssm" in resource


def test_calls_are_compared_by_resource() -> None:
    machine = arn("states", "stateMachine:redash-migration")
    calls: list[dict[str, Any]] = [
        {
            "function": "RunFullLoadFunction",
            "service": "dms",
            "action": "StartReplicationTask",
            "params": {"ReplicationTaskArn": arn("dms", "task:redash-redash-20260131-020000")},
        },
        {
            "function": "RunFullLoadFunction",
            "service": "states",
            "action": "SendTaskSuccess",
            "params": {"taskToken": "***"},
        },
    ]
    roles = {"RunFullLoadFunction": STACK.statements("RunFullLoadFunction")}
    assert against_calls(calls, roles, machine) == []
    calls[0]["params"]["ReplicationTaskArn"] = arn("dms", "task:somebody-elses")
    found = against_calls(calls, roles, machine)
    assert [finding.action for finding in found] == ["dms:StartReplicationTask"]
    assert against_calls(calls[1:], roles, machine + "-other")


def test_a_rehearsal_is_compared_with_its_own_roles(tmp_path: Path) -> None:
    call = {
        "function": "BeginFunction",
        "service": "dynamodb",
        "action": "PutItem",
        "params": {"TableName": "MigrationTable"},
    }
    (tmp_path / "aws-calls.ndjson").write_text(json.dumps(call) + "\n", encoding="utf-8")
    roles: dict[str, Any] = {"BeginFunction": {"statements": STACK.statements("BeginFunction")}}
    (tmp_path / "roles.json").write_text(json.dumps(roles), encoding="utf-8")
    assert rehearsed(tmp_path, "") == []
    roles["BeginFunction"]["statements"].clear()
    (tmp_path / "roles.json").write_text(json.dumps(roles), encoding="utf-8")
    assert [str(finding) for finding in rehearsed(tmp_path, "")] == [
        "BeginFunction: lacks dynamodb:PutItem on " + arn("dynamodb", "table/MigrationTable")
    ]


def test_wildcards_and_denials_work_as_in_iam() -> None:
    statements: list[Statement] = [
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/*"},
        {"Effect": "Deny", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::box/secret/?"},
    ]
    assert allows(statements, "s3:getobject", "arn:aws:s3:::box/open/a")
    assert not allows(statements, "s3:GetObject", "arn:aws:s3:::box/secret/a")
    assert not allows(statements, "s3:PutObject", "arn:aws:s3:::box/open/a")
    assert not allows(statements, "s3:GetObject", "arn:aws:s3:::other/a")


def test_conditions_are_looked_at_as_in_iam() -> None:
    """IAM User Guide, "Single-valued vs. multivalued context keys": one statement has to hold for
    every value; no value at all fulfils ForAllValues, and nothing else."""

    def of(operator: str, *wanted: str) -> list[Statement]:
        condition = {operator: {"x:Key": list(wanted)}}
        return [{"Effect": "Allow", "Action": "x:Do", "Resource": "*", "Condition": condition}]

    def held(statements: list[Statement], *values: str) -> bool:
        return allows(statements, "x:Do", "r", {"x:Key": values})

    leading = [*of("ForAllValues:StringLike", "a-*"), *of("ForAllValues:StringEquals", "B")]
    assert held(leading, "a-1")
    assert held(leading, "a-1", "a-2")
    assert held(leading, "B")
    assert held(leading)
    assert not held(leading, "a-1", "B")
    assert not held(leading, "a-1", "c")
    assert not held(of("ForAllValues:StringEquals", "a-*"), "a-1")
    assert not held(of("StringEquals", "email"), "sms")
    assert not held(of("StringEquals", "email"))
    assert held(of("ArnEquals", "arn:x:*:1"), "arn:x:y:1")
    with pytest.raises(ValueError, match="NumericLessThan"):
        held(of("NumericLessThan", "5"), "1")


def test_a_transaction_is_allowed_for_all_its_partitions_together() -> None:
    """A switch is noted in the owner's item and in its milestone at once."""
    name = "MigrationTable"
    items = [
        {"Update": {"TableName": name, "Key": {"pk": {"S": partition}}}}
        for partition in ("OWNER", NAMED)
    ]
    (need,) = needs("dynamodb", "TransactWriteItems", {"TransactItems": items})
    assert need.context == {LEADING_KEYS: ("OWNER", NAMED)}
    for function in OWNERS:
        held = STACK.statements(f"{function}Function")
        assert allows(held, need.action, need.resource, need.context), function
    held = STACK.statements("VerifyDataFunction")
    assert not allows(held, need.action, need.resource, need.context)


def test_where_a_task_runs_and_whom_a_topic_reaches_is_compared() -> None:
    run = {"cluster": "other", "taskDefinition": "x"}
    (need,) = needs("ecs", "RunTask", run)
    held = STACK.statements("ProveNewHomeFunction")
    assert not allows(held, need.action, None, need.context)
    (need,) = needs("ecs", "RunTask", {**run, "cluster": "redash"})
    assert allows(held, need.action, None, need.context)
    held = STACK.statements("ReconcileFunction")
    topic = {"TopicArn": arn("sns", "ApprovalTopic")}
    for protocol, allowed in (("email", True), ("https", False)):
        (need,) = needs("sns", "Subscribe", {**topic, "Protocol": protocol})
        assert allows(held, need.action, None, need.context) is allowed


def test_a_command_needs_document_and_instance() -> None:
    params = {"DocumentName": "HostDocument", "InstanceIds": ["i-0123456789abcdef0"]}
    assert [need.resource for need in needs("ssm", "SendCommand", params)] == [
        "arn:aws:ssm:ap-northeast-1:123456789012:document/HostDocument",
        arn("ec2", "instance/i-0123456789abcdef0"),
    ]


@pytest.mark.parametrize(
    ("workers", "names"),
    [
        ("a:1", ["a"]),
        ("a:1,b:2,c:3,d:1,e:1,f:1", ["a", "b", "c", "d", "e", "f"]),
    ],
)
def test_only_the_services_that_are_named_may_be_changed(workers: str, names: list[str]) -> None:
    parameters = {**MIGRATION, "EcsServerService": "web:2", "EcsWorkerServices": workers}
    stack = Stack(ROOT / "template.yaml", parameters)
    (resources,) = [
        statement["Resource"]
        for statement in stack.statements("StartWorkersFunction")
        if "ecs:UpdateService" in statement["Action"]
    ]
    services = {resource.partition(":service/redash/")[2] for resource in resources}
    assert services - {"-"} == {"web", *names}


TABLE = arn("dynamodb", "table/MigrationTable")
NAMED = "redash-20260131-020000"
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem")
OWNERS = {
    *("Begin", "CleanUp", "EndReplication", "Reconcile", "Report", "RollBack"),
    *("SwitchBack", "SwitchTraffic"),
}
"""Who becomes the owner, turns the way, ends it, or notes a switch with it."""
ASKERS = {"ConfirmCutover", "RequestApproval"}


def writers(partition: str) -> set[str]:
    """The functions whose role may write there."""
    return {
        function.removesuffix("Function")
        for function in FUNCTIONS
        if any(
            allows(STACK.statements(function), action, None, {LEADING_KEYS: (partition,)})
            for action in WRITES
        )
    }


def test_the_owner_is_changed_by_those_alone_who_decide_the_way() -> None:
    assert writers("OWNER") == OWNERS


def test_what_links_point_at_is_made_by_those_alone_who_ask() -> None:
    assert writers("GATE#0123") == ASKERS


def test_the_undo_list_is_written_by_those_alone_who_make_or_replay_it() -> None:
    """Begin takes up again what was given up, and has no key to write an entry with."""
    with_keys = {
        function.removesuffix("Function")
        for function in FUNCTIONS
        if "record_with_undo" in STACK.code(function).read_text(encoding="utf-8")
    }
    assert writers(f"UNDO#{NAMED}") == with_keys | {"Begin"}
    keyed = {
        function.removesuffix("Function")
        for function in FUNCTIONS
        if "UNDO_SEALING_SECRET_ARN" in STACK.environment(function)
    }
    assert keyed == with_keys


TOLD = {
    "an undo entry of any action": {"secretsmanager:GetSecretValue"},
    "the stack's document on the one instance": {"ssm:SendCommand", "ssm:CancelCommand"},
    "run any command in the new cluster": {"ecs:RunTask", "iam:PassRole"},
    "send users anywhere": {
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyRule",
    },
    "for the health checks": {"elasticloadbalancing:CreateRule", "elasticloadbalancing:DeleteRule"},
    "set the number of tasks": {"ecs:UpdateService"},
    "end tasks": {"ecs:StopTask"},
    "tasks with `ReplicationTaskPrefix`": {
        "dms:CreateReplicationTask",
        "dms:DeleteReplicationTask",
        "dms:StartReplicationTask",
        "dms:StopReplicationTask",
    },
    "test the connections": {"dms:TestConnection"},
    "publish to the approvers": {"sns:Publish"},
    "subscribe an e-mail address": {"sns:Subscribe"},
    "end a wait": {"states:SendTaskSuccess", "states:SendTaskFailure"},
    "start this machine": {"states:StartExecution"},
}
"""Words of a row of the security guide -> the actions whose holders it names."""
READING = ("Describe", "Get", "List", "Query", "Decrypt", "Batch")
STORED = ("dynamodb:", "s3:", "kms:", "logs:", "xray:", "ec2:", "sqs:")
"""Told of in other tables of the guide, by what is stored there; or AWS's own policies."""


def holders(actions: set[str]) -> set[str]:
    """The functions whose role has one of these; of secrets the undo list's key is meant."""
    return {
        function.removesuffix("Function")
        for function in FUNCTIONS
        for action, resource in granted(statements(function))
        if action in actions and ("secretsmanager" not in action or "UndoSealing" in resource)
    }


@pytest.mark.parametrize("words", TOLD)
def test_the_guide_names_who_may_change_what(words: str) -> None:
    guide = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = guide[guide.index("### Roles of functions") :].partition("\n### ")[0].splitlines()
    [names] = [row.split("|")[1] for row in rows if words in row]
    assert set(re.findall(r"\b[A-Z]\w+", names)) == holders(TOLD[words])


def test_nothing_that_changes_the_account_is_missing_from_the_guide() -> None:
    changing = {
        action
        for function in FUNCTIONS
        for action, _ in granted(statements(function))
        if not action.startswith(STORED) and not action.partition(":")[2].startswith(READING)
    }
    assert changing - set().union(*TOLD.values()) == set()


def test_nobody_writes_beside_the_partitions_that_there_are() -> None:
    for partition in ("LOCK", "OWNER2", "UNDO#x", "UNDO#OWNER", "x", "../OWNER"):
        assert writers(partition) == set(), partition


def test_a_call_in_a_partition_that_is_not_its_own_is_found() -> None:
    def call(partition: str) -> dict[str, Any]:
        return {
            "function": "VerifyDataFunction",
            "service": "dynamodb",
            "action": "UpdateItem",
            "params": {"TableName": "MigrationTable", "Key": {"pk": {"S": partition}}},
        }

    roles = {"VerifyDataFunction": STACK.statements("VerifyDataFunction")}
    assert against_calls([call(NAMED)], roles, "") == []
    for partition in ("OWNER", f"UNDO#{NAMED}", "GATE#0123"):
        [finding] = against_calls([call(partition)], roles, "")
        assert finding.action == "dynamodb:UpdateItem"
