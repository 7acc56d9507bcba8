"""A deployment: the resources of one template, each created before the first that refers to it."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rehearsal.cloud.backends import ACCOUNT
from rehearsal.cloud.template.deployment import Deployment, Resource
from rehearsal.cloud.template.intrinsics import Resolver
from rehearsal.cloud.template.parameters import parameter_values
from rehearsal.cloud.template.reading import TemplateError, read_template
from rehearsal.cloud.template.refusals import (
    property_refusals,
    refusals,
    rule_refusals,
    service_refusals,
)


class Deployer:
    """Creates the resources of one template, each before the first that refers to it.

    What CloudFormation or a service would refuse is refused here too, as far as it is documented.

    ``creators``: the type of a resource -> what makes one (``resources.CREATORS``).
    """

    def __init__(
        self,
        cloud: Any,
        creators: Mapping[str, Creator],
        template: Path,
        parameters: Mapping[str, Any],
        stack_name: str,
    ) -> None:
        self.cloud = cloud
        self.creators = creators
        self.document = read_template(template, cloud.region)
        values = parameter_values(self.document, parameters)
        refused = refusals(self.document) or rule_refusals(self.document, values)
        if refused:
            raise TemplateError(f"{template.name}: CloudFormation refuses it: {'; '.join(refused)}")
        self.deployment = Deployment(stack_name, template, cloud.region, values)
        self.addresses: dict[str, str] = {}
        self._in_progress: list[str] = []
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": cloud.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": stack_name,
            "AWS::StackId": self.arn("cloudformation", f"stack/{stack_name}/rehearsal"),
            "AWS::NotificationARNs": [],
        }
        self.resolver = Resolver(
            self.document, {**values, **pseudo}, self.resource, self._secret, self.addresses
        )

    def deploy(self) -> Deployment:
        """Create everything whose condition holds, then the outputs."""
        for logical_id in self.document["Resources"]:
            if self._exists(logical_id):
                self.resource(logical_id)
        for name, output in self.document.get("Outputs", {}).items():
            if "Condition" not in output or self.resolver.condition(output["Condition"]):
                self.deployment.outputs[name] = self.resolver.resolve(output["Value"])
        return self.deployment

    def resource(self, logical_id: str) -> Resource:
        """A resource, made now where it is not there yet."""
        made = self.deployment.resources.get(logical_id)
        if made is not None:
            return made
        found = self.document["Resources"].get(logical_id)
        if found is None:
            raise TemplateError(f"{logical_id}: neither a parameter nor a resource")
        if not self._exists(logical_id):
            raise TemplateError(f"{logical_id}: is referred to, but its condition does not hold")
        if logical_id in self._in_progress:
            circle = " -> ".join([*self._in_progress, logical_id])
            raise TemplateError(f"circular dependency between resources: {circle}")
        kind = found["Type"]
        if kind not in self.creators:
            raise TemplateError(
                f"{logical_id}: the rehearsal does not know the type {kind}; add it under "
                "rehearsal/cloud/template/resources"
            )
        self._in_progress.append(logical_id)
        try:
            depends = found.get("DependsOn", [])
            for other in [depends] if isinstance(depends, str) else depends:
                if self._exists(other):
                    self.resource(other)
            properties = self.resolver.resolve(found.get("Properties", {}))
            refused = [
                *property_refusals(kind, properties, self.cloud.region),
                *service_refusals(kind, properties),
            ]
            if refused:
                raise TemplateError(f"{logical_id} ({kind}): AWS refuses it: {'; '.join(refused)}")
            try:
                made = self.creators[kind](self, logical_id, kind, properties)
            except TemplateError:
                raise
            except Exception as problem:
                raise TemplateError(f"{logical_id} ({kind}): {problem}") from problem
        finally:
            self._in_progress.pop()
        self.deployment.resources[logical_id] = made
        return made

    def _exists(self, logical_id: str) -> bool:
        found = self.document["Resources"].get(logical_id, {})
        return "Condition" not in found or self.resolver.condition(found["Condition"])

    def client(self, service: str) -> Any:
        """A client of the local cloud."""
        return self.cloud.client(service)

    def arn(self, service: str, rest: str) -> str:
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.cloud.region}:{ACCOUNT}:{rest}"

    def name(self, logical_id: str, longest: int = 64) -> str:
        """A physical name as CloudFormation makes them: stack, logical id, something random."""
        tail = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(12))
        return f"{self.deployment.stack_name}-{logical_id}"[: longest - 13] + "-" + tail

    def _secret(self, service: str, reference: str) -> str:
        """The value behind {{resolve:...}}."""
        if service != "secretsmanager":
            name = reference.split(":", maxsplit=1)[0]
            answer = self.client("ssm").get_parameter(Name=name, WithDecryption=True)
            return str(answer["Parameter"]["Value"])
        secret, _, rest = reference.partition(":SecretString")
        text = self.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        key = rest.lstrip(":").split(":")[0]
        if not key:
            return str(text)
        fields = json.loads(text)
        if key not in fields:
            raise TemplateError(f"{secret}: the secret has no field {key!r}")
        return str(fields[key])


Creator = Callable[[Deployer, str, str, dict[str, Any]], Resource]
