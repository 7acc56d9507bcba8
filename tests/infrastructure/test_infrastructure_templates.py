"""Both templates: linted without a warning, and built as they should be."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deployment.reachability import reached
from deployment.sample import EVERYTHING, MIGRATION
from deployment.stack import Stack
from redash_migration import function_settings
from redash_migration.approval.settings import ApprovalSettings
from redash_migration.settings import Settings, UndoSecret, read
from rehearsal.cloud.template.reading import parse_template

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "redash_migration"
STACK = Stack(ROOT / "template.yaml", EVERYTHING)
BARE = Stack(ROOT / "template.yaml", MIGRATION)
FUNCTIONS = sorted(STACK.functions)
IN_THE_PARAMETER = set(json.loads(STACK.resources["ApprovalSettings"]["Properties"]["Value"]))
EVERYWHERE = set(
    parse_template((ROOT / "template.yaml").read_text(encoding="utf-8"))["Globals"]["Function"][
        "Environment"
    ]["Variables"]
)
"""What every function is told: where things are. An address opens nothing; policies do."""


def settings_of(function: str) -> type[Settings]:
    """What its handler is handed, or what all are told."""
    code = STACK.code(function).read_text(encoding="utf-8")
    named = re.search(r"^@with_settings\((\w+)\)$", code, re.MULTILINE)
    return getattr(function_settings, named[1]) if named else Settings


def variables(kind: type[Any]) -> set[str]:
    return {field.name.upper() for field in dataclasses.fields(kind)}


def test_cfn_lint_has_nothing_to_say() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "template.yaml", "target/template.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_its_folder(function: str) -> None:
    assert STACK.code(function).is_file()
    assert STACK.functions[function]["Handler"] == "app.handler"
    assert STACK.functions[function]["Runtime"] == "python3.13"
    assert STACK.functions[function]["Architectures"] == ["arm64"]


def test_every_folder_has_its_function() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert {STACK.code(function).parent.name for function in FUNCTIONS} == folders


@pytest.mark.parametrize("function", FUNCTIONS)
def test_environment_is_what_the_code_reads(function: str) -> None:
    own = variables(settings_of(function))
    if "record_with_undo" in STACK.code(function).read_text(encoding="utf-8"):
        own |= variables(UndoSecret)
    # The AWS of a laptop: boto3 reads it, no code of ours.
    assert set(STACK.environment(function)) == own | {"AWS_ENDPOINT_URL"}
    for stack in (STACK, BARE):
        read(settings_of(function), stack.environment(function))
    fields = {name.lower() for name in own - EVERYWHERE}
    assert fields <= reached(STACK.code(function), PACKAGE).attributes, "what it does not read"


def test_every_function_is_told_what_all_are() -> None:
    assert variables(Settings) | {"AWS_ENDPOINT_URL"} == EVERYWHERE


def test_the_approval_s_parameter_holds_what_is_read() -> None:
    told = [one for one in FUNCTIONS if "APPROVAL_SETTINGS" in STACK.environment(one)]
    fields = {name for one in told for name in reached(STACK.code(one), PACKAGE).attributes}
    assert {name.lower() for name in IN_THE_PARAMETER} <= fields
    for stack in (STACK, BARE):
        value = json.loads(stack.resources["ApprovalSettings"]["Properties"]["Value"])
        assert set(value) == variables(ApprovalSettings)
        read(ApprovalSettings, value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_who_may_need_the_approval_s_settings_is_told_where_they_are(function: str) -> None:
    fields = reached(STACK.code(function), PACKAGE).attributes
    told = set(STACK.environment(function))
    only_there = {"approval_url", "approval_topic_arn", "approvers", "slack_approvers"}
    assert bool(only_there & fields) == ("APPROVAL_SETTINGS" in told)
    # Who only looks at a seal is told where its key is, and nothing else.
    looks = "link_signing_secret_arn" in fields and "APPROVAL_SETTINGS" not in told
    assert looks == ("LINK_SIGNING_SECRET_ARN" in told)


def test_what_every_function_is_told_is_what_several_read() -> None:
    read = {one: reached(STACK.code(one), PACKAGE).attributes for one in FUNCTIONS}
    for name in EVERYWHERE - {"AWS_ENDPOINT_URL"}:
        readers = [one for one in FUNCTIONS if name.lower() in read[one]]
        assert len(readers) >= 3, f"{name}: only {readers}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_functions_with_psycopg_are_in_the_vpc(function: str) -> None:
    properties = STACK.functions[function]
    psycopg = any("Psycopg" in layer for layer in properties["Layers"])
    assert ("VpcConfig" in properties) == psycopg
    secrets = {"source_database_secret_arn", "target_database_secret_arn"}
    reads = bool(secrets & reached(STACK.code(function), PACKAGE).attributes)
    # InspectHost connects to nothing: it takes names out of the secret for the old host's scripts.
    assert reads == (psycopg or function == "InspectHostFunction")


@pytest.mark.parametrize(
    "function", [name for name in FUNCTIONS if "VpcConfig" in STACK.functions[name]]
)
def test_functions_in_the_vpc_call_what_can_be_reached_from_there(function: str) -> None:
    prefixes = set()
    for statement in BARE.statements(function):
        actions = statement["Action"]
        prefixes |= {
            one.partition(":")[0] for one in ([actions] if isinstance(actions, str) else actions)
        }
    assert prefixes <= {"dynamodb", "s3", "secretsmanager", "sqs"}


def test_no_secret_is_a_parameter() -> None:
    for template in ("template.yaml", "target/template.yaml"):
        parameters = Stack(ROOT / template).document["Parameters"]
        for name, parameter in parameters.items():
            assert "NoEcho" not in parameter
            assert parameter["Description"], name
            if re.search(r"Password|Token|Key|Secret|Webhook", name):
                # Its name may end as it likes: what it takes is an address, and no secret is one.
                form = parameter["AllowedPattern"].removeprefix("^").removeprefix("(")
                assert form.startswith("arn:"), name
                for text in ("hunter2", "https://hooks.slack.com/services/T0/B0/x", "a" * 64):
                    assert not re.fullmatch(parameter["AllowedPattern"], text), name


def test_every_parameter_is_in_a_group() -> None:
    for template in ("template.yaml", "target/template.yaml"):
        document = Stack(ROOT / template).document
        groups = document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        grouped = [name for group in groups for name in group["Parameters"]]
        assert sorted(grouped) == sorted(document["Parameters"])


def test_the_new_home_answers_the_application_s_questions() -> None:
    outputs = set(Stack(ROOT / "target" / "template.yaml").document["Outputs"])
    parameters = set(STACK.document["Parameters"])
    assert outputs - parameters == {"DatabaseAddress", "ValkeyAddress"}


def test_the_database_keeps_its_own_triggers() -> None:
    document = Stack(ROOT / "target" / "template.yaml").document
    parameters = document["Resources"]["DatabaseParameters"]["Properties"]["Parameters"]
    assert parameters == {"log_min_duration_statement": "1000", "rds.force_ssl": "1"}


def test_services_rest_until_the_migration() -> None:
    document = Stack(ROOT / "target" / "template.yaml").document
    services = {
        name: resource["Properties"]
        for name, resource in document["Resources"].items()
        if resource["Type"] == "AWS::ECS::Service"
    }
    assert len(services) == 5
    for service in services.values():
        assert service["DesiredCount"]["Fn::If"][0] == "IsMigrated"
        assert service["DesiredCount"]["Fn::If"][2] == 0
        assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"]["Enable"] is True


def test_each_approver_gets_mail_of_his_own() -> None:
    subscriptions = BARE.of_type("AWS::SNS::Subscription").values()
    assert [
        (one["Endpoint"], one["FilterPolicy"]) for one in subscriptions if "FilterPolicy" in one
    ] == [
        (address, {"approver": [address]})
        for address in ("first@example.com", "second@example.com")
    ]


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ({}, ["first@example.com", "second@example.com"]),
        ({"AlarmEmail": "alarms@example.com"}, ["alarms@example.com"]),
    ],
)
def test_alarms_go_to_the_approvers_unless_an_address_is_given(
    given: dict[str, str], reached: list[str]
) -> None:
    subscriptions = Stack(ROOT / "template.yaml", {**MIGRATION, **given}).of_type(
        "AWS::SNS::Subscription"
    )
    to_alarms = [one for one in subscriptions.values() if "FilterPolicy" not in one]
    assert [one["Endpoint"] for one in to_alarms] == reached


def test_a_persons_no_is_no_alarm_and_any_other_failure_is_one() -> None:
    """The alarm of a failed execution is silent while a rejection says why."""
    alarms = STACK.of_type("AWS::CloudWatch::Alarm")
    [composite] = STACK.of_type("AWS::CloudWatch::CompositeAlarm").values()
    assert "AlarmActions" not in alarms["ExecutionFailed"]
    assert "AlarmActions" not in alarms["RejectedByPerson"]
    assert composite["AlarmActions"]
    told = STACK.of_type("AWS::Logs::MetricFilter")["RejectedMetric"]
    assert told["FilterPattern"] == '{ $.ended_by = "ApprovalRejected" }'
    [metric] = told["MetricTransformations"]
    assert metric["MetricName"] == alarms["RejectedByPerson"]["MetricName"]
    # As long as the failure counts, its reason does; and the suppressor is waited for.
    failed = alarms["ExecutionFailed"]["Period"] * alarms["ExecutionFailed"]["EvaluationPeriods"]
    assert alarms["RejectedByPerson"]["Period"] * 3 > failed
    assert composite["ActionsSuppressorWaitPeriod"] >= 60


def test_task_names_fit_into_an_arn() -> None:
    """DMS, CreateReplicationTask: a ResourceIdentifier has room for 31 characters."""
    from redash_migration.replication.configuration import task_identifier

    longest = "a" * int(STACK.document["Parameters"]["ReplicationTaskPrefix"]["MaxLength"])
    assert len(task_identifier(longest, "redash-20260131-020000")) <= 31


def test_every_event_has_a_dead_letter_queue_and_no_minute_has() -> None:
    """A letter of a minute that went badly keeps an alarm red for as long as the queue keeps it,
    and the next minute has looked since."""
    minutely = set()
    for name, rule in STACK.of_type("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            by_time = "ScheduleExpression" in rule
            assert ("DeadLetterConfig" in target) != by_time, name
            if by_time:
                assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 60, name
                minutely.add(f"{target['Id']}Function")
            else:
                assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 1, name
    assert minutely == {"MeasureCutoverFunction", "MeasureSourceFunction", "ReconcileFunction"}
    handled = STACK.of_type("AWS::Lambda::EventInvokeConfig").values()
    assert minutely <= {one["FunctionName"] for one in handled}
    for one in handled:
        kept = one["DestinationConfig"].get("OnFailure", {}).get("Destination")
        assert bool(kept) != (one["FunctionName"] in minutely), one
        if one["FunctionName"] in minutely:
            assert (one["MaximumEventAgeInSeconds"], one["MaximumRetryAttempts"]) == (60, 0)


def test_one_bad_minute_raises_no_alarm_and_five_do() -> None:
    alarms = STACK.of_type("AWS::CloudWatch::Alarm")
    for name in ("ReconcileAlarm", "MeasureAlarm"):
        assert alarms[name]["EvaluationPeriods"] == 5, name
        assert alarms[name].get("DatapointsToAlarm", 5) == 5, name


@pytest.mark.parametrize("page", ["runbook.md", "runbook.ja.md"])
def test_each_alarm_is_found_in_the_runbook_by_its_words(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    alarms = {name: one for kind in kinds for name, one in STACK.of_type(kind).items()}
    missing = [
        name
        for name, one in alarms.items()
        if "AlarmActions" in one and one["AlarmDescription"].split(".")[0] not in text
    ]
    assert missing == []


def test_dashboard_is_json() -> None:
    body = STACK.of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]
    widgets: list[dict[str, Any]] = json.loads(body)["widgets"]
    assert len(widgets) == 6


def test_log_policy_is_json() -> None:
    policy = STACK.of_type("AWS::Logs::ResourcePolicy")["DmsEventLogsPolicy"]["PolicyDocument"]
    assert json.loads(policy)["Statement"][0]["Effect"] == "Allow"
