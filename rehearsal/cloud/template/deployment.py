"""A deployed stack: its resources, outputs, functions, roles."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.cloud.backends import ACCOUNT
from rehearsal.cloud.http_api import HttpApi
from rehearsal.cloud.lambdas.definition import FunctionDefinition, Layer
from rehearsal.cloud.template.intrinsics import Resolver
from rehearsal.cloud.template.parameters import parameter_values
from rehearsal.cloud.template.reading import TemplateError, read_template


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that exists: its type, what Ref gives, its attributes."""

    type: str
    ref: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Role:
    """What a role allows: policy statements and managed policies by ARN."""

    name: str
    statements: list[dict[str, Any]] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Deployment:
    """What a deployment gives the rehearsal."""

    stack_name: str
    template: Path
    region: str
    parameters: dict[str, Any]
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, FunctionDefinition] = field(default_factory=dict)
    state_machines: dict[str, str] = field(default_factory=dict)
    apis: dict[str, HttpApi] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    not_rehearsed: list[str] = field(default_factory=list)

    @property
    def state_machine_arn(self) -> str:
        """The ARN of the one state machine."""
        if len(self.state_machines) != 1:
            raise TemplateError(f"the template has {len(self.state_machines)} state machines")
        return next(iter(self.state_machines.values()))

    @property
    def approval_url(self) -> str:
        """The local address of the one HTTP API, without a slash at the end."""
        if len(self.apis) != 1:
            raise TemplateError(f"the template has {len(self.apis)} HTTP APIs")
        return next(iter(self.apis.values())).url

    def ref(self, logical_id: str) -> Any:
        """What Ref gives for a resource."""
        return self.resources[logical_id].ref

    def statements(self, function: str) -> list[dict[str, Any]]:
        """The policy statements of a function's role."""
        role = self.functions[function].role.rpartition("/")[2]
        return self.roles[role].statements if role in self.roles else []

    def write_roles(self, path: Path) -> None:
        """function -> {"role", "statements", "managed_policies"}, as JSON."""
        report = {}
        for name, definition in sorted(self.functions.items()):
            role = self.roles.get(definition.role.rpartition("/")[2])
            report[name] = {
                "role": definition.role,
                "statements": role.statements if role else [],
                "managed_policies": role.managed if role else [],
            }
        path.write_text(json.dumps(report, indent=1), encoding="utf-8")


class Deployer:
    """Creates the resources of one template, each before the first that refers to it."""

    def __init__(
        self, cloud: Any, template: Path, parameters: Mapping[str, Any], stack_name: str
    ) -> None:
        self.cloud = cloud
        self.document = read_template(template, cloud.region)
        values = parameter_values(self.document, parameters)
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
        from rehearsal.cloud.template.resources import CREATORS

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
        if kind not in CREATORS:
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
            try:
                made = CREATORS[kind](self, logical_id, kind, properties)
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
