"""Deploying a template: what is made, and what is refused with which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud import Cloud, Deployment, TemplateError

HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\n'


def test_outputs_and_resources(cloud: Cloud, deployment: Deployment) -> None:
    assert deployment.outputs["Subnets"] == "subnet-1+subnet-2"
    assert deployment.outputs["PageUrl"] == deployment.approval_url + "/page"
    table = cloud.client("dynamodb").describe_table(TableName=deployment.outputs["TableName"])
    assert table["Table"]["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    alive = cloud.client("dynamodb").describe_time_to_live(
        TableName=deployment.outputs["TableName"]
    )
    assert alive["TimeToLiveDescription"]["AttributeName"] == "expires_at"
    secret = cloud.client("secretsmanager").get_secret_value(
        SecretId=deployment.ref("SigningSecret")
    )
    assert len(secret["SecretString"]) == 40
    assert secret["SecretString"].isalnum()
    assert deployment.not_rehearsed == ["Alarm (AWS::CloudWatch::Alarm)"]


def test_the_state_machine_has_its_substitutions(cloud: Cloud, deployment: Deployment) -> None:
    found = cloud.client("stepfunctions").describe_state_machine(
        stateMachineArn=deployment.state_machine_arn
    )
    assert found["name"] == "small"
    assert "${" not in found["definition"]
    assert deployment.functions["TokenFunction"].arn in found["definition"]


def test_the_whole_small_application(
    cloud: Cloud, deployment: Deployment, token: Callable[..., str]
) -> None:
    name = 'Ann "the\n日本" \\'
    arn = cloud.start_execution({"name": name})
    cloud.client("stepfunctions").send_task_success(
        taskToken=token("token"), output='{"answer": "yes"}'
    )
    ended = cloud.wait_for_execution(arn)
    assert (ended.error, ended.output) == ("", {"said": f"Hello {name}, yes"})
    assert ended.states() == ["Hello", "Rest", "Token"]


def test_roles_are_written_down(cloud: Cloud, deployment: Deployment) -> None:
    roles = json.loads((cloud.directory / "roles.json").read_text())
    statements = roles["HelloFunction"]["statements"]
    assert {"dynamodb:PutItem", "s3:PutObject"} <= {
        action
        for statement in statements
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    bucket = deployment.ref("Bucket")
    assert f"arn:aws:s3:::{bucket}/*" in [statement["Resource"] for statement in statements]
    assert deployment.statements("HelloFunction") == statements


def test_subscriptions_have_filters_and_mails_arrive(cloud: Cloud, deployment: Deployment) -> None:
    sns = cloud.client("sns")
    topic = deployment.ref("Topic")
    for approver in ("ann@example.com", "bob@example.com", "eve@example.com"):
        sns.publish(
            TopicArn=topic,
            Subject="Please decide",
            Message=f"For {approver}: 切替の承認\nhttp://link",
            MessageAttributes={"approver": {"DataType": "String", "StringValue": approver}},
        )
    mail = cloud.mailbox.wait(lambda mail: mail.to == "bob@example.com")
    assert mail.text == "For bob@example.com: 切替の承認\nhttp://link"
    assert [mail.to for mail in cloud.mailbox.mails()] == ["ann@example.com", "bob@example.com"]
    assert len(list((cloud.directory / "mailbox").glob("*.eml"))) == 2
    kept = json.loads((cloud.directory / "mailbox" / "0001.json").read_text())
    assert kept["attributes"] == {"approver": "ann@example.com"}


def test_slack_messages_are_caught(cloud: Cloud) -> None:
    import urllib.error
    import urllib.request

    def post(message: Any) -> bytes:
        request = urllib.request.Request(cloud.slack_url, data=json.dumps(message).encode())
        with urllib.request.urlopen(request, timeout=5) as answer:
            body: bytes = answer.read()
            return body

    assert post({"text": "承認"}) == b"ok"
    assert cloud.slack.messages() == [{"text": "承認"}]
    assert list((cloud.directory / "slack").glob("*.json"))
    cloud.slack.failing = 500
    with pytest.raises(urllib.error.HTTPError) as problem:
        post({"text": "again"})
    problem.value.close()
    assert len(cloud.slack.messages()) == 1


def refused(cloud: Cloud, tmp_path: Path, text: str, **parameters: Any) -> str:
    """The words with which a template is refused."""
    template = tmp_path / "template.yaml"
    template.write_text(HEAD + text)
    before = cloud.deployment
    try:
        with pytest.raises(TemplateError) as problem:
            cloud.deploy(template, parameters, stack_name="refused")
    finally:
        cloud.deployment = before
    return str(problem.value)


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("{Type: 'AWS::Quantum::Computer'}", "A: the rehearsal does not know the type AWS::Quan"),
        (
            "{Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref Nothing}}",
            "Resources.A: refers to Nothing, which is not in the template",
        ),
        (
            "{Type: 'AWS::SNS::Topic', Properties: {TopicName: !GetAtt [B, Colour]}}",
            "B.Colour: the rehearsal knows no such attribute",
        ),
        (
            "{Type: 'AWS::SNS::Topic', Properties: {TopicName: {'Fn::ImportValue': x}}}",
            "Fn::ImportValue: this function is not known",
        ),
        (
            "{Type: 'AWS::SNS::Topic', Properties: {TopicName: !Select [3, [a, b]]}}",
            "Fn::Select: there is no item 3 among 2",
        ),
        (
            "{Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref C}}",
            "circular dependency of A; Resources: circular dependency of C",
        ),
        (
            "{Type: 'AWS::SNS::Topic', Properties: {TopicName: !If [Never, a, b]}}",
            "Resources.A: the condition Never is not in the template",
        ),
    ],
)
def test_what_is_not_known_is_named(
    cloud: Cloud, tmp_path: Path, resource: str, words: str
) -> None:
    text = f"Resources:\n  A: {resource}\n  B: {{Type: 'AWS::SQS::Queue'}}\n"
    text += "  C: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref A}}\n"
    assert words in refused(cloud, tmp_path, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            """
