"""What is true, told by other means than the project's: pg_dump of both sides, and next values.

The source's dump is restored beside the target, on the target's own server, and dumped again: what
one version prints otherwise than another is then printed alike. The two dumps must be the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import psycopg
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import programs, run

_HEADING = re.compile(r"\n\n--\n-- (?:Data for )?Name: ", re.DOTALL)
_OURS = ("--exclude-schema=redash_migration", "--exclude-schema=redash_migration_dms")


def truth(source: DatabaseAddress, reference: DatabaseAddress) -> Counter[str]:
    """What a superuser's pg_dump and psql would have made of the source, in an empty database."""
    plain = run(
        programs("target"),
        "pg_dump",
        *("--no-owner", "--no-acl", *_OURS),
        environment=source.environment(),
    )
    run(
        programs("target"),
        "psql",
        *("-q", "-X", "-v", "ON_ERROR_STOP=1", "-f", "-"),
        environment=reference.environment(),
        text=_loadable(plain),
    )
    return contents(reference)


def contents(address: DatabaseAddress) -> Counter[str]:
    """Every entry of a database's dump, rows in no particular order."""
    plain = run(
        programs("target"),
        "pg_dump",
        *("--no-owner", "--no-acl", "--no-publications", "--no-subscriptions", *_OURS),
        environment=address.environment(),
    )
    found: Counter[str] = Counter()
    for entry in _HEADING.split(plain)[1:]:
        if "; Type: SEQUENCE SET;" in entry.splitlines()[0]:
            continue
        found[_sorted_rows(entry)] += 1
    return found


def differences(wanted: Counter[str], found: Counter[str]) -> list[str]:
    """Entries that are missing or too many, cut short."""
    return [
        *(f"missing: {entry[:400]}" for entry in (wanted - found)),
        *(f"too many: {entry[:400]}" for entry in (found - wanted)),
    ]


def next_values(address: DatabaseAddress) -> Mapping[str, int | None]:
    """What each sequence hands out next, None at its end; the database is not used any more."""
    values: dict[str, int | None] = {}
    with psycopg.connect(
        **address.parameters(),  # type: ignore[arg-type]
        autocommit=True,
        options="-c default_transaction_read_only=off",
    ) as session:
        rows = session.execute(
            "SELECT schemaname, sequencename FROM pg_sequences"
            r" WHERE schemaname NOT LIKE 'redash\_migration%'"
        ).fetchall()
        for schema, name in rows:
            identifier = sql.Identifier(schema, name).as_string()
            try:
                row = session.execute("SELECT nextval(%s)", [identifier]).fetchone()
            except psycopg.errors.SequenceGeneratorLimitExceeded:
                values[f"{schema}.{name}"] = None
            else:
                values[f"{schema}.{name}"] = int(row[0]) if row else None
    return values


def _sorted_rows(entry: str) -> str:
    """A COPY block with its lines in order; anything else, less what differs from run to run."""
    text = re.sub(r"^\\(?:un)?restrict .*$", "", entry, flags=re.MULTILINE)
    text = text.split("\n--\n-- PostgreSQL database dump complete")[0].strip()
    match = re.search(r"^COPY .* FROM stdin;\n", text, re.MULTILINE)
    if match is None:
        return text
    head, rows = text[: match.end()], text[match.end() :]
    lines = rows.split("\n\\.")[0].split("\n")
    return head + "\n".join(sorted(lines))


def _loadable(plain: str) -> str:
    """Without the schema that every new database has already."""
    return plain.replace("CREATE SCHEMA public;", "CREATE SCHEMA IF NOT EXISTS public;")
