"""Trouble on the old database: writers who don't stop, open transactions, a slot that is lost."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import psycopg

from rehearsal.faults.hooks import before, when_entered
from rehearsal.old_host.compose_file import ComposeError

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]

GID = "somebody's transaction"
_INSERT = (
    "INSERT INTO public.query_snippets (updated_at, created_at, org_id, trigger, description,"
    " user_id, snippet) SELECT now(), now(), org_id, 'fault' || clock_timestamp(), '', id, ''"
    " FROM public.users LIMIT 1"
)


def writes_through_the_fence(
    step: str = "FenceSourceFunction", until: str = "RollBack", *, side: str = "old"
) -> Arm:
    """A program that comes back whenever it is thrown out, and asks for leave to write."""

    def arm(world: World) -> None:
        stopping = threading.Event()
        address = world.source_database if side == "old" else world.target_database

        def write() -> None:
            while not stopping.is_set():
                with (
                    contextlib.suppress(psycopg.Error),
                    psycopg.connect(
                        **address.parameters(),  # type: ignore[arg-type]
                        autocommit=True,
                        options="-c default_transaction_read_only=off",
                    ) as session,
                ):
                    while not stopping.wait(0.05):
                        session.execute(_INSERT)
                stopping.wait(0.05)

        world.at_end(stopping.set)
        before(
            world, step, lambda: threading.Thread(target=write, name="writer", daemon=True).start()
        )
        when_entered(world, until, stopping.set)

    return arm


def altered(statement: str, *, before_function: str = "", in_state: str = "") -> Arm:
    """Somebody alters the old database's schema: before a step, or while one waits."""

    def alter(world: World) -> None:
        with psycopg.connect(**world.source_database.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
            session.execute(statement.encode())

    def arm(world: World) -> None:
        if in_state:
            when_entered(world, in_state, lambda: alter(world))
        else:
            before(world, before_function, lambda: alter(world))

    return arm


def written_behind_the_fence(step: str, statement: str = _INSERT, *, side: str = "old") -> Arm:
    """Somebody's session asks for leave to write, once, and does."""

    def write(world: World) -> None:
        address = world.source_database if side == "old" else world.target_database
        with psycopg.connect(
            **address.parameters(),  # type: ignore[arg-type]
            autocommit=True,
            options="-c default_transaction_read_only=off",
        ) as session:
            session.execute(statement.encode())

    return lambda world: before(world, step, lambda: write(world))


def counting_off(function: str) -> Arm:
    """Somebody switches off the counters by which a last look would see a write."""

    def switch_off(world: World) -> None:
        with world.source.connect() as session:
            session.execute("ALTER SYSTEM SET track_counts = off")
            session.execute("SELECT pg_reload_conf()")

    return lambda world: before(world, function, lambda: switch_off(world))


def open_transaction_of_the_replication(world: World) -> None:
    """Somebody logs in with the replication's role, from where it comes from, and writes.

    The session began before the fence and may write past it. What it has not committed is rolled
    back with its end, and was acknowledged to nobody.
    """
    reader = world.migration_source
    session = psycopg.connect(**reader.parameters())  # type: ignore[arg-type]
    world.at_end(session.close)

    def begin() -> None:
        session.execute(_INSERT.encode())

    before(world, "FenceSourceFunction", begin)


def fence_lifted(function: str) -> Arm:
    """Somebody wants the old database back at once, and lifts the fence by hand."""

    def lift(world: World) -> None:
        with world.source.connect() as session:
            name = world.source_database.dbname
            session.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())

    return lambda world: before(world, function, lambda: lift(world))


def open_transaction(world: World) -> None:
    """A transaction that has written, and is neither committed nor rolled back at the freeze."""
    _session_before_the_freeze(world, _INSERT)


def open_transaction_for(function: str, seconds: float) -> Arm:
    """A transaction that has written stays open from before a step on, for so many seconds."""

    def arm(world: World) -> None:
        def begin() -> None:
            session = psycopg.connect(**world.source_database.parameters())  # type: ignore[arg-type]
            session.execute(_INSERT.encode())
            timer = threading.Timer(seconds, session.close)
            timer.daemon = True
            timer.start()

        before(world, function, begin)

    return arm


def services_started_again(function: str) -> Arm:
    """Somebody, or a cron job, runs docker compose up on the old host."""
    return lambda world: before(world, function, world.host.start_services)


def idle_superuser(world: World) -> None:
    """A superuser's psql that somebody left open."""
    _session_before_the_freeze(world, "SELECT 1")


def _session_before_the_freeze(world: World, statement: str) -> None:
    def begin() -> None:
        session = psycopg.connect(**world.source_database.parameters())  # type: ignore[arg-type]
        session.execute(statement.encode())
        world.at_end(session.close)

    before(world, "StopServicesFunction", begin)


