"""Everything that is asked of the source by itself, in the order of the report."""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration.preflight.asking import Question
from redash_migration.preflight.source import contents, database, others, readiness, visibility
from redash_migration.preflight.source.needs import dms_tables, names_in_texts
from redash_migration.preflight.source.orphans import orphans
from redash_migration.preflight.source.search_path import search_path
from redash_migration.preflight.source.sequences import judged_sequences

QUESTIONS: Mapping[str, Question] = {
    **readiness.QUESTIONS,
    **visibility.QUESTIONS,
    **database.QUESTIONS,
    **contents.QUESTIONS,
    **others.QUESTIONS,
    "source.sequences": judged_sequences,
    "source.orphans": orphans,
    "source.search_path": search_path,
    "source.dms_tables": dms_tables,
    "source.names_in_texts": names_in_texts,
}
