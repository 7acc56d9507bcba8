"""Replacing a part of moto, and noticing when moto has changed under the replacement."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

from rehearsal.cloud.repairs.fingerprints import FINGERPRINTS

ORIGINALS: dict[str, Any] = {}
"""What was there before, by dotted name."""


class RepairOutdated(RuntimeError):
    """moto is not as the repair expects it: look whether the defect is still there."""


def fingerprint(thing: Any) -> str:
    """A short hash of the source, blanks aside; of the value where there is no source."""
    thing = getattr(thing, "__func__", thing)
    try:
        source = inspect.getsource(thing)
    except (TypeError, OSError):
        source = repr(thing)
    return hashlib.sha256("".join(source.split()).encode()).hexdigest()[:12]


def replace(owner: Any, name: str, replacement: Any) -> Any:
    """Put ``replacement`` in the place of ``owner.name``, once per process; gives the original.

    Where the original's source is not the one that the repair was written for (fingerprints.py),
    RepairOutdated says so: moto has mended, moved or changed that part.
    """
    key = dotted(owner, name)
    if key in ORIGINALS:
        return ORIGINALS[key]
    if name not in vars(owner):
        raise RepairOutdated(f"{key}: not in this moto any more; look at the repair")
    original = vars(owner)[name]
    if FINGERPRINTS.get(key) != fingerprint(original):
        raise RepairOutdated(
            f"{key}: the fingerprint in this moto is {fingerprint(original)}, the repair was "
            f"written for {FINGERPRINTS.get(key)}; see whether it is needed and still fits"
        )
    ORIGINALS[key] = original
    setattr(owner, name, replacement)
    return original


def dotted(owner: Any, name: str) -> str:
    """``module.Class.name`` or ``module.name``."""
    if inspect.ismodule(owner):
        return f"{owner.__name__}.{name}"
    return f"{owner.__module__}.{owner.__qualname__}.{name}"
