"""A template as a stack would see it: parameters filled in, conditions decided.

Nothing is created. A resource that is referred to stands as an ARN or name of the form that AWS
gives, so that policies, environments and event patterns can be compared with what happens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from deployment.sample import ACCOUNT, REGION, arn
from rehearsal.cloud.access.policies import Statement
from rehearsal.cloud.template.intrinsics import Resolver
from rehearsal.cloud.template.parameters import parameter_values
from rehearsal.cloud.template.reading import read_template

STACK = "redash-migration"

_FORMS = {
    "AWS::DynamoDB::Table": ("dynamodb", "table/{}"),
    "AWS::Lambda::Function": ("lambda", "function:{}"),
    "AWS::Lambda::LayerVersion": ("lambda", "layer:{}:1"),
    "AWS::StepFunctions::StateMachine": ("states", "stateMachine:" + STACK),
    "AWS::SNS::Topic": ("sns", "{}"),
    "AWS::SQS::Queue": ("sqs", "{}"),
    "AWS::KMS::Key": ("kms", "key/{}"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "secret:{}-AbCdEf"),
    "AWS::DMS::ReplicationInstance": ("dms", "rep:{}"),
    "AWS::DMS::Endpoint": ("dms", "endpoint:{}"),
    "AWS::Events::Rule": ("events", "rule/{}"),
    "AWS::Logs::LogGroup": ("logs", "log-group:{}:*"),
}
_REF_IS_ARN = {
    "AWS::DMS::Endpoint",
    "AWS::DMS::ReplicationInstance",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::LayerVersion",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
}


@dataclass(frozen=True, slots=True)
class StandIn:
    """What Ref and Fn::GetAtt give for a resource that was not created."""

    ref: str
    attributes: Mapping[str, Any]


class _Attributes(dict[str, str]):
    def __init__(self, name: str, own_arn: str) -> None:
        super().__init__(Arn=own_arn)
        self._name = name

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, attribute: str) -> str:
        return f"{self._name}.{attribute}"


@dataclass
class Stack:
    """The resources of a template, transformed and resolved, by logical id."""

    path: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    name: str = STACK

    @cached_property
    def document(self) -> dict[str, Any]:
        """The template after SAM's transform."""
        return read_template(self.path, REGION)

    @cached_property
    def _resolver(self) -> Resolver:
        values = parameter_values(self.document, self.parameters)
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": REGION,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.name,
            "AWS::StackId": arn("cloudformation", f"stack/{self.name}/1"),
        }
        return Resolver(self.document, {**values, **pseudo}, self._stand_in, _secret, {})

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Type and properties of every resource whose condition holds."""
        found = {}
        for name, resource in self.document["Resources"].items():
            if "Condition" in resource and not self._resolver.condition(resource["Condition"]):
                continue
            properties = self._resolver.resolve(resource.get("Properties", {}))
            found[name] = {"Type": resource["Type"], "Properties": properties}
        return found

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties of all resources of a type."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of every Lambda function."""
        return self.of_type("AWS::Lambda::Function")

    def environment(self, function: str) -> dict[str, str]:
        """A function's variables."""
        variables: dict[str, str] = self.functions[function]["Environment"]["Variables"]
        return variables

    def statements(self, function: str) -> list[Statement]:
        """What the function's role allows, managed policies of AWS left aside."""
        role = self.of_type("AWS::IAM::Role")[f"{function}Role"]
        documents = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
        attached = role.get("ManagedPolicyArns", [])
        documents += [
            policy["PolicyDocument"]
            for name, policy in self.of_type("AWS::IAM::ManagedPolicy").items()
            if _managed_policy(name) in attached
        ]
        return [one for document in documents for one in document["Statement"]]

    def code(self, function: str) -> Path:
        """The handler's file."""
        folder = re.sub(r"(?<!^)(?=[A-Z])", "_", function.removesuffix("Function")).lower()
        return self.path.parent / "functions" / folder / "app.py"

    def _stand_in(self, name: str) -> StandIn:
        kind = self.document["Resources"][name]["Type"]
        if kind == "AWS::S3::Bucket":
            bucket = f"{self.name.lower()[:24]}-{name.lower()}"
            return StandIn(bucket, _Attributes(name, f"arn:aws:s3:::{bucket}"))
        if kind == "AWS::IAM::Role":
            own = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        elif kind == "AWS::IAM::ManagedPolicy":
            own = _managed_policy(name)
        elif kind in _FORMS:
            service, form = _FORMS[kind]
            own = arn(service, form.format(name))
        else:
            own = name
        return StandIn(own if kind in _REF_IS_ARN else name, _Attributes(name, own))


def _managed_policy(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{STACK}-{name}"


def _secret(service: str, reference: str) -> str:
    del reference
    return f"from{service}"
