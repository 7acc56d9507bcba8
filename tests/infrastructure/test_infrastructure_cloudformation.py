"""Both templates against what AWS documents, and the checks themselves."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployment.sample import EVERYTHING, HOME, MIGRATION, REGION, WHOLE_HOME
from deployment.stack import Stack
from rehearsal.cloud.access.policies import allows
from rehearsal.cloud.template.refusals import (
    property_refusals,
    refusals,
    rule_refusals,
    service_refusals,
)
from rehearsal.cloud.template.refusals.services import ENVIRONMENT_BYTES

ROOT = Path(__file__).parents[2]
APPLICATION = ROOT / "template.yaml"
TARGET = ROOT / "target" / "template.yaml"
CAPITALS = "Redash-Migration-Of-Tokyo"
LONGEST_NAME = "R" + "edash-Migration" * 5
"""76 letters; a state machine's name, which is the stack's, has room for 80."""

Document = dict[str, Any]


@pytest.mark.parametrize("template", [APPLICATION, TARGET], ids=["application", "new home"])
def test_cloudformation_has_nothing_to_refuse(template: Path) -> None:
    assert refusals(Stack(template).document) == []


@pytest.mark.parametrize(
    "stack",
    [
        Stack(APPLICATION, MIGRATION),
        Stack(APPLICATION, EVERYTHING),
        Stack(APPLICATION, EVERYTHING, CAPITALS),
        Stack(APPLICATION, EVERYTHING, LONGEST_NAME),
        Stack(TARGET, HOME, "Redash-Home"),
        Stack(TARGET, WHOLE_HOME),
    ],
    ids=["bare", "everything", "capitals", "longest name", "new home", "whole home"],
)
def test_no_service_has_anything_to_refuse(stack: Stack) -> None:
    said = {
        name: lines
        for name, resource in stack.resources.items()
        if (
            lines := property_refusals(resource["Type"], resource["Properties"], REGION)
            + service_refusals(resource["Type"], resource["Properties"])
        )
    }
    assert said == {}


def test_metrics_know_the_replication_instance_by_the_name_it_has() -> None:
    stack = Stack(APPLICATION, EVERYTHING, CAPITALS)
    instance = stack.of_type("AWS::DMS::ReplicationInstance")["ReplicationInstance"]
    name = instance["ReplicationInstanceIdentifier"]
    assert name == name.lower()
    alarm = stack.of_type("AWS::CloudWatch::Alarm")["ReplicationLatencyAlarm"]
    assert f"ReplicationInstanceIdentifier = '{name}'" in alarm["Metrics"][0]["Expression"]
    body = stack.of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]
    assert body.count(f'"ReplicationInstanceIdentifier", "{name}"') == 3
    assert CAPITALS not in body.replace(f"/{CAPITALS}", "").replace(f":{CAPITALS}", "")


def test_endpoints_are_made_where_route_tables_are_named() -> None:
    kind = "AWS::EC2::VPCEndpoint"
    assert len(Stack(APPLICATION, EVERYTHING).of_type(kind)) == 3
    assert not Stack(APPLICATION, {**EVERYTHING, "RouteTableIds": ""}).of_type(kind)


def test_a_version_past_its_support_is_created_only_with_extended_support() -> None:
    document = Stack(TARGET).document
    asked = {
        "PostgresVersion": "13",
        "DatabaseLifecycleSupport": "open-source-rds-extended-support",
    }
    assert rule_refusals(document, asked) == []
    off = "open-source-rds-extended-support-disabled"
    assert len(rule_refusals(document, {**asked, "DatabaseLifecycleSupport": off})) == 1
    assert rule_refusals(document, {"PostgresVersion": "14", "DatabaseLifecycleSupport": off}) == []


def test_every_container_gets_the_further_variables_and_secrets() -> None:
    tasks = Stack(TARGET, WHOLE_HOME).of_type("AWS::ECS::TaskDefinition")
    assert len(tasks) == 5
    given = {
        "REDASH_MAIL_PASSWORD": WHOLE_HOME["MailPasswordSecretArn"],
        "REDASH_GOOGLE_CLIENT_SECRET": WHOLE_HOME["GoogleClientSecretArn"],
        "REDASH_LDAP_BIND_DN_PASSWORD": WHOLE_HOME["LdapPasswordSecretArn"],
    }
    for name, task in tasks.items():
        [container] = task["ContainerDefinitions"]
        file = {"Type": "s3", "Value": WHOLE_HOME["EnvironmentFileArn"]}
        assert container["EnvironmentFiles"] == [file], name
        secrets = {one["Name"]: one["ValueFrom"] for one in container["Secrets"]}
        assert given.items() <= secrets.items(), name
    role = Stack(TARGET, WHOLE_HOME).of_type("AWS::IAM::Role")["ExecutionRole"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    for action, resource in (
        ("secretsmanager:GetSecretValue", given["REDASH_MAIL_PASSWORD"]),
        ("ssm:GetParameters", given["REDASH_GOOGLE_CLIENT_SECRET"]),
        ("s3:GetObject", WHOLE_HOME["EnvironmentFileArn"]),
        ("s3:GetBucketLocation", "arn:aws:s3:::redash-settings"),
        ("ecr:BatchGetImage", WHOLE_HOME["RepositoryArn"]),
    ):
        assert allows(statements, action, str(resource)), action


def test_the_new_home_is_protected_once_it_holds_something() -> None:
    for parameters, protected in ((HOME, False), (WHOLE_HOME, True)):
        database = Stack(TARGET, parameters).of_type("AWS::RDS::DBInstance")["Database"]
        assert database["DeletionProtection"] is protected


SECRETS = [
    name
    for name, parameter in Stack(APPLICATION).document["Parameters"].items()
    if ":secretsmanager:" in parameter.get("AllowedPattern", "")
    or "(secretsmanager|ssm)" in parameter.get("AllowedPattern", "")
]


@pytest.mark.parametrize("name", SECRETS)
def test_a_key_within_a_secret_is_refused(name: str) -> None:
    """An execution role may be given one; IAM matches the secret's own ARN alone."""
    secret = str(MIGRATION["SourceDatabaseSecretArn"])
    assert Stack(APPLICATION, {**MIGRATION, name: secret}).resources
    for wrong in (f"{secret}:password::", f"{secret}:password:AWSCURRENT:", f"{secret} "):
        with pytest.raises(ValueError, match=name):
            _ = Stack(APPLICATION, {**MIGRATION, name: wrong}).resources


