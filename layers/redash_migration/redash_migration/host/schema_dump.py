"""The source's own schema, from its own pg_dump, in parts that fit into a command's output."""

from __future__ import annotations

from redash_migration.errors import SchemaNotCopied
from redash_migration.host.answer import OUTPUT_LIMIT, answers

PART_CHARACTERS = OUTPUT_LIMIT - 2_000


def schema_part(stdout: str, part: int) -> tuple[bytes, int]:
    """(base64 text of the part, number of parts); SchemaNotCopied when the answer is none."""
    said = answers(stdout)
    data, parts = said.get("data", [""])[0], said.get("parts", ["0"])[0]
    if said.get("part") != [str(part)] or not data or not parts.isdecimal():
        raise SchemaNotCopied(
            f"part {part} of the schema dump did not arrive whole; look at the command's output"
        )
    return data.encode("ascii"), int(parts)
