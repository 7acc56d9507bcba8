"""A deployed stack: its resources, outputs, functions, roles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.cloud.lambdas.definition import FunctionDefinition, Layer
from rehearsal.cloud.template.reading import TemplateError
from rehearsal.cloud.web.http_api import HttpApi


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that exists: its type, what Ref gives, its attributes."""

    type: str
    ref: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Role:
    """What a role allows: all its statements, and the managed policies it has, by ARN."""

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
    managed_policies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
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