MADE_BY_AWS = {
    "AWS::Region": 14,
    "AWS::URLSuffix": 16,
    "AWS::NoValue": 0,
    "AWS::Partition": 6,
    "AWS::AccountId": 12,
    "AWS::StackName": 80,
    "ApprovalApi": 10,
}
"""Letters of what is no parameter; names that CloudFormation makes are cut, and count 120."""


def longest(value: Any, document: Document) -> int:
    """Bytes that a value of an environment can have at most."""
    if not isinstance(value, dict):
        return len(str(value))
    (function, argument), *_ = value.items()
    if function == "Fn::If":
        return max(longest(one, document) for one in argument[1:])
    if function == "Fn::Sub":
        names = re.findall(r"\$\{([^}]+)\}", argument)
        plain = len(re.sub(r"\$\{[^}]+\}", "", argument))
        return plain + sum(longest({"Ref": name}, document) for name in names)
    found = document["Parameters"].get(argument) if function == "Ref" else None
    return longest_answer(found) if found else MADE_BY_AWS.get(str(argument), 120)


def longest_answer(found: Document) -> int:
    """Letters of a parameter's longest value."""
    if "AllowedValues" in found:
        return max(len(str(one)) for one in found["AllowedValues"])
    return {"Number": 12, "AWS::EC2::Instance::Id": 19}.get(found["Type"]) or int(
        found["MaxLength"]
    )


