"""The failures by name: from the tree of classes, and those that people and services give."""

from __future__ import annotations

import inspect
from pathlib import Path

from redash_migration import errors
from redash_migration.approval.texts.english_errors import OTHERS, TO_DO, english_error


def errors_table(_root: Path) -> str:
    """Name, when it appears and what to do, in the order of the module."""
    lines = ["| error | appears when | what to do |", "|---|---|---|"]
    lines += [f"| {name} | {english_error(name)} | {TO_DO[name]} |" for name in error_classes()]
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
