"""The words of page and messages, in English and Japanese."""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration.approval.texts import status
from redash_migration.approval.texts.english import ENGLISH
from redash_migration.approval.texts.figures import FIGURES, Figures
from redash_migration.approval.texts.japanese import JAPANESE

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {**ENGLISH, **status.ENGLISH},
    "ja": {**JAPANESE, **status.JAPANESE},
}


class Texts:
    """The texts of one language: ``texts("key", name=value)``; figures under ``texts.figures``."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.other = "ja" if self.language == "en" else "en"
        self.figures: Figures = FIGURES[self.language]
        self._texts = LANGUAGES[self.language]

    def __call__(self, key: str, /, **figures: object) -> str:
        """The text, its places filled; KeyError for a key that does not exist."""
        return self._texts[key].format(**figures)

    def known(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def either(self, key: str, otherwise: str, /, **figures: object) -> str:
        """The text, or what stands in its place when there is none."""
        return self(key, **figures) if key in self._texts else otherwise
