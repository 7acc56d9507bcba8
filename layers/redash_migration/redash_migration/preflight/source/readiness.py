"""Is the source ready to replicate? (AWS DMS user guide, "Working with self-managed PostgreSQL
databases as a source"; PostgreSQL manual, 20.6 "Replication".)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import psycopg
from psycopg import errors

from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch.slot import PLUGINS
from redash_migration.failure_text import words
from redash_migration.preflight.asking import Question, one, setting
from redash_migration.preflight.source.authentication import host_based_authentication
from redash_migration.record import Check

PREPARABLE = frozenset(
    {
        *("source.reachable", "source.wal_level", "source.replication_slots"),
        *("source.wal_senders", "source.wal_sender_timeout"),
        *("source.host_based_authentication",),
    }
)
"""Failures that PrepareSource mends."""

LEAST_SENDER_TIMEOUT = 10_000  # milliseconds

LEAST = {
    "wal_level": "logical",
    "max_replication_slots": "10",
    "max_wal_senders": "10",
    "wal_sender_timeout": "60000",
}
"""What PrepareSource sets where it is less (``host/prepare.sh``). AWS DMS User Guide, "Using a
PostgreSQL database as a source": wal_sender_timeout of at least 10,000 ms (or 0), logical WAL, room
for a slot and its sender."""


def _prepared() -> str:
    lines = "".join(f"\nALTER SYSTEM SET {name} = '{value}';" for name, value in LEAST.items())
    return (
        "Start with allowSourceRestart, or as PostgreSQL's superuser, and then restart its"
        f" container:{lines}"
    )


def wal_level(connection: Connection) -> Iterable[Check]:
    """Is it logical, and does it stay so after a restart?"""
    value = setting(connection, "wal_level")
    if value == "logical" and one(
        connection, "SELECT pending_restart FROM pg_catalog.pg_settings WHERE name = 'wal_level'"
    ):
        # A roll-back resets it without a restart; with a slot, PostgreSQL would not come up again.
        yield Check(
            "source.wal_level", "FAIL", "logical, but no more after the next restart", _prepared()
        )
    elif value == "logical":
        yield Check("source.wal_level", "PASS", "logical")
    else:
        yield Check("source.wal_level", "FAIL", f"wal_level is {value}, not logical", _prepared())


def slots(connection: Connection) -> Iterable[Check]:
    """Is a replication slot free?"""
    most = int(setting(connection, "max_replication_slots"))
    used = int(one(connection, "SELECT count(*) FROM pg_catalog.pg_replication_slots"))
    yield _room("source.replication_slots", "max_replication_slots", most, used)


def senders(connection: Connection) -> Iterable[Check]:
    """Is a WAL sender free?"""
    most = int(setting(connection, "max_wal_senders"))
    used = int(one(connection, "SELECT count(*) FROM pg_catalog.pg_stat_replication"))
    yield _room("source.wal_senders", "max_wal_senders", most, used)


def _room(name: str, what: str, most: int, used: int) -> Check:
    if used < most:
        return Check(name, "PASS", f"{most - used} of {most} are free")
    return Check(name, "FAIL", f"{what} is {most}, and {used} are in use", _prepared())


def sender_timeout(connection: Connection) -> Iterable[Check]:
    """Does the server leave DMS its time? In milliseconds; 0 is without end."""
    value = int(setting(connection, "wal_sender_timeout"))
    if value == 0 or value >= LEAST_SENDER_TIMEOUT:
        yield Check("source.wal_sender_timeout", "PASS", f"{value} ms")
    else:
        yield Check(
            "source.wal_sender_timeout",
            "FAIL",
            f"{value} ms; DMS needs 0 or at least {LEAST_SENDER_TIMEOUT} ms",
            _prepared(),
        )


def role(connection: Connection) -> Iterable[Check]:
    """May the migration's role replicate?"""
    row = connection.execute(
        "SELECT rolname, rolsuper, rolreplication FROM pg_catalog.pg_roles"
        " WHERE rolname = current_user"
    ).fetchone()
    if row is not None and (row[1] or row[2]):
        what = "superuser" if row[1] else "REPLICATION"
        yield Check("source.role", "PASS", f"{row[0]} has {what}")
    else:
        name = row[0] if row else "the role"
        yield Check(
            "source.role",
            "FAIL",
            f"{name} is neither superuser nor has REPLICATION",
            f'ALTER ROLE "{name}" WITH REPLICATION;',
        )


