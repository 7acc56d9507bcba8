"""The API models of botocore, read once per process: the costliest part of a client."""

from __future__ import annotations

from typing import Any


def share_models() -> None:
    """Keep each JSON file of botocore as it was read; sessions and forked children share it."""
    from botocore.loaders import JSONFileLoader

    read: dict[str, Any] = {}
    plain = JSONFileLoader.load_file

    def load_file(self: Any, path: str) -> Any:
        if path not in read:
            read[path] = plain(self, path)
        return read[path]

    setattr(JSONFileLoader, "load_file", load_file)  # noqa: B010
