"""What the old host runs: services, versions, free disk, fingerprints of its secrets."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import asdict, dataclass

from redash_migration.host.script import answers, script

_BODY = r"""
key={key}
fingerprint() {{
  if command -v sha256sum >/dev/null 2>&1; then hash=sha256sum; else hash="shasum -a 256"; fi
  printf '%s:%s:%s' "$key" "$1" "$key" | $hash | cut -d' ' -f1
}}
for service in $(compose config --services); do say service "$service"; done
for service in $(running); do say running "$service"; done
for image in $(compose config | sed -n 's/^ *image: *//p' | tr -d '"'); do say image "$image"; done
say disk_free_kilobytes "$(df -Pk . | awk 'NR==2 {{print $4}}')"
data=postgres-data
if [ -d "$data" ]; then say data_free_kilobytes "$(df -Pk "$data" | awk 'NR==2 {{print $4}}')"; fi
if is_running server; then
  for name in REDASH_SECRET_KEY REDASH_COOKIE_SECRET; do
    value=$(compose exec -T server printenv "$name" || true)
    if [ -n "$value" ]; then say "fingerprint" "$name $(fingerprint "$value")"; fi
  done
  url=$(compose exec -T server printenv REDASH_DATABASE_URL || true)
  path=${{url##*/}}
  say database_name "${{path%%\?*}}"
fi
user=$(compose exec -T postgres printenv POSTGRES_USER || true)
say postgres_user "${{user:-postgres}}"
for setting in server_version wal_level max_replication_slots max_wal_senders wal_sender_timeout; do
  value=$(compose exec -T postgres psql -U "${{user:-postgres}}" -d postgres -At -c "SHOW $setting")
  say setting "$setting $value"
done
if is_running redis; then
  for paused in $(compose exec -T redis redis-cli --raw keys 'ds:*:pause'); do
    say paused "$paused"
  done
fi
"""


@dataclass(frozen=True, slots=True)
class HostReport:
    """What InspectHost found; kept as the fact ``host``.

    ``fingerprints`` are keyed hashes by variable name: equal where two secrets are equal, and of
    no use to anybody who does not know the secret. ``disk_free_bytes`` is the room where
    PostgreSQL keeps its data. ``settings`` are PostgreSQL's own.
    """

    services: list[str]
    running: list[str]
    images: list[str]
    disk_free_bytes: int
    fingerprints: dict[str, str]
    database_name: str
    postgres_user: str
    settings: dict[str, str]
    paused: list[str]

    def to_json(self) -> dict[str, object]:
        """As a fact of the record."""
        return asdict(self)


def inspection_script(directory: str, key: str) -> str:
    """Finds out all of a HostReport; ``key`` is the fingerprints' key, random and no secret."""
    return script(directory, _BODY.format(key=shlex.quote(key)))


def host_report(stdout: str) -> HostReport:
    """The report out of the script's answer."""
    said = answers(stdout)

    def pairs(name: str) -> dict[str, str]:
        split = (value.partition(" ") for value in said.get(name, []))
        return {key: value for key, _, value in split}

    free = said.get("data_free_kilobytes") or said.get("disk_free_kilobytes") or ["0"]
    return HostReport(
        services=said.get("service", []),
        running=said.get("running", []),
        images=sorted(set(said.get("image", []))),
        disk_free_bytes=int(free[0] or 0) * 1024,
        fingerprints=pairs("fingerprint"),
        database_name=(said.get("database_name") or ["postgres"])[0] or "postgres",
        postgres_user=(said.get("postgres_user") or ["postgres"])[0],
        settings=pairs("setting"),
        paused=said.get("paused", []),
    )


def fingerprint(key: str, value: str) -> str:
    """The keyed hash that the script makes of a secret."""
    return hashlib.sha256(f"{key}:{value}:{key}".encode()).hexdigest()
