"""Lambda functions and layers."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from typing import Any

from rehearsal.cloud.lambdas.definition import FunctionDefinition, Layer
from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.reading import TemplateError, local_path

Properties = dict[str, Any]


def layer(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::Lambda::LayerVersion: its source folder, on the functions' module path."""
    directory = local_path(deployer.deployment.template, properties["Content"])
    if not directory.is_dir():
        raise TemplateError(f"{logical_id}: ContentUri {directory.name} is no folder")
    arn = deployer.arn("lambda", f"layer:{properties.get('LayerName', logical_id)}:1")
    deployer.deployment.layers[arn] = Layer(logical_id, directory)
    return Resource(kind, arn, {"LayerVersionArn": arn, "Arn": arn})


def function(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::Lambda::Function: in moto for the API, in the runtime for the work."""
    code = local_path(deployer.deployment.template, properties["Code"])
    if not code.is_dir():
        raise TemplateError(f"{logical_id}: CodeUri {code.name} is no folder")
    name = properties.get("FunctionName") or deployer.name(logical_id)
    arn = deployer.arn("lambda", f"function:{name}")
    layers = []
    for found in properties.get("Layers", []):
        if found not in deployer.deployment.layers:
            raise TemplateError(f"{logical_id}: the layer {found} is not one of this template")
        layers.append(deployer.deployment.layers[found])
    variables = properties.get("Environment", {}).get("Variables", {})
    reserved = properties.get("ReservedConcurrentExecutions")
    definition = FunctionDefinition(
        logical_id=logical_id,
        name=name,
        arn=arn,
        handler=properties.get("Handler", ""),
        code=code,
        environment={key: _text(value) for key, value in variables.items()},
        layers=tuple(layers),
        timeout=float(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        runtime=properties.get("Runtime", "python3.13"),
        role=properties.get("Role", ""),
        reserved_concurrency=None if reserved is None else int(reserved),
        dead_letter_arn=properties.get("DeadLetterConfig", {}).get("TargetArn", ""),
        logging=properties.get("LoggingConfig", {}),
    )
    deployer.client("lambda").create_function(
        FunctionName=name,
        Role=definition.role or deployer.arn("iam", "role/none"),
        Runtime=definition.runtime,
        Handler=definition.handler,
        Timeout=int(definition.timeout),
        MemorySize=definition.memory,
        Code={"ZipFile": EMPTY_ZIP},
    )
    deployer.deployment.functions[logical_id] = definition
    deployer.cloud.lambdas.add(definition)
    return Resource(kind, name, {"Arn": arn})


def event_invoke_config(
    deployer: Deployer, logical_id: str, kind: str, properties: Properties
) -> Resource:
    """AWS::Lambda::EventInvokeConfig: retries and the destination of what can't be delivered."""
    found = deployer.cloud.lambdas[properties["FunctionName"]]
    failure = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    found.definition = dataclasses.replace(
        found.definition,
        asynchronous_retries=int(properties.get("MaximumRetryAttempts", 2)),
        asynchronous_age=float(properties.get("MaximumEventAgeInSeconds", 21_600)),
        dead_letter_arn=failure or found.definition.dead_letter_arn,
    )
    deployer.deployment.functions[found.definition.logical_id] = found.definition
    return Resource(kind, logical_id)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _empty_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", "")
    return content.getvalue()


EMPTY_ZIP = _empty_zip()

CREATORS: dict[str, Creator] = {
    "AWS::Lambda::LayerVersion": layer,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::EventInvokeConfig": event_invoke_config,
}
