"""What a function's process is started with: variables, module path, hidden packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rehearsal.cloud.door import SECRET_KEY
from rehearsal.cloud.lambdas.definition import FunctionDefinition
from rehearsal.cloud.lambdas.packages import hidden_modules


def order(
    definition: FunctionDefinition, environment: dict[str, str], log: Path, plain_client: bool
) -> dict[str, Any]:
    """The order to the nursery: /var/task first, then the layers, then the runtime."""
    layers = [str(layer.directory) for layer in definition.layers]
    return {
        "environment": environment,
        "directory": str(definition.code),
        "path": [str(definition.code), *layers],
        "hidden": hidden_modules(definition),
        "handler": definition.handler,
        "log": str(log),
        "plain_client": plain_client,
    }


def environment(
    definition: FunctionDefinition,
    instance: str,
    region: str,
    addresses: tuple[str, str],
    home: Path,
) -> dict[str, str]:
    """The variables that the process sees: the template's, and those that Lambda adds.

    ``addresses`` are those of the runtime API and of AWS. The access key id is the function's
    logical id and the session token the instance's id, so that each AWS call can be traced to its
    caller.
    """
    logging = definition.logging
    return {
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": str(home),
        "LAMBDA_TASK_ROOT": str(definition.code),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "_HANDLER": definition.handler,
        "AWS_LAMBDA_RUNTIME_API": f"{addresses[0]}/{instance}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{definition.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": definition.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(definition.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup", f"/aws/lambda/{definition.name}"),
        "AWS_LAMBDA_LOG_STREAM_NAME": instance,
        "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text"),
        **_log_level(logging),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": definition.logical_id,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SESSION_TOKEN": instance,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        **definition.environment,
        "AWS_ENDPOINT_URL": addresses[1],
    }


def _log_level(logging: dict[str, str]) -> dict[str, str]:
    """Only with structured logs does Lambda set a level."""
    if logging.get("LogFormat") != "JSON":
        return {}
    return {"AWS_LAMBDA_LOG_LEVEL": logging.get("ApplicationLogLevel", "INFO")}