Parameters: {Names: {Type: CommaDelimitedList, Default: ""}}
Rules: {Given: {Assertions: [{Assert: !Equals [!Join ["", !Ref Names], ""]}]}}
Resources: {A: {Type: 'AWS::SQS::Queue'}}
""",
            "Rules.Given.Assertions[0].Assert.Fn::Equals[0]: Fn::Join is not supported there",
        ),
        (
            """
Parameters: {Names: {Type: CommaDelimitedList, Default: ""}}
Rules:
  Given:
    Assertions: [{Assert: !Not [!Contains [!Ref Names, ""]], AssertDescription: give names}]
Resources: {A: {Type: 'AWS::SQS::Queue'}}
""",
            "Rules.Given: give names",
        ),
        (
            """
Resources:
  A: {Type: 'AWS::IAM::Role', DeletionPolicy: Retain, Properties: {RoleName: dms-vpc-role}}
""",
            "A: a failed first create leaves it behind under its fixed name dms-vpc-role",
        ),
        (
            """
Resources:
  A:
    Type: 'AWS::DMS::ReplicationInstance'
    Properties: {ReplicationInstanceClass: c, ReplicationInstanceIdentifier: !Ref AWS::StackName}
  B: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub "${A}", Kolor: red}}
""",
            "B (AWS::SQS::Queue): AWS refuses it: Kolor: is no property",
        ),
    ],
)
def test_what_aws_refuses_is_refused(cloud: Cloud, tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(cloud, tmp_path, text)


def test_parameters_are_checked_all_at_once(cloud: Cloud, tmp_path: Path) -> None:
    text = """
Parameters:
  Needed: {Type: String}
  Small: {Type: Number, MaxValue: 5}
  One: {Type: String, AllowedValues: [a, b]}
  Pattern: {Type: String, AllowedPattern: ^x+$, ConstraintDescription: only x}
Resources:
  A: {Type: 'AWS::SQS::Queue'}
"""
    words = refused(cloud, tmp_path, text, Small=6, One="c", Pattern="y", Extra=1)
    assert words == (
        "Parameters: Extra: the template has no such parameter; Needed: has no default; give it; "
        "One: 'c' is none of a, b; Pattern: 'y' does not match ^x+$ (only x); "
        "Small: '6' is above 5"
    )


def test_a_missing_substitution_is_named(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Gone}, "End": true}}}'
    )
    text = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: machine.json, Role: arn:aws:iam::123456789012:role/x}
"""
    assert "DefinitionSubstitutions lacks Gone" in refused(cloud, tmp_path, text)


def test_functions_of_cloudformation(cloud: Cloud, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        HEAD
        + """
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a,b"}
  Kind: {Type: String, Default: big}
Mappings:
  Sizes: {big: {memory: "512"}, small: {memory: "128"}}
Conditions:
  Big: !Equals [!Ref Kind, big]
  Small: !Not [!Condition Big]
  Both: !And [!Condition Big, !Not [!Condition Small]]
  Either: !Or [!Condition Small, !Condition Big]
Resources:
  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub "${AWS::StackName}-q"}}
  Never: {Type: 'AWS::SQS::Queue', Condition: Small}
Outputs:
  Size: {Value: !FindInMap [Sizes, !Ref Kind, memory]}
  List: {Value: !Join ["-", [x, !If [Small, s, !Ref "AWS::NoValue"]]]}
  Second: {Value: !Select [1, !Ref Names]}
  Text: {Value: !Sub ["${A}/${Queue.Arn}/${!literal}", {A: !Select [0, !Split ["|", "p|q"]]}]}
  "Yes": {Value: !If [Both, "yes", "no"]}
  Also: {Value: !If [Either, "yes", "no"]}
  Absent: {Condition: Small, Value: x}
"""
    )
    before = cloud.deployment
    try:
        outputs = cloud.deploy(template, stack_name="functions").outputs
    finally:
        cloud.deployment = before
    assert outputs == {
        "Size": "512",
        "List": "x",
        "Second": "b",
        "Text": "p/arn:aws:sqs:ap-northeast-1:123456789012:functions-q/${literal}",
        "Yes": "yes",
        "Also": "yes",
    }
