"""Shows each defect of moto as it is installed; prints {name: whether it is still there}.

Run as a program of its own, because the tests' process has mended its moto.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
os.environ["MOTO_PORT"] = str(PORT)

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer

ROLE = "arn:aws:iam::123456789012:role/none"
DEFECTS: dict[str, Callable[[], bool]] = {}


def defect(check: Callable[[], bool]) -> Callable[[], bool]:
    """Registers a check: True while the defect is there."""
    DEFECTS[check.__name__] = check
    return check


def client(service: str) -> Any:
    """A client of the plain moto."""
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{PORT}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=config,
    )


def start(states: dict[str, Any], given: str = "{}") -> str:
    """Starts a JSONPath machine whose first state is A."""
    made = STATES.create_state_machine(
        name=f"m{time.monotonic_ns()}",
        definition=json.dumps({"StartAt": "A", "States": states}),
        roleArn=ROLE,
    )
    name = f"e{time.monotonic_ns()}"
    return str(
        STATES.start_execution(stateMachineArn=made["stateMachineArn"], input=given, name=name)[
            "executionArn"
        ]
    )


def ended(arn: str, seconds: float = 10) -> dict[str, Any]:
    """The execution at its end, or as it is after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found: dict[str, Any] = STATES.describe_execution(executionArn=arn)
        if found["status"] != "RUNNING":
            break
        time.sleep(0.05)
    return found


def waiting(**more: Any) -> tuple[str, str, Callable[[], str]]:
    """An execution that waits for a token: its ARN, the token, and a way to the next token."""
    queue = QUEUES.create_queue(QueueName=f"q{time.monotonic_ns()}")["QueueUrl"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 20,
        "End": True,
        **more,
    }
    states = {"A": state, "Silent": {"Type": "Pass", "End": True}}
    state = {name: value for name, value in state.items() if value is not None}
    states["A"] = state
    if "Catch" not in state:
        del states["Silent"]

    def token() -> str:
        while True:
            for message in QUEUES.receive_message(QueueUrl=queue).get("Messages", []):
                QUEUES.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                return str(json.loads(message["Body"])["token"])
            time.sleep(0.05)

    arn = start(states)
    return arn, token(), token


@defect
def jsonata_evaluator() -> bool:
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    return jsonata._eval_jsonata is None


@defect
def jsonata_strings() -> bool:
    from moto.stepfunctions.parser.asl.jsonata.jsonata import encode_jsonata_variable_declarations

    return bool(encode_jsonata_variable_declarations({"$a": 'x"y'}) == '$a:="x"y";')


@defect
def failure_cause() -> bool:
    arn, token, _ = waiting()
    STATES.send_task_failure(taskToken=token, error="E", cause="because")
    return ended(arn).get("cause") != "because"


@defect
def second_answer() -> bool:
    # The execution must still run when the second answer comes.
    wait = {"Type": "Wait", "Seconds": 2, "End": True}
    queue = QUEUES.create_queue(QueueName="second")["QueueUrl"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "Next": "B",
    }
    start({"A": state, "B": wait})
    while not (found := QUEUES.receive_message(QueueUrl=queue).get("Messages")):
        time.sleep(0.05)
    token = json.loads(found[0]["Body"])["token"]
    STATES.send_task_success(taskToken=token, output="{}")
    time.sleep(0.3)
    try:
        STATES.send_task_success(taskToken=token, output="{}")
    except ClientError:
        return False
    return True


@defect
def token_of_a_retry() -> bool:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    _, first, following = waiting(Retry=retry)
    STATES.send_task_failure(taskToken=first, error="Again")
    return following() == first


@defect
def heartbeat_without_time_out() -> bool:
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "HeartbeatSeconds": 5,
        "Parameters": {},
        "End": True,
    }
    program, _ = AmazonStateLanguageParser.parse(
        json.dumps({"StartAt": "A", "States": {"A": state}})
    )
    return bool(program.states.states["A"].timeout.timeout_seconds == 60)


@defect
def heartbeat_by_name() -> bool:
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Silent"}]
    arn, _, _ = waiting(HeartbeatSeconds=1, Catch=catch)
    return bool(ended(arn)["status"] != "SUCCEEDED")


@defect
def stopping() -> bool:
    arn, _, _ = waiting()
    STATES.stop_execution(executionArn=arn, error="E", cause="C")
    return bool(ended(arn, 1)["status"] != "ABORTED")


