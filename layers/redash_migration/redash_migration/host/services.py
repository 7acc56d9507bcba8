"""Stopping and starting the old Redash's services in the order that loses nothing."""

from __future__ import annotations

from redash_migration.host.script import quoted, script

DATABASE = "postgres"
"""Stays up until everything has been carried over."""

_QUEUES = "redis"
_SCHEDULING = ("scheduler", "rq_scheduler")
_SERVING = ("nginx", "server")

DRAIN_SECONDS = 30
"""How long running queries may take to end before the workers are stopped all the same.

A stopped execution is no acknowledged write: its result was not stored, and it runs again on the
new side with the next schedule or click.
"""

_STOP = r"""
stop() {{ if [ $# -gt 0 ]; then compose stop -t 20 "$@" >&2; fi; }}
stop {scheduling}
if is_running redis; then
  waited=0
  while [ "$waited" -lt {drain} ]; do
    left=0
    for queue in $(compose exec -T redis redis-cli --raw keys 'rq:queue:*' || true); do
      n=$(compose exec -T redis redis-cli llen "$queue" || echo 0)
      left=$((left + $(printf '%s' "$n" | tr -cd '0-9')))
    done
    [ "$left" -eq 0 ] && break
    waited=$((waited + 1)); sleep 1
  done
fi
stop {serving}
stop {working}
stop {queues}
for service in $(running); do
  if [ "$service" != {database} ]; then say problem "$service is still running"; exit 1; fi
done
say stopped all
"""

_START = r"""
if [ $# -gt 0 ]; then compose start "$@" >&2; fi
for service in "$@"; do
  is_running "$service" || {{ say problem "$service did not start"; exit 1; }}
done
say started all
"""


def stop_script(directory: str, running: list[str]) -> str:
    """Stops everything but the database.

    Scheduler first, so that nothing new is queued; then, when the queues are empty, what serves
    users, the workers, and the queues' own store last.
    """
    scheduling = [name for name in running if name in _SCHEDULING]
    serving = [name for name in _SERVING if name in running]
    queues = [name for name in running if name == _QUEUES]
    rest = [name for name in running if name not in {DATABASE, *scheduling, *serving, *queues}]
    return script(
        directory,
        _STOP.format(
            scheduling=quoted(scheduling),
            serving=quoted(serving),
            working=quoted(rest),
            queues=quoted(queues),
            drain=DRAIN_SECONDS,
            database=DATABASE,
        ),
    )


def start_script(directory: str, services: list[str]) -> str:
    """Starts services that were running before; those that run already stay as they are."""
    first = [name for name in services if name in {DATABASE, _QUEUES}]
    rest = [name for name in services if name not in first]
    return script(directory, f"set -- {quoted(first + rest)}\n" + _START.format())


def retire_script(directory: str) -> str:
    """Stops what is left, the database, and removes the schema dump; data and volumes stay."""
    return script(directory, "compose stop -t 60 >&2\nrm -rf .redash-migration\nsay stopped all\n")
