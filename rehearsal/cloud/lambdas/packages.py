"""Which packages of the environment a function may import: the runtime's and its layers'."""

from __future__ import annotations

import functools
from importlib.metadata import packages_distributions

from rehearsal.cloud.lambdas.definition import FunctionDefinition

RUNTIME = frozenset(
    {
        "boto3",
        "botocore",
        "s3transfer",
        "jmespath",
        "python-dateutil",
        "six",
        "urllib3",
        "awslambdaric",
        "snapshot-restore-py",
        "simplejson",
    }
)
"""What Lambda's Python runtime carries by itself."""


@functools.cache
def installed() -> dict[str, frozenset[str]]:
    """Top-level module -> the distributions that bring it, normalised."""
    return {
        module: frozenset(name.lower().replace("_", "-").replace(".", "-") for name in names)
        for module, names in packages_distributions().items()
    }


def hidden_modules(definition: FunctionDefinition) -> list[str]:
    """Top-level modules that are installed here but would not be there on Lambda."""
    carried = RUNTIME.union(*(layer.distributions() for layer in definition.layers))
    return sorted(module for module, names in installed().items() if not names & carried)
