"""Connections cut, servers restarted, locks, full disks, wrong passwords, dead certificates."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from ssl import SSLContext
from typing import TYPE_CHECKING, Literal

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dms.databases.endpoint import Database
from rehearsal.faults.hooks import before, when_entered
from rehearsal.faults.network.proxy import CuttableProxy
from rehearsal.faults.network.tls import Authority, TlsFront

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]
Side = Literal["source", "target"]


def _address(world: World, side: Side) -> DatabaseAddress:
    return world.migration_source if side == "source" else world.target_database


def _put_secret(world: World, side: Side, address: DatabaseAddress) -> None:
    from rehearsal.world import SOURCE_SECRET, TARGET_SECRET, secret_of

    world.put_secret(SOURCE_SECRET if side == "source" else TARGET_SECRET, secret_of(address))


def _lead_through(world: World, side: Side, front: DatabaseAddress) -> None:
    """Have the migration's functions come by ``front``, and the replication directly."""
    address, earlier = _address(world, side), world.dms.surroundings.reached

    def directly(database: Database) -> Database:
        found = earlier(database)
        return replace(found, port=address.port) if found.port == front.port else found

    world.dms.surroundings.reached = directly
    _put_secret(world, side, front)


def proxied(world: World, side: Side) -> CuttableProxy:
    """Have the migration's functions go to one database through a proxy.

    The replication keeps to the direct way: its client library waits for some answers without
    letting other threads of this process run, and the proxy is one of them.
    """
    address = _address(world, side)
    proxy = CuttableProxy(address.host, address.port).start()
    world.at_end(proxy.stop)
    _lead_through(world, side, replace(address, port=proxy.port))
    return proxy


def cut_in_copy(side: Side, function: str, after_bytes: int) -> Arm:
    """A step's connection ends in the middle of its COPY, once."""

    def arm(world: World) -> None:
        proxy = proxied(world, side)
        before(world, function, lambda: proxy.cut_in_copy(after_bytes))

    return arm


def cut_often(side: Side, function: str, seconds: float) -> Arm:
    """All connections end when a step begins, and a moment later again."""

    def arm(world: World) -> None:
        proxy = proxied(world, side)

        def cut() -> None:
            proxy.cut()
            timer = threading.Timer(seconds, proxy.cut)
            timer.daemon = True
            timer.start()

        before(world, function, cut)

    return arm


def unreachable(side: Side, function: str, until: str) -> Arm:
    """Nobody gets through from a step on, until a state is entered."""

    def arm(world: World) -> None:
        proxy = proxied(world, side)

        def close() -> None:
            proxy.refusing = True
            proxy.cut()

        def open_again() -> None:
            proxy.refusing = False

        before(world, function, close)
        when_entered(world, until, open_again)

    return arm


def restarted(side: Side, function: str, mode: Literal["fast", "immediate"]) -> Arm:
    """The server is restarted right before a step begins."""

    def arm(world: World) -> None:
        cluster = world.source if side == "source" else world.target
        before(world, function, lambda: cluster.restart(mode=mode))

    return arm


def away(side: Side, function: str, seconds: float) -> Arm:
    """The server is down when a step begins, and comes back after so many seconds."""

    def arm(world: World) -> None:
        cluster = world.source if side == "source" else world.target

        def stop() -> None:
            cluster.stop()
            timer = threading.Timer(seconds, cluster.start)
            timer.daemon = True
            timer.start()

        before(world, function, stop)

    return arm


def restarted_while(side: Side, state: str) -> Arm:
    """The server is restarted while the machine is in a state."""

    def arm(world: World) -> None:
        cluster = world.source if side == "source" else world.target
        when_entered(world, state, cluster.restart)

    return arm


def _owner(world: World, side: Side) -> DatabaseAddress:
    return world.source_database if side == "source" else world.target_database


def locked(table: str, step: str, seconds: float, until: str = "", *, side: Side = "target") -> Arm:
    """Somebody holds a lock on a table when a step begins."""

    def arm(world: World) -> None:
        free = threading.Event()
        held = threading.Event()

        def hold() -> None:
            with (
                psycopg.connect(**_owner(world, side).parameters()) as session,  # type: ignore[arg-type]
                session.transaction(),
            ):
                session.execute(b"SET TRANSACTION READ WRITE")
                session.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
                held.set()
                free.wait(seconds)

        def begin() -> None:
            threading.Thread(target=hold, name="lock", daemon=True).start()
            held.wait(10)

        world.at_end(free.set)
        before(world, step, begin)
        if until:
            when_entered(world, until, free.set)

    return arm


def refuses_writes(code: str, table: str, function: str) -> Arm:
    """Every write to a table of the target ends in an error of the server, for good.

    A trigger that also fires for sessions that have switched triggers off raises it: 53100 is
    disk_full, 57014 a statement time-out (manual, appendix A).
    """
    return _refuses(
        code,
        "target",
        function,
        f"CREATE TRIGGER fault BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.fault()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER fault",
    )


def refuses_rows(code: str, table: str, step: str) -> Arm:
    """The old database takes no row of a table any more: a constraint of it raises the error, for
    there every trigger is kept still."""
    return _refuses(
        code,
        "source",
        step,
        f"ALTER TABLE {table} ADD CONSTRAINT fault CHECK (public.fault()) NOT VALID",
        returns="boolean",
    )


def _refuses(code: str, side: Side, step: str, *statements: str, returns: str = "trigger") -> Arm:
    def plant(world: World) -> None:
        address = world.source_database if side == "source" else world.target_database
        with psycopg.connect(**address.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
            session.execute("SET default_transaction_read_only = off")
            session.execute(
                f"CREATE FUNCTION public.fault() RETURNS {returns} LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE EXCEPTION 'made to fail' USING ERRCODE = '{code}'; END $$".encode()
            )
            for statement in statements:
                session.execute(statement.encode())

    return lambda world: before(world, step, lambda: plant(world))


def wrong_password(side: Side, function: str = "", until: str = "") -> Arm:
    """The secret holds a password that the server refuses: from the start, or from a step on."""

    def arm(world: World) -> None:
        address = _address(world, side)

        def spoil() -> None:
            _put_secret(world, side, replace(address, password="wrong"))

        if function:
            before(world, function, spoil)
        else:
            spoil()
        if until:
            when_entered(world, until, lambda: _put_secret(world, side, address))

    return arm


def certificate_expires(side: Side, function: str = "", until: str = "") -> Arm:
    """TLS is demanded, and the server's certificate is over: from the start, or from a step on."""

    def arm(world: World) -> None:
        authority, address = Authority(world.directory), _address(world, side)
        valid, expired = authority.context(), authority.context(expired=True)
        front = TlsFront(address.host, address.port, valid if function else expired).start()
        world.at_end(front.stop)
        _lead_through(
            world,
            side,
            replace(address, port=front.port, sslmode="verify-full", sslrootcert=authority.pem),
        )

        def show(context: SSLContext) -> None:
            front.context = context

        if function:
            before(world, function, lambda: show(expired))
        if until:
            when_entered(world, until, lambda: show(valid))

    return arm
