"""Contents stay in the servers: none of the old database's values is in what a rehearsal leaves.

Law or not, a value gets out where somebody prints an error as it is. So after every run some
hundreds of values of real rows are looked for in every file but those of the two servers, of the
two Redashes, and of the users who wrote the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from rehearsal.world import World

THEIRS = ("databases", "ledger.ndjson", "ecs", "old_host", "lambda-home")
"""What in a rehearsal's folder belongs to servers, to Redash or to its users."""

LEAST_LENGTH = 12
"""Shorter values are anywhere by chance."""

_VALUES = """
SELECT email FROM users WHERE id > 1
UNION SELECT password_hash FROM users UNION SELECT api_key FROM users WHERE id > 1
UNION SELECT api_key FROM queries UNION SELECT split_part(query, E'\\n', 1) FROM queries
UNION SELECT left(data, 60) FROM query_results UNION SELECT description FROM queries
UNION SELECT encode(encrypted_options, 'escape') FROM data_sources
UNION SELECT snippet FROM query_snippets UNION SELECT name FROM users
"""


def contents_told(world: World) -> list[str]:
    """One line for each file that holds a value of a row; none while the source is down."""
    try:
        with psycopg.connect(**world.source_database.parameters()) as session:  # type: ignore[arg-type]
            rows = session.execute(_VALUES.encode()).fetchall()
    except psycopg.Error:
        return []
    values = [value for (value,) in rows if value and len(value) >= LEAST_LENGTH]
    return [
        f"{path.relative_to(world.directory)} holds contents of a row"
        for path, text in _files(world.directory)
        if any(value in text for value in values)
    ]


def _files(directory: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(directory.rglob("*")):
        theirs = path.relative_to(directory).parts[0] in THEIRS
        if path.is_file() and not path.is_symlink() and not theirs:
            yield path, path.read_text(encoding="utf-8", errors="replace")
