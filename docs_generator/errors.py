"""The failures by name: from the tree of classes, and those that people and services give."""

from __future__ import annotations

import inspect
from pathlib import Path

from docs_generator.error_words import OTHERS, TO_DO
from redash_migration import errors


def errors_table(_root: Path) -> str:
    """Name, when it appears and what to do, in the order of the module."""
    lines = ["| error | appears when | what to do |", "|---|---|---|"]
    for name, cls in error_classes().items():
        appears = " ".join((cls.__doc__ or "").split())
        lines.append(f"| {name} | {appears} | {TO_DO[name]} |")
    lines += [f"| {name} | {appears} | {do} |" for name, (appears, do) in OTHERS.items()]
    return "\n".join(lines) + "\n"


def error_classes() -> dict[str, type[errors.MigrationError]]:
    """Every failure that has a class of its own."""
    return {
        name: cls
        for name, cls in vars(errors).items()
        if inspect.isclass(cls)
        and issubclass(cls, errors.MigrationError)
        and cls is not errors.MigrationError
    }
