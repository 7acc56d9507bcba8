"""Other people on the old server, whom the migration must leave alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from rehearsal.faults.hooks import before

if TYPE_CHECKING:
    from rehearsal.world import World

DATABASE = "bystanders"
"""Their database on the old server, and the name of the subscriber's on the new one."""

NAME, LATER = "theirs", "theirs_later"
_TABLE = "CREATE TABLE public.bystanders (id integer PRIMARY KEY, at timestamptz)"
_FOLLOW_SECONDS = 30.0


class Bystanders:
    """A writer in another database of the server, by the very role that the migration has; a
    subscriber of one of the tables; a slot that somebody makes while the migration goes on."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._ended: list[str] = []
        self._found: list[str] | None = None

    def arm(self, world: World) -> None:
        """They are there before the preflight, and one more comes after it."""
        address = world.source.create_database(DATABASE)
        writing = psycopg.connect(**address.parameters(), autocommit=True)  # type: ignore[arg-type]
        writing.execute("CREATE TABLE theirs (at timestamptz)")
        thread = threading.Thread(target=self._write, args=(writing,), name=NAME, daemon=True)
        thread.start()
        world.at_end(thread.join)
        world.at_end(self._stopping.set)
        self._subscribe(world)
        world.at_end(lambda: _unsubscribe(world))
        before(world, "CopySchemaFunction", lambda: _make_slot(world, LATER))
        before(world, "RetireHostFunction", lambda: self._look(world))

    def judge(self, _world: World, _report: Mapping[str, Any]) -> list[str]:
        """What was done to them, one line each."""
        return ["nobody looked after them"] if self._found is None else self._found

    def _look(self, world: World) -> None:
        """All has been tidied up, and the old server still runs."""
        self._stopping.set()
        self._found = [*self._ended, *self._harm(world)]

    def _harm(self, world: World) -> list[str]:
        found = []
        with world.source.connect(world.source_database.dbname) as session:
            slots = {
                str(row[0])
                for row in session.execute("SELECT slot_name::text FROM pg_replication_slots")
            }
            found += [f"slot {name} is gone" for name in (NAME, LATER) if name not in slots]
            session.execute("SET default_transaction_read_only = off")
            session.execute("INSERT INTO public.bystanders VALUES (2, now())")
        deadline = time.monotonic() + _FOLLOW_SECONDS
        with world.target.connect(DATABASE) as subscriber:
            while time.monotonic() < deadline:
                row = subscriber.execute("SELECT count(*) FROM public.bystanders").fetchone()
                if row == (2,):
                    return found
                time.sleep(0.2)
        return [*found, f"their subscriber has {row} rows of 2"]

    def _write(self, session: psycopg.Connection[Any]) -> None:
        with session:
            while not self._stopping.wait(0.1):
                try:
                    session.execute("INSERT INTO theirs VALUES (now())")
                except psycopg.Error as error:
                    self._ended.append(f"their session in another database has ended: {error}")
                    return

    def _subscribe(self, world: World) -> None:
        _make_slot(world, NAME)
        subscriber = world.target.create_database(DATABASE)
        with psycopg.connect(**subscriber.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
            session.execute(_TABLE)
            dsn = psycopg.conninfo.make_conninfo("", **world.source_database.parameters())
            session.execute(
                sql.SQL(
                    "CREATE SUBSCRIPTION {name} CONNECTION {dsn} PUBLICATION {name}"
                    " WITH (create_slot = false)"
                ).format(name=sql.Identifier(NAME), dsn=sql.Literal(dsn))
            )


def publishes_every_table(world: World) -> None:
    """Somebody else's subscriber is sent every table of the old database."""
    with world.source.connect(world.source_database.dbname) as session:
        session.execute("CREATE PUBLICATION everything FOR ALL TABLES")
        session.execute("SELECT pg_create_logical_replication_slot('everything', 'pgoutput')")


def _make_slot(world: World, name: str) -> None:
    with world.source.connect(world.source_database.dbname) as session:
        if name == NAME:
            session.execute(_TABLE)
            session.execute("INSERT INTO public.bystanders VALUES (1, now())")
            session.execute(f"CREATE PUBLICATION {NAME} FOR TABLE public.bystanders")
        session.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [name])


def _unsubscribe(world: World) -> None:
    with world.target.connect(DATABASE) as session:
        for change in ("DISABLE", "SET (slot_name = NONE)"):
            session.execute(f"ALTER SUBSCRIPTION {NAME} {change}")
        session.execute(f"DROP SUBSCRIPTION {NAME}")
