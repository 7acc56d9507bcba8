"""The failures by name, from the tree of classes."""

from __future__ import annotations

import inspect
from pathlib import Path

from redash_migration import errors


def errors_table(_root: Path) -> str:
    """Name, kind and when it appears, in the order of the module."""
    lines = ["| error | kind of | appears when |", "|---|---|---|"]
    for name, cls in vars(errors).items():
        if inspect.isclass(cls) and issubclass(cls, errors.MigrationError):
            if cls is errors.MigrationError:
                continue
            appears = " ".join((cls.__doc__ or "").split())
            lines.append(f"| {name} | {cls.__mro__[1].__name__} | {appears} |")
    return "\n".join(lines) + "\n"