def test_no_answer_is_too_long_for_a_function_s_environment() -> None:
    document = Stack(APPLICATION).document
    for name, resource in document["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Function":
            variables = resource["Properties"]["Environment"]["Variables"]
            size = sum(len(key) + longest(value, document) for key, value in variables.items())
            assert size <= ENVIRONMENT_BYTES, f"{name}: {size} bytes"


def test_no_list_of_people_is_too_long_for_its_parameter() -> None:
    """AWS Systems Manager quotas: a standard parameter has room for 4 KB."""
    document = Stack(APPLICATION).document
    value = document["Resources"]["ApprovalSettings"]["Properties"]["Value"]
    assert longest(value, document) <= 4096
    resolved = Stack(APPLICATION, EVERYTHING).resources["ApprovalSettings"]["Properties"]["Value"]
    settings = json.loads(resolved)
    assert settings["APPROVERS"] == EVERYTHING["Approvers"]


# --- The checks can fail: one broken template for each rule ---------------------------------


def broken(change: Callable[[Document], Any]) -> list[str]:
    document = copy.deepcopy(Stack(APPLICATION).document)
    change(document)
    return refusals(document)


def assertion(value: Any) -> Callable[[Document], Any]:
    rule = {"Assertions": [{"Assert": value, "AssertDescription": "so"}]}
    return lambda found: found.update(Rules={"SomeRule": rule})


def in_table(**attributes: Any) -> Callable[[Document], Any]:
    return lambda found: found["Resources"]["MigrationTable"].update(attributes)


def in_properties(resource: str, **properties: Any) -> Callable[[Document], Any]:
    return lambda found: found["Resources"][resource]["Properties"].update(properties)


def parameter(**given: Any) -> Callable[[Document], Any]:
    return lambda found: found["Parameters"].update(Extra={"Type": "String", **given})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (assertion({"Fn::Equals": [{"Fn::Join": ["", {"Ref": "RouteTableIds"}]}, ""]}), "Fn::Join"),
        (assertion({"Fn::Equals": [{"Fn::Select": [0, {"Ref": "RouteTableIds"}]}, ""]}), "Fn::Sel"),
        (assertion({"Fn::Equals": [{"Fn::Sub": "${Arch}"}, "arm64"]}), "Fn::Sub"),
        (assertion({"Fn::Not": [{"Fn::If": ["HasApprover2", True, False]}]}), "Fn::If"),
        (lambda found: found["Conditions"].update(X={"Fn::GetAtt": ["Y", "Arn"]}), "Fn::GetAtt"),
        (lambda found: found["Metadata"].update(X={"Ref": "Arch"}), "Metadata.X: Ref"),
        (lambda found: found.update(Locals={}), "Locals: is no section"),
        (in_table(DeletionPolicy={"Fn::If": ["X", "Retain", "Delete"]}), "DeletionPolicy: Fn::If"),
        (in_table(Depends=["X"]), "Depends: is no attribute"),
        (in_table(DependsOn="Nobody"), "refers to Nobody"),
        (in_table(Condition="Nothing"), "condition Nothing"),
        (in_table(DependsOn="RecordPolicy"), "circular dependency of MigrationTable"),
        (
            lambda found: found["Resources"]["DmsVpcRole"].update(DeletionPolicy="Retain"),
            "RetainExceptOnCreate",
        ),
        (in_table(UpdateReplacePolicy="RetainExceptOnCreate"), "UpdateReplacePolicy"),
        (in_properties("MigrationTable", DeletionProtectionEnabled=True), "protects itself"),
        (in_properties("ReplicationSubnets", Tags=[]), "looks for dms-vpc-role"),
        (in_properties("ReplicationInstance", Tags=[]), "looks for dms-cloudwatch-logs-role"),
        (parameter(Default="x" * 4097), "4096 bytes"),
        (parameter(Default="b", AllowedPattern="a"), "does not match its pattern"),
        (parameter(Default="b", AllowedValues=["a"]), "none of its allowed values"),
        (parameter(Type="Number", Default=1, MinValue=5), "out of its bounds"),
        (parameter(Type="Number", MaxLength=5), "MaxLength is for strings"),
        (parameter(Type="AWS::EC2::VPC::Id", Default=""), "an empty default"),
        (parameter(Type="Text"), "is no type"),
        (parameter(Description="x" * 4001), "more than 4000 letters"),
        (lambda found: found.update(Description="x" * 1025), "Description: 1025 bytes"),
        (
            lambda found: found["Parameters"].update(
                {f"P{number}": {"Type": "String"} for number in range(200)}
            ),
            "of 200",
        ),
        (lambda found: found["Outputs"].update({"A-B": {"Value": "x"}}), "A-B"),
    ],
)
def test_a_broken_template_is_refused(change: Callable[[Document], Any], said: str) -> None:
    assert any(said in line for line in broken(change)), broken(change)


def statement(**changes: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*", **changes}
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": [one]}}


KEYED = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:redash-AbCdEf:key::"


@pytest.mark.parametrize(
    ("kind", "properties", "said"),
    [
        ("Lambda::Function", {"Description": "x" * 257}, "Description: 257"),
        ("Lambda::Function", {"Timeout": 901}, "Timeout: 901"),
        ("Lambda::Function", {"Runtyme": "python3.13"}, "Runtyme: is no property"),
        ("Lambda::Function", {"Environment": {"Variables": {"A": "x" * 4096}}}, "4097 bytes"),
        ("Lambda::Function", {"Environment": {"Variables": {"AWS_REGION": "x"}}}, "reserved"),
        ("IAM::Role", {"RoleName": "x" * 65}, "RoleName: 65"),
        ("IAM::Role", {"Description": "旧サーバー"}, "Description"),
        ("IAM::Role", {"ManagedPolicyArns": ["arn"] * 11}, "11 of 10"),
        ("IAM::ManagedPolicy", {"PolicyDocument": {"Statement": []}}, "no statement"),
        ("IAM::ManagedPolicy", statement(Resource=""), "empty Resource"),
        ("IAM::ManagedPolicy", statement(Resource="redash"), "is no ARN"),
        ("IAM::ManagedPolicy", statement(Resource=KEYED), "no key within a secret"),
        ("EC2::SecurityGroup", {"GroupDescription": "Who's in"}, "does not match"),
        ("Events::Rule", {"Description": "x" * 513}, "Description: 513"),
        ("StepFunctions::StateMachine", {"StateMachineName": "x" * 81}, "StateMachineName: 81"),
        ("DMS::ReplicationInstance", {"ReplicationInstanceIdentifier": "Redash"}, "small"),
        ("DMS::Endpoint", {"EndpointIdentifier": "redash--source"}, "single hyphens"),
        ("SSM::Parameter", {"Type": "String", "Value": "x" * 4097}, "4097 bytes"),
        ("SSM::Document", {"Content": {"mainSteps": ["x" * 65_536]}}, "of 65536"),
        ("RDS::DBInstance", {"DBInstanceIdentifier": "x" * 64}, "64"),
    ],
)
def test_properties_that_are_refused(kind: str, properties: dict[str, Any], said: str) -> None:
    kind = f"AWS::{kind}"
    lines = property_refusals(kind, properties, REGION) + service_refusals(kind, properties)
    assert any(said in line for line in lines), lines