@defect
def unmatched_choice() -> bool:
    choices = [{"Variable": "$.a", "NumericEquals": 1, "Next": "B"}]
    states = {"A": {"Type": "Choice", "Choices": choices}, "B": {"Type": "Succeed"}}
    return bool(ended(start(states, '{"a": 2}'))["error"] != "States.NoChoiceMatched")


@defect
def error_codes() -> bool:
    try:
        STATES.create_state_machine(name="bad", definition='{"StartAt": }', roleArn=ROLE)
    except ClientError as problem:
        return problem.response["Error"]["Code"] != "InvalidDefinition"
    return True


@defect
def definitions() -> bool:
    good = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    inner = {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}
    bad = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": inner}}
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
    from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

    def parse(definition: dict[str, Any]) -> bool:
        try:
            AmazonStateLanguageParser.parse(json.dumps(definition))
        except Exception:
            return False
        return True

    assert parse(good)
    assert not parse(bad)
    left = bool(Preprocessor._query_language_per_scope)
    Preprocessor._query_language_per_scope.clear()
    return left


@defect
def definition_checks() -> bool:
    states = {"A": {"Type": "Pass", "Next": "Nowhere"}}
    try:
        STATES.create_state_machine(
            name="dangling",
            definition=json.dumps({"StartAt": "A", "States": states}),
            roleArn=ROLE,
        )
    except ClientError:
        return False
    return True


@defect
def history_pages() -> bool:
    arn = start({"A": {"Type": "Pass", "End": True}})
    ended(arn)
    page = STATES.get_execution_history(executionArn=arn, maxResults=1)
    return len(page["events"]) != 1


@defect
def execution_names() -> bool:
    made = STATES.create_state_machine(
        name="nameless",
        definition='{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
        roleArn=ROLE,
    )
    answer = STATES.start_execution(stateMachineArn=made["stateMachineArn"])
    return str(answer["executionArn"]).endswith(":None")


@defect
def context_times() -> bool:
    parameters = {"at.$": "$$.Execution.StartTime"}
    arn = start({"A": {"Type": "Pass", "Parameters": parameters, "End": True}})
    try:
        return not str(json.loads(ended(arn)["output"])["at"]).endswith("Z")
    except ClientError:
        # The time is no text at all, and breaks the answer.
        return True


@defect
def described_output() -> bool:
    arn = start({"A": {"Type": "Pass", "Result": "text", "End": True}})
    return bool(ended(arn)["output"] != '"text"')


@defect
def event_delivery() -> bool:
    events = client("events")
    events.put_rule(Name="r", EventPattern='{"source": ["s"]}')
    target = "arn:aws:lambda:us-east-1:123456789012:function:f"
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": target}])
    try:
        events.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])
    except ClientError:
        return True
    return False


@defect
def lambda_tasks() -> bool:
    import inspect

    from moto.awslambda.models import LambdaFunction

    return "docker" in inspect.getsource(LambdaFunction._invoke_lambda)


@defect
def undisturbed_transactions() -> bool:
    from moto.dynamodb.models import DynamoDBBackend

    table = client("dynamodb")
    table.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    look = DynamoDBBackend.get_item

    def look_while_another_writes(*given: Any, **named: Any) -> Any:
        DynamoDBBackend.get_item = look
        table.put_item(TableName="t", Item={"k": {"S": "another's"}})
        return look(*given, **named)

    DynamoDBBackend.get_item = look_while_another_writes
    absent = {"Key": {"k": {"S": "none"}}, "ConditionExpression": "attribute_exists(k)"}
    with contextlib.suppress(ClientError):
        table.transact_write_items(TransactItems=[{"ConditionCheck": {"TableName": "t", **absent}}])
    return bool(table.scan(TableName="t")["Count"] == 0)


if __name__ == "__main__":
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    SERVER = ThreadedMotoServer("127.0.0.1", PORT, verbose=False)
    SERVER.start()
    STATES, QUEUES = client("stepfunctions"), client("sqs")
    FOUND: dict[str, Any] = {}

    def look(name: str, check: Callable[[], bool]) -> None:
        """Checks one defect."""
        try:
            FOUND[name] = check()
        except Exception as problem:
            FOUND[name] = f"{type(problem).__name__}: {problem}"

    THREADS = [threading.Thread(target=look, args=found, daemon=True) for found in DEFECTS.items()]
    for thread in THREADS:
        # One after another: moto's parser keeps state in a class.
        thread.start()
        thread.join(30)
    print(json.dumps({name: FOUND.get(name, "no answer") for name in DEFECTS}), flush=True)
    os._exit(0)
