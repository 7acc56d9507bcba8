"""DynamoDB tables, S3 buckets, secrets, parameters, documents, log groups."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.backends import ACCOUNT
from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.resources.fitting import fitting

Properties = dict[str, Any]


def table(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::DynamoDB::Table, with its time to live."""
    client = deployer.client("dynamodb")
    properties.setdefault("TableName", deployer.name(logical_id, 255))
    made = client.create_table(**fitting(client, "CreateTable", properties))["TableDescription"]
    if "TimeToLiveSpecification" in properties:
        client.update_time_to_live(
            TableName=made["TableName"],
            TimeToLiveSpecification={
                "AttributeName": properties["TimeToLiveSpecification"]["AttributeName"],
                "Enabled": True,
            },
        )
    return Resource(kind, made["TableName"], {"Arn": made["TableArn"]})


def bucket(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::S3::Bucket, with its versioning."""
    client = deployer.client("s3")
    name = properties.get("BucketName") or deployer.name(logical_id, 63).lower()
    place = {"LocationConstraint": deployer.cloud.region}
    client.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    if properties.get("VersioningConfiguration", {}).get("Status") == "Enabled":
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    attributes = {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{deployer.cloud.region}.amazonaws.com",
    }
    return Resource(kind, name, attributes)


def secret(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::SecretsManager::Secret, given or generated."""
    client = deployer.client("secretsmanager")
    text = properties.get("SecretString", "")
    wanted = properties.get("GenerateSecretString")
    if wanted is not None:
        generated = client.get_random_password(**fitting(client, "GetRandomPassword", wanted))
        text = generated["RandomPassword"]
        if "GenerateStringKey" in wanted:
            fields = json.loads(wanted.get("SecretStringTemplate", "{}"))
            text = json.dumps({**fields, wanted["GenerateStringKey"]: text})
    name = properties.get("Name") or deployer.name(logical_id)
    arn = client.create_secret(Name=name, SecretString=text or "{}")["ARN"]
    return Resource(kind, arn, {"Id": arn, "Arn": arn})


def parameter(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::SSM::Parameter."""
    client = deployer.client("ssm")
    properties.setdefault("Name", deployer.name(logical_id))
    client.put_parameter(**fitting(client, "PutParameter", properties))
    attributes = {"Type": properties["Type"], "Value": properties["Value"]}
    return Resource(kind, properties["Name"], attributes)


def document(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::SSM::Document, a command document in JSON."""
    name = properties.get("Name") or deployer.name(logical_id, 128)
    deployer.client("ssm").create_document(
        Name=name,
        Content=json.dumps(properties["Content"]),
        DocumentType=properties["DocumentType"],
        DocumentFormat="JSON",
        TargetType=properties["TargetType"],
    )
    return Resource(kind, name, {})


def log_group(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::Logs::LogGroup."""
    name = properties.get("LogGroupName") or deployer.name(logical_id, 512)
    deployer.client("logs").create_log_group(logGroupName=name)
    arn = f"arn:aws:logs:{deployer.cloud.region}:{ACCOUNT}:log-group:{name}:*"
    return Resource(kind, name, {"Arn": arn})


CREATORS: dict[str, Creator] = {
    "AWS::DynamoDB::Table": table,
    "AWS::S3::Bucket": bucket,
    "AWS::SecretsManager::Secret": secret,
    "AWS::SSM::Parameter": parameter,
    "AWS::SSM::Document": document,
    "AWS::Logs::LogGroup": log_group,
}
