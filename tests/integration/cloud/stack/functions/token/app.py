"""Stores the task token."""

import os

import boto3


def handler(event, context):
    boto3.client("dynamodb").put_item(
        TableName=os.environ["TABLE"],
        Item={"pk": {"S": event.get("key", "token")}, "token": {"S": event["token"]}},
    )
