"""Says hello; does what the event asks for."""

import importlib
import itertools
import json
import os
import time

import boto3
from botocore.config import Config
from greetings import greeting

CALLS = itertools.count(1)


class Stubborn(Exception):
    """Raised on demand."""


def handler(event, context):
    calls = next(CALLS)
    if "requestContext" in event:
        return {
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "cookies": ["a=1", "b=2"],
            "body": json.dumps(event),
        }
    if event.get("source") or "store" in event:
        key = event.get("id") or event["store"]
        table = boto3.client("dynamodb")
        item = {"pk": {"S": key}, "event": {"S": json.dumps(event)}}
        table.put_item(TableName=os.environ["TABLE"], Item=item)
        if (event.get("detail") or {}).get("fail"):
            raise Stubborn("never")
    if "put" in event:
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="a/b", Body=b"x")
    if "environment" in event:
        return {name: os.environ.get(name) for name in event["environment"]}
    if "import" in event:
        return importlib.import_module(event["import"]).__name__
    if "raise" in event:
        raise Stubborn(event["raise"])
    if "publish" in event:
        config = Config(retries={"total_max_attempts": event["attempts"]})
        sns = boto3.client("sns", config=config)
        sns.publish(TopicArn=os.environ["TOPIC_ARN"], Message=event["publish"])
    if "answer" in event:
        return "x" * event["answer"]
    if "exit" in event:
        os._exit(event["exit"])
    if "sleep" in event:
        time.sleep(event["sleep"])
    return {
        "text": greeting(event.get("name")),
        "calls": calls,
        "event": event,
        "remaining": context.get_remaining_time_in_millis(),
        "pid": os.getpid(),
    }
