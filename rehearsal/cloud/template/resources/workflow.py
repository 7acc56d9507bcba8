"""Step Functions state machines."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.reading import TemplateError, local_path

Properties = dict[str, Any]


def state_machine(
    deployer: Deployer, logical_id: str, kind: str, properties: Properties
) -> Resource:
    """AWS::StepFunctions::StateMachine, its substitutions filled in as CloudFormation does."""
    if "DefinitionS3Location" in properties:
        path = local_path(deployer.deployment.template, properties["DefinitionS3Location"])
        if not path.is_file():
            raise TemplateError(f"{logical_id}: DefinitionUri {path.name}: there is no such file")
        text = path.read_text(encoding="utf-8")
    else:
        found = properties.get("Definition") or properties["DefinitionString"]
        text = found if isinstance(found, str) else json.dumps(found)
    text = substitute(text, properties.get("DefinitionSubstitutions", {}), logical_id)
    name = properties.get("StateMachineName") or deployer.name(logical_id, 80)
    arn = deployer.client("stepfunctions").create_state_machine(
        name=name,
        definition=text,
        roleArn=properties["RoleArn"],
        type=properties.get("StateMachineType", "STANDARD"),
    )["stateMachineArn"]
    deployer.deployment.state_machines[logical_id] = arn
    return Resource(kind, arn, {"Arn": arn, "Name": name})


def substitute(text: str, values: dict[str, Any], logical_id: str) -> str:
    """``${Name}`` by its value; names left over are an error."""
    missing = set()

    def put(found: re.Match[str]) -> str:
        if found[1] not in values:
            missing.add(found[1])
            return found[0]
        return str(values[found[1]])

    filled = re.sub(r"\$\{([A-Za-z0-9_]+)\}", put, text)
    if missing:
        names = ", ".join(sorted(missing))
        raise TemplateError(f"{logical_id}: DefinitionSubstitutions lacks {names}")
    return filled


CREATORS: dict[str, Creator] = {"AWS::StepFunctions::StateMachine": state_machine}
