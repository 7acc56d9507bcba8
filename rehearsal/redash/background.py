"""The scheduler and the workers: connected all the time, writing while they run."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sys
from threading import Event

import psycopg

from rehearsal.redash.answers.exchange import Refused
from rehearsal.redash.answers.executions import execute
from rehearsal.redash.encryption import WrongSecretKey
from rehearsal.redash.image.redis import RedisError
from rehearsal.redash.pool import Pool
from rehearsal.redash.presence import Presence
from rehearsal.redash.settings import Settings

SCHEDULED = frozenset({"scheduled_queries", "celery"})
PERIODIC = frozenset({"periodic"})
PERIODIC_SHARE = 0.3
"""In how many of its rounds a periodic worker looks for old results: it reads whole tables."""


def run_background(role: str, settings: Settings, stopped: Event) -> None:
    """Work until told to stop; a failed piece of work is logged, and the next one tried."""
    pool = Pool(settings.database_url, size=1, name=f"redash {role}")
    presence = Presence(settings.redis_url) if settings.redis_url else None
    name = f"{socket.gethostname()}.{os.getpid()}"
    while not stopped.is_set():
        try:
            if presence is not None:
                _say_so(role, name, settings, presence)
            _work(role, settings, pool, presence)
        except (psycopg.Error, RedisError, WrongSecretKey, Refused) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"{role}: {reason}", file=sys.stderr, flush=True)
        stopped.wait(settings.seconds_between_runs)
    if presence is not None and role == "worker":
        with contextlib.suppress(RedisError):
            presence.gone(name)
    pool.close()


def _say_so(role: str, name: str, settings: Settings, presence: Presence) -> None:
    if role == "worker":
        presence.at_work(name, settings.queues)
    else:
        presence.scheduled()


def _work(role: str, settings: Settings, pool: Pool, presence: Presence | None) -> None:
    if role == "worker" and settings.queues & SCHEDULED:
        _run_scheduled(settings, pool, presence.paused() if presence else set())
    elif role == "worker" and settings.queues & PERIODIC and random.random() < PERIODIC_SHARE:
        _remove_unused_result(pool)
    else:
        with pool.transaction() as connection:
            connection.execute("SELECT 1")


def _run_scheduled(settings: Settings, pool: Pool, paused: set[int]) -> None:
    with pool.transaction() as connection:
        top = connection.execute("SELECT max(id) AS id FROM queries").fetchone()
        start = random.randint(1, (top and top["id"]) or 1)
        query = connection.execute(
            "SELECT id, data_source_id, query FROM queries WHERE id >= %s AND NOT is_archived"
            " AND schedule::text LIKE '%%interval%%' AND data_source_id <> ALL (%s)"
            " ORDER BY id LIMIT 1",
            [start, list(paused)],
        ).fetchone()
        if query is None:
            return
        execute(
            connection,
            settings.secret_key,
            source=query["data_source_id"],
            text=query["query"],
            number=query["id"],
        )


def _remove_unused_result(pool: Pool) -> None:
    """What Redash does every hour: old results that no query points to are deleted."""
    with pool.transaction() as connection:
        connection.execute(
            "DELETE FROM query_results WHERE id IN (SELECT r.id FROM query_results r"
            " LEFT JOIN queries q ON q.latest_query_data_id = r.id"
            " WHERE q.id IS NULL AND r.retrieved_at < now() - interval '7 days' LIMIT 3)"
        )