def prepared_transaction(world: World) -> None:
    """Somebody's two-phase commit has been prepared: it could still be committed at any time."""

    def prepare() -> None:
        with psycopg.connect(**world.source_database.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
            session.execute("BEGIN")
            session.execute(_INSERT.encode())
            session.execute(f"PREPARE TRANSACTION '{GID.replace(chr(39), chr(39) * 2)}'".encode())

    before(world, "FenceSourceFunction", prepare)


def roll_back_prepared(world: World) -> None:
    """What the remedy says."""
    with psycopg.connect(**world.source_database.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
        session.execute(f"ROLLBACK PREPARED '{GID.replace(chr(39), chr(39) * 2)}'".encode())


def slot_lost(world: World) -> None:
    """While people think, WAL that the slot needs is removed (max_slot_wal_keep_size)."""

    def lose() -> None:
        world.dms.disturbance.apply_paused.set()
        with world.source.connect() as session:
            session.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
            session.execute("SELECT pg_reload_conf()")
        for _ in range(30):
            if "lost" in _grow_wal(world, 20_000_000):
                return
            time.sleep(0.3)

    when_entered(world, "RequestApproval", lose)
    world.at_end(world.dms.disturbance.apply_paused.clear)


def wal_piles_up(bytes_: int) -> Arm:
    """While people think, the replication falls behind and its slot holds ever more WAL."""

    def arm(world: World) -> None:
        def grow() -> None:
            world.dms.disturbance.apply_paused.set()
            _grow_wal(world, bytes_)

        when_entered(world, "RequestApproval", grow)
        when_entered(world, "RollBack", world.dms.disturbance.apply_paused.clear)

    return arm


def _grow_wal(world: World, bytes_: int) -> list[str]:
    """Write so much WAL; the state of each slot afterwards."""
    with world.source.connect(world.source_database.dbname) as session:
        for _ in range(max(1, bytes_ // 1_000_000)):
            session.execute("SELECT pg_logical_emit_message(false, 'fault', repeat('x', 1000000))")
        session.execute("SELECT pg_switch_wal()")
        session.execute("CHECKPOINT")
        rows = session.execute("SELECT coalesce(wal_status, '') FROM pg_replication_slots")
        return [str(status) for (status,) in rows]


def apply_stands_still(world: World) -> None:
    """From the freeze on, the replication applies nothing more."""
    paused = world.dms.disturbance.apply_paused
    before(world, "StopServicesFunction", paused.set)
    when_entered(world, "RollBack", paused.clear)


def host_offline(world: World) -> None:
    """The agent on the old host has lost its connection; Redash itself runs on."""

    def disconnect() -> None:
        world.host.run_command.online = False

    before(world, "StopServicesFunction", disconnect)


def host_away(since: str, until: str) -> Callable[[World], None]:
    """The agent loses its connection before one state, and has it again from another on."""

    def arm(world: World) -> None:
        def connected(online: bool) -> None:
            world.host.run_command.online = online

        before(world, since, lambda: connected(False))
        before(world, until, lambda: connected(True))

    return arm


def agent_silent(world: World) -> None:
    """The agent has died and is still told as online: commands are taken, and never delivered."""

    def fall_silent() -> None:
        world.host.run_command.silent = True

    before(world, "StopServicesFunction", fall_silent)


def services_do_not_stop(world: World) -> None:
    """docker stop fails until the roll-back begins."""
    working = world.host.services.stop

    def fail(*_: object) -> list[str]:
        raise ComposeError("made to fail")

    def mend() -> None:
        world.host.services.stop = working  # type: ignore[method-assign]

    world.host.services.stop = fail  # type: ignore[method-assign, assignment]
    when_entered(world, "RollBack", mend)


def not_set_up(world: World) -> None:
    """The old server writes too little WAL for replication, as an official image does."""
    with world.source.connect() as session:
        session.execute("ALTER SYSTEM SET wal_level = 'replica'")
    world.source.restart()


def is_not_set_up(world: World, _report: Mapping[str, Any]) -> list[str]:
    """What was set for the migration is as it was; PostgreSQL takes it up with its next restart."""
    with world.source.connect() as session:
        row = session.execute(
            "SELECT setting FROM pg_file_settings WHERE name = 'wal_level'"
            " ORDER BY seqno DESC LIMIT 1"
        ).fetchone()
    return [] if row == ("replica",) else [f"wal_level will still be {row}"]


def orphan(world: World) -> None:
    """A row of the old database refers to one that is not there, behind its foreign key's back."""
    _as_replica(
        world,
        "UPDATE public.visualizations SET query_id = 987654321"
        " WHERE id = (SELECT max(id) FROM public.visualizations)",
    )


def two_schema_versions(world: World) -> None:
    """alembic_version holds two rows."""
    _as_replica(world, "INSERT INTO public.alembic_version VALUES ('fault')")


def _as_replica(world: World, statement: str) -> None:
    with psycopg.connect(**world.source_database.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
        session.execute("SET session_replication_role = replica")
        session.execute(statement.encode())
