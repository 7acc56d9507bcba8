"""Contents stay in the servers, secrets and tokens where they are kept: none of them is in what a
rehearsal leaves.

Law or not, a value gets out where somebody prints an error as it is. So after every run some
hundreds of values of real rows, every secret and every task token that the record knows are looked
for in every file but those of the two servers, of the two Redashes, and of the users who wrote the
rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from rehearsal.world import World

THEIRS = ("databases", "ledger.ndjson", "ecs", "old_host", "lambda-home")
"""What in a rehearsal's folder belongs to servers, to Redash or to its users."""

FOUND_BY = ("username", "host", "port", "dbname", "engine", "sslmode", "channel", "api")
"""By which a database, or a channel of Slack, is found: no secret."""

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
    """One line for each file that holds one of these; of rows none while the source is down."""
    known = {
        "contents of a row": _of_rows(world),
        "a secret": secret_texts(_secrets(world)),
        "a task token": _tokens(world),
    }
    return [
        f"{path.relative_to(world.directory)} holds {what}"
        for path, text in _files(world.directory)
        for what, values in known.items()
        if any(value in text for value in values if len(value) >= LEAST_LENGTH)
    ]


def _of_rows(world: World) -> list[str]:
    try:
        with psycopg.connect(**world.source_database.parameters()) as session:  # type: ignore[arg-type]
            return [value for (value,) in session.execute(_VALUES.encode()) if value]
    except psycopg.Error:
        return []


def secret_texts(secrets: Iterable[str]) -> list[str]:
    """What of each secret must not be told: all of it, but for what a database is found by."""
    found = []
    for text in secrets:
        try:
            parts = json.loads(text)
        except ValueError:
            parts = text
        if not isinstance(parts, dict):
            found.append(text)
            continue
        found += [str(value) for name, value in parts.items() if name not in FOUND_BY]
    return found


def _secrets(world: World) -> Iterator[str]:
    client = world.cloud.client("secretsmanager")
    for page in client.get_paginator("list_secrets").paginate():
        for secret in page["SecretList"]:
            yield client.get_secret_value(SecretId=secret["ARN"]).get("SecretString", "")


def _tokens(world: World) -> list[str]:
    client, name = world.cloud.client("dynamodb"), world.deployment.ref("MigrationTable")
    pages = client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    return [str(item["token"]["S"]) for page in pages for item in page["Items"] if "token" in item]


def _files(directory: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(directory.rglob("*")):
        theirs = path.relative_to(directory).parts[0] in THEIRS
        if path.is_file() and not path.is_symlink() and not theirs:
            yield path, path.read_text(encoding="utf-8", errors="replace")
