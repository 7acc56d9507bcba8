"""The source's own schema, from its own pg_dump, in parts that fit into a command's output."""

from __future__ import annotations

import shlex

from redash_migration.errors import SchemaNotCopied
from redash_migration.host.script import OUTPUT_LIMIT, answers, script
from redash_migration.replication.mappings import CANARY_SCHEMA

PART_CHARACTERS = OUTPUT_LIMIT - 2_000

_BODY = r"""
umask 077
mkdir -p .redash-migration
file=.redash-migration/schema
if [ {part} -eq 1 ]; then
  # Under a name of its own: the same step may be at work twice, and neither reads a half.
  compose exec -T postgres pg_dump -U {user} -d {database} \
    --schema-only --no-owner --no-acl --exclude-schema={canary} > "$file.$$.sql"
  gzip -9 -n -c "$file.$$.sql" | base64 | tr -d '\n' > "$file.$$"
  rm -f "$file.$$.sql"
  mv -f "$file.$$" "$file"
fi
size=$(wc -c < "$file" | tr -d ' ')
say parts $(( (size + {limit} - 1) / {limit} ))
say part {part}
say data "$(tail -c +{start} "$file" | head -c {limit})"
"""


def schema_dump_script(directory: str, *, user: str, database: str, part: int) -> str:
    """Dumps (with the first part) and prints one part, numbered from 1."""
    return script(
        directory,
        _BODY.format(
            part=part,
            user=shlex.quote(user),
            database=shlex.quote(database),
            canary=CANARY_SCHEMA,
            limit=PART_CHARACTERS,
            start=(part - 1) * PART_CHARACTERS + 1,
        ),
    )


def schema_part(stdout: str, part: int) -> tuple[bytes, int]:
    """(base64 text of the part, number of parts); SchemaNotCopied when the answer is none."""
    said = answers(stdout)
    data, parts = said.get("data", [""])[0], said.get("parts", ["0"])[0]
    if said.get("part") != [str(part)] or not data or not parts.isdecimal():
        raise SchemaNotCopied(
            f"part {part} of the schema dump did not arrive whole; look at the command's output"
        )
    return data.encode("ascii"), int(parts)
