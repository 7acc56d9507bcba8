"""HTTP APIs: given as one OpenAPI body, or as integrations and routes."""

from __future__ import annotations

import re
import secrets
import string
from typing import Any

from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.reading import TemplateError
from rehearsal.cloud.web.http_api import HttpApi

Properties = dict[str, Any]

FUNCTION_ARN = re.compile(r"(arn:aws:lambda:[^/]+?:function:[^/:]+)")


def api(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::ApiGatewayV2::Api: a local HTTP server; its public address means the local one."""
    found = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(10))
    made = HttpApi(found, deployer.cloud.lambdas.invoke)
    deployer.cloud.add_api(made)
    deployer.deployment.apis[found] = made
    public = f"https://{found}.execute-api.{deployer.cloud.region}.amazonaws.com"
    deployer.addresses[public] = made.url
    for path, methods in properties.get("Body", {}).get("paths", {}).items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration", {})
            route = "$default" if path == "$default" else f"{_method(method)} {path}"
            made.add_route(route, _function(logical_id, integration.get("uri", "")))
    return Resource(kind, found, {"ApiId": found, "ApiEndpoint": made.url})


def integration(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::ApiGatewayV2::Integration: an id that stands for a function."""
    del deployer
    if str(properties.get("PayloadFormatVersion", "1.0")) != "2.0":
        raise TemplateError(f"{logical_id}: only PayloadFormatVersion 2.0 can be rehearsed")
    function = _function(logical_id, properties["IntegrationUri"])
    return Resource(kind, logical_id.lower(), {"FunctionArn": function})


def route(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::ApiGatewayV2::Route."""
    target = properties["Target"].removeprefix("integrations/")
    for found in deployer.deployment.resources.values():
        if found.type == "AWS::ApiGatewayV2::Integration" and found.ref == target:
            made = deployer.deployment.apis[properties["ApiId"]]
            made.add_route(properties["RouteKey"], found.attributes["FunctionArn"])
            return Resource(kind, logical_id.lower())
    raise TemplateError(f"{logical_id}: Target {target!r} is no integration of this template")


def stage(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::ApiGatewayV2::Stage; only $default has no prefix in its paths."""
    del deployer
    name = properties["StageName"]
    if name != "$default":
        raise TemplateError(f"{logical_id}: only the stage $default can be rehearsed")
    return Resource(kind, name)


def _method(name: str) -> str:
    return "ANY" if name == "x-amazon-apigateway-any-method" else name.upper()


def _function(logical_id: str, uri: str) -> str:
    found = FUNCTION_ARN.search(uri)
    if found is None:
        raise TemplateError(f"{logical_id}: the integration {uri!r} is no Lambda function")
    return found[1]


CREATORS: dict[str, Creator] = {
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::Integration": integration,
    "AWS::ApiGatewayV2::Route": route,
    "AWS::ApiGatewayV2::Stage": stage,
}
