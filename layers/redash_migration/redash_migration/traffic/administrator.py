"""What a smoke test has to know of Redash itself: an administrator's key, its organizations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect

_KEY = """
SELECT u.api_key FROM public.users u JOIN public.groups g ON g.id = ANY (u.groups)
WHERE u.disabled_at IS NULL AND 'admin' = ANY (g.permissions) ORDER BY u.api_key = %s DESC, u.id
LIMIT 1
"""
_SOURCES = """
SELECT count(*) FROM public.data_sources
WHERE org_id = (SELECT org_id FROM public.users WHERE api_key = %s LIMIT 1)
"""
_QUEUES = """
SELECT id, queue_name, scheduled_queue_name, type = ANY (%s) FROM public.data_sources
WHERE org_id = (SELECT org_id FROM public.users WHERE api_key = %s LIMIT 1)
ORDER BY (type = ANY (%s) AND id = ANY (%s)) DESC, id <> ALL (%s), id
"""
_OTHERS = """
SELECT o.slug, (SELECT u.api_key FROM public.users u JOIN public.groups g ON g.id = ANY (u.groups)
    WHERE u.org_id = o.id AND u.disabled_at IS NULL AND 'admin' = ANY (g.permissions)
    ORDER BY u.id LIMIT 1), array_agg(d.id)
FROM public.organizations o JOIN public.data_sources d ON d.org_id = o.id
WHERE o.id <> (SELECT org_id FROM public.users WHERE api_key = %s LIMIT 1)
GROUP BY o.id ORDER BY o.id
"""
SQL = ("pg", "mysql", "rds_mysql", "redshift", "mssql", "mssql_odbc", "sqlite", "cockroach")
"""Types of data sources to which SELECT 1 is a query, and a cheap one (redash/query_runner)."""
CANDIDATES = 5
"""How many data sources of a queue are tried: one whose driver is missing takes no query."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An administrator of another organization, which nobody else may change anything of."""

    api_key: str = field(repr=False)
    slug: str
    data_sources: frozenset[int]


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who asks: the key, the paths of the organizations, how many data sources there are to see,
    which queues they use, and for each queue of people's own queries some that are not paused, the
    likeliest first."""

    api_key: str = field(default="", repr=False)
    slugs: tuple[str, ...] = ()
    data_sources: int | None = None
    queues: tuple[str, ...] = ()
    sources_of_queue: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sql_sources: frozenset[int] = frozenset()
    """Data sources that understand a SELECT."""
    neighbours: tuple[Neighbour, ...] = ()


def administrator(
    address: DatabaseAddress,
    preferred: str = "",
    *,
    answering: Sequence[int] = (),
    paused: Sequence[int] = (),
) -> Administrator:
    """An enabled administrator, the owner of ``preferred`` if that is one.

    ``answering`` data sources stand for their queue before others, ``paused`` ones for none.

    A key whose owner sees little would prove little: then another administrator's is taken. Nothing
    is known of a database that is no Redash's.
    """
    with connect(address, purpose="smoke-test") as connection:
        try:
            row = connection.execute(_KEY, [preferred]).fetchone()
            key = preferred if row is None else str(row[0])
            slugs = connection.execute(
                "SELECT slug FROM public.organizations ORDER BY id LIMIT 20"
            ).fetchall()
            sources = connection.execute(_SOURCES, [key]).fetchone()
            listed = connection.execute(
                _QUEUES, [list(SQL), key, list(SQL), list(answering), list(answering)]
            ).fetchall()
            others = connection.execute(_OTHERS, [key]).fetchall()
        except psycopg.ProgrammingError:
            return Administrator(preferred)
    count = int(sources[0]) if sources and key else None
    first: dict[str, tuple[int, ...]] = {}
    for number, queue, *_ in listed:
        if number not in paused:
            first[str(queue)] = (*first.get(str(queue), ()), int(number))[:CANDIDATES]
    used = {str(queue) for _, *names, _ in listed for queue in names if queue}
    speaking = frozenset(int(number) for number, *_, is_sql in listed if is_sql)
    return Administrator(
        key,
        tuple(str(slug) for (slug,) in slugs),
        count,
        tuple(sorted(used)),
        first,
        speaking,
        tuple(Neighbour(str(own), str(slug), frozenset(ids)) for slug, own, ids in others if own),
    )