def fence_rights(connection: Connection) -> Iterable[Check]:
    """May the migration's role make the database read-only and end other sessions?"""
    row = connection.execute(
        "SELECT r.rolname, r.rolsuper,"
        " pg_has_role(d.datdba, 'USAGE') AND pg_has_role('pg_signal_backend', 'USAGE')"
        " AND pg_has_role('pg_read_all_stats', 'USAGE'), d.datname"
        " FROM pg_catalog.pg_roles r, pg_catalog.pg_database d"
        " WHERE r.rolname = current_user AND d.datname = current_database()"
    ).fetchone()
    assert row is not None  # noqa: S101 - we are somebody, somewhere
    name, superuser, enough, database = row
    remedy = (
        f'ALTER DATABASE "{database}" OWNER TO "{name}"; GRANT pg_signal_backend,'
        f' pg_read_all_stats TO "{name}"; or better: ALTER ROLE "{name}" SUPERUSER;'
    )
    if superuser:
        yield Check("source.fence_rights", "PASS", f"{name} is a superuser")
    elif enough:
        yield Check(
            "source.fence_rights",
            "WARN",
            f"{name} can't end sessions of superusers",
            f'ALTER ROLE "{name}" SUPERUSER, unless no superuser ever connects.',
        )
    else:
        yield Check(
            "source.fence_rights", "FAIL", f"{name} can't make {database} read-only", remedy
        )


def decoding_plugin(connection: Connection) -> Iterable[Check]:
    """Can the server load a plug-in that DMS decodes with?"""
    name = "source.decoding_plugin"
    missing = []
    for plugin in PLUGINS:
        try:
            _try_plugin(connection, plugin)
        except errors.UndefinedFile:
            missing.append(plugin)
        except psycopg.Error as error:
            yield Check(
                name,
                "UNKNOWN",
                f"could not be tried: {words(error)}",
                "Make the migration's role a superuser, or see that wal_level is logical.",
            )
            return
        else:
            yield Check(name, "PASS", f"{plugin} is there")
            return
    yield Check(
        name,
        "FAIL",
        f"neither {' nor '.join(missing)} is installed",
        "Install PostgreSQL's contrib modules (the official image has them), or pglogical.",
    )


def _try_plugin(connection: Connection, plugin: str) -> None:
    if one(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        connection.execute(f"LOAD '{plugin}'".encode())
        return
    # A temporary slot is gone at once, and only its making shows what a plain role may know.
    connection.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_create_logical_replication_slot("
        "'redash_migration_trial', %s, true)",
        [plugin],
    )


def slot_limit(connection: Connection) -> Iterable[Check]:
    """Does the server give up slots that hold too much WAL?"""
    value = int(setting(connection, "max_slot_wal_keep_size"))
    if value < 0:
        yield Check("source.max_slot_wal_keep_size", "PASS", "slots keep what they need")
    else:
        yield Check(
            "source.max_slot_wal_keep_size",
            "WARN",
            f"a slot that holds more than {value} MB of WAL is lost, and the migration with it",
            "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf();",
        )


QUESTIONS: Mapping[str, Question] = {
    "source.wal_level": wal_level,
    "source.replication_slots": slots,
    "source.wal_senders": senders,
    "source.wal_sender_timeout": sender_timeout,
    "source.role": role,
    "source.fence_rights": fence_rights,
    "source.host_based_authentication": host_based_authentication,
    "source.decoding_plugin": decoding_plugin,
    "source.max_slot_wal_keep_size": slot_limit,
}
