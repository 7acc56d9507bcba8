"""Stands for redash.app: an application whose context is what the models need."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext


class Redash:
    """Holds nothing here."""

    def app_context(self) -> AbstractContextManager[None]:
        return nullcontext()
