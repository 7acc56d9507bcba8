"""The newest revision that the image's code knows, read from its folder."""

from __future__ import annotations

from pathlib import Path


class ScriptDirectory:
    """``heads`` in the folder has a revision a line."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def get_heads(self) -> list[str]:
        return (self._folder / "heads").read_text().split()
