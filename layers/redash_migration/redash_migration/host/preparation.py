"""Making the old PostgreSQL ready for change data capture by a compose override file.

wal_level needs a restart (PostgreSQL documentation, 19.5 "Write Ahead Log"); the official image
publishes no port and lets nobody replicate from outside.
"""

from __future__ import annotations

from redash_migration.host.script import script

OVERRIDE = "docker-compose.override.yml"
MARK = "written by the Redash migration"

SETTINGS = {
    "wal_level": "logical",
    "max_replication_slots": "10",
    "max_wal_senders": "10",
    "wal_sender_timeout": "60000",
}
"""AWS DMS User Guide, "Using a PostgreSQL database as a source": wal_sender_timeout of at least
10,000 ms (or 0), logical WAL, room for a slot and its sender."""

_LINES = """# {mark}; its roll-back and clean-up remove this file
services:
  postgres:
    command: postgres {options}
    ports:
      - "5432:5432"
"""

_PREPARE = r"""
if [ -e {override} ] && ! grep -q '{mark}' {override}; then
  say problem "{override} exists already: add the lines of the preflight's remedy to it by hand"
  exit 1
fi
cat > {override} <<'LINES'
{lines}LINES
compose up -d postgres >&2
hba=$(compose exec -T postgres psql -U {user} -d postgres -At -c 'SHOW hba_file')
line='host replication all all scram-sha-256 # {mark}'
compose exec -T postgres grep -qF '{mark}' "$hba" ||
  compose exec -T postgres sh -c "echo '$line' >> '$hba'"
compose exec -T postgres psql -U {user} -d postgres -At -c 'SELECT pg_reload_conf()' >/dev/null
level=$(compose exec -T postgres psql -U {user} -d postgres -At -c 'SHOW wal_level')
[ "$level" = logical ] || {{ say problem "wal_level is still $level"; exit 1; }}
say wal_level "$level"
"""

_REMOVE = r"""
if [ -e {override} ] && grep -q '{mark}' {override}; then
  rm -f {override}
  hba=$(compose exec -T postgres psql -U {user} -d postgres -At -c 'SHOW hba_file')
  compose exec -T postgres sed -i '/{mark}/d' "$hba"
  compose up -d postgres >&2
fi
say removed override
"""


def override_lines() -> str:
    """The compose override that makes PostgreSQL ready, also as a remedy to show."""
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    return _LINES.format(mark=MARK, options=options)


def prepare_script(directory: str, user: str) -> str:
    """Writes the override and restarts PostgreSQL with it; safe to run again."""
    return script(
        directory,
        _PREPARE.format(override=OVERRIDE, mark=MARK, lines=override_lines(), user=user),
    )


def unprepare_script(directory: str, user: str) -> str:
    """Removes what ``prepare_script`` wrote, and nothing else."""
    return script(directory, _REMOVE.format(override=OVERRIDE, mark=MARK, user=user))
