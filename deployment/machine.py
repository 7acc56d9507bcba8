"""The state machine's definition as Step Functions gets it: every substitution filled."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from deployment.sample import MIGRATION
from deployment.stack import Stack

SUBSTITUTION = re.compile(r"\$\{(\w+)\}")


def substitutions(root: Path) -> dict[str, Any]:
    """Name -> value, as the template gives them."""
    machines = Stack(root / "template.yaml", MIGRATION).of_type("AWS::StepFunctions::StateMachine")
    found: dict[str, Any] = machines["MigrationStateMachine"]["DefinitionSubstitutions"]
    return found


def filled(root: Path) -> dict[str, Any]:
    """The definition; KeyError names a substitution that the template doesn't give."""
    text = (root / "statemachine" / "migration.asl.json").read_text(encoding="utf-8")
    values = substitutions(root)
    definition: dict[str, Any] = json.loads(
        SUBSTITUTION.sub(lambda found: str(values[found[1]]), text)
    )
    return definition


def lintable(definition: dict[str, Any]) -> dict[str, Any]:
    """A template in which cfn-lint does check the definition.

    It looks into AWS::StepFunctions::StateMachine with a Definition, not into a file beside the
    template, and not into AWS::Serverless::StateMachine. Its schema lacks JSONata's time-outs, so
    a number stands for these expressions.
    """
    plain = _with_numbers(definition)
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": plain}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}


def _with_numbers(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_numbers(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_numbers(inner) for inner in value]
    is_time_out = name in {"TimeoutSeconds", "HeartbeatSeconds"} and isinstance(value, str)
    return 60 if is_time_out and value.startswith("{%") else value
