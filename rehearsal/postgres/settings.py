"""What a throw-away server is set to."""

from __future__ import annotations

from collections.abc import Mapping

# As a production server would be for durability, sized for a laptop, ready to replicate logically.
DEFAULTS: Mapping[str, str] = {
    "wal_level": "logical",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "wal_sender_timeout": "60s",
    "max_worker_processes": "24",
    "max_logical_replication_workers": "16",
    "max_sync_workers_per_subscription": "4",
    "max_parallel_maintenance_workers": "2",
    "max_connections": "120",
    "max_prepared_transactions": "10",
    "wal_retrieve_retry_interval": "500ms",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "password_encryption": "scram-sha-256",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
    "log_lock_waits": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# Peers on the same machine only: by password over TCP, freely by the private socket, as the
# official image does inside its container.
HOST_BASED_AUTHENTICATION = """\
local all         all trust
local replication all trust
host  all         all 127.0.0.1/32 scram-sha-256
host  all         all ::1/128      scram-sha-256
host  replication all 127.0.0.1/32 scram-sha-256
host  replication all ::1/128      scram-sha-256
"""


def configuration(settings: Mapping[str, str]) -> str:
    """Lines of postgresql.conf."""
    return "".join(
        "{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in settings.items()
    )
