"""Which packages of the environment a function may import: the runtime's and its layers'."""

from __future__ import annotations

import functools
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rehearsal.cloud.lambdas.definition import FunctionDefinition

RUNTIME = frozenset({"boto3", "awslambdaric"})
"""What Lambda's Python runtime carries by itself, with what these need."""


@functools.cache
def installed() -> dict[str, frozenset[str]]:
    """Top-level module -> the distributions that bring it, by canonical name."""
    return {
        module: frozenset(str(canonicalize_name(name)) for name in names)
        for module, names in packages_distributions().items()
    }


@functools.cache
def with_requirements(names: frozenset[str]) -> frozenset[str]:
    """Distributions and all that they need on this Python.

    A layer's list is made for Lambda's Python; an older one here may need more (backports).
    """
    found: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        for line in lines:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                left.add(str(canonicalize_name(requirement.name)))
    return frozenset(found)


def hidden_modules(definition: FunctionDefinition) -> list[str]:
    """Top-level modules that are installed here but would not be there on Lambda."""
    carried = RUNTIME.union(*(layer.distributions() for layer in definition.layers))
    there = with_requirements(carried)
    return sorted(module for module, names in installed().items() if not names & there)
