"""Does pg_hba.conf let the replication in, from where it will come?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from psycopg import errors

from redash_migration.database.tables.catalog import Connection
from redash_migration.failure_text import words
from redash_migration.preflight.asking import listed, one
from redash_migration.record import Check

_RULES = """
SELECT coalesce(address, type), coalesce(netmask, '')
FROM pg_catalog.pg_hba_file_rules
WHERE error IS NULL AND 'replication' = ANY (database)
  AND (user_name && ARRAY['all', current_user::text]) AND auth_method <> 'reject'
  AND type LIKE 'host%'
"""


def host_based_authentication(connection: Connection) -> Iterable[Check]:
    """Is there a line in pg_hba.conf that lets the role replicate from another host?"""
    name = "source.host_based_authentication"
    try:
        rules = connection.execute(_RULES.encode()).fetchall()
    except errors.InsufficientPrivilege as error:
        yield Check(
            name,
            "UNKNOWN",
            f"may not read the rules: {words(error)}",
            "GRANT SELECT ON pg_hba_file_rules TO the migration's role; GRANT EXECUTE ON FUNCTION"
            " pg_hba_file_rules() TO it.",
        )
        return
    local = bool(one(connection, "SELECT inet_client_addr() <<= '127.0.0.0/8'"))
    addresses = [address for address, _ in rules if local or not _loopback(address)]
    if addresses:
        yield Check(name, "PASS", f"replication is allowed from {listed(sorted(set(addresses)))}")
    else:
        who = one(connection, "SELECT current_user::text")
        yield Check(
            name,
            "FAIL",
            "no line of pg_hba.conf lets the role replicate from another host",
            "Start with allowSourceRestart, or add to pg_hba.conf, with the private address of the"
            f" replication instance, and reload:\nhost replication {who} 10.0.0.0/8 scram-sha-256",
        )


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "samehost"
