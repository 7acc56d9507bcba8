"""The generated tables of the documents in Japanese.

Words of checks are those of the page and the mails; and so are those of the errors; those
of the early checks stand in ``japanese_words``. What the English words show as a name, the Japanese
show as one too.
"""

from __future__ import annotations

import re
from pathlib import Path

from docs_generator.checks import check_ids, words_of
from docs_generator.early_checks import EARLY
from docs_generator.japanese_words import EARLY_WORDS
from redash_migration.approval.texts.english_errors import OTHERS, TO_DO
from redash_migration.approval.texts.japanese_checks import of_kind
from redash_migration.approval.texts.japanese_errors import JAPANESE_ERRORS
from redash_migration.approval.texts.japanese_failures import JAPANESE_FAILURES

_NAME = re.compile(r"`([^`]+)`")


def checks_table_in_japanese(root: Path) -> str:
    """Every id, what it asks and what to do, as a mail says it."""
    lines = ["| 検査 | 確かめること | 合格しないとき |", "|---|---|---|"]
    for name in sorted(check_ids(root)):
        asked, remedy = words_of(name)
        found = of_kind(name, JAPANESE_FAILURES)
        if found is None:
            raise KeyError(f"{name}: give it words in approval/texts/japanese_failures.py")
        lines.append(f"| `{name}` | {_named(found[0], asked)} | {_named(found[1], remedy)} |")
    return "\n".join(lines) + "\n"


def errors_table_in_japanese(_root: Path) -> str:
    """Name, when it appears and what to do, in the order of the English table."""
    english = {**{name: ("", do) for name, do in TO_DO.items()}, **OTHERS}
    lines = ["| エラー | 起きるとき | 対処 |", "|---|---|---|"]
    for name, (appears, do) in JAPANESE_ERRORS.items():
        lines.append(f"| {name} | {appears} | {_named(do, english[name][1])} |")
    return "\n".join(lines) + "\n"


def early_checks_table_in_japanese(_root: Path) -> str:
    """What can fail in the pause, who judges it before, and what is left for the pause."""
    lines = ["| 書き込み停止中の失敗 | 事前の確認 | 停止中にしか分からないこと |", "|---|---|---|"]
    for name, early in EARLY.items():
        judged = EARLY_WORDS.get(early.judged, early.judged) or "なし"
        lines.append(f"| {name.rstrip('.')} | {judged} | {EARLY_WORDS[early.left]} |")
    return "\n".join(lines) + "\n"


def _named(text: str, english: str) -> str:
    """The text with the names in code style that the English text has so."""
    for name in sorted(set(_NAME.findall(english)), key=len, reverse=True):
        text = re.sub(rf"(?<![`\w]){re.escape(name)}(?![`\w])", f"`{name}`", text, flags=re.ASCII)
    return text
