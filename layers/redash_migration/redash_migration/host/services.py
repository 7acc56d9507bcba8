"""Stopping and starting the old Redash's services in the order that loses nothing."""

from __future__ import annotations

import shlex

from redash_migration.host.script import quoted, script

DATABASE = "postgres"
"""Stays up until everything has been carried over."""

_QUEUES = "redis"
"""Stays up as well: it writes nothing that counts, and a way back finds in it what was queued."""

_SCHEDULING = ("scheduler", "rq_scheduler")

DRAIN_SECONDS = 30
"""How long queued and running queries may take before users are locked out all the same.

A stopped execution is no acknowledged write: its result was not stored, and it runs again on the
new side with the next schedule or click.
"""

STOP_SECONDS = 10
"""How long a service has to end by itself before its container is killed."""

COUNT_JOBS = (
    "local n = 0"
    " for _, q in ipairs(redis.call('keys', 'rq:queue:*')) do n = n + redis.call('llen', q) end"
    " for _, q in ipairs(redis.call('keys', 'rq:wip:*')) do n = n + redis.call('zcard', q) end"
    " return n"
)
"""Jobs that wait and jobs at work, counted inside redis: one call however many queues there are."""

_DRAIN = r"""
if [ {count} -gt 0 ]; then compose stop -t {stop} {scheduling} >&2; fi
if is_running redis; then
  until=$(($(date +%s) + {drain}))
  while :; do
    left=$(compose exec -T redis redis-cli --raw eval {count_jobs} 0 | tr -cd '0-9')
    [ "${{left:-0}}" -eq 0 ] && break
    [ "$(date +%s)" -ge "$until" ] && break
    sleep 0.5
  done
  say left "${{left:-0}}"
fi
say drained yes
"""

_STOP = r"""
if [ {count} -gt 0 ]; then compose stop -t {stop} {services} >&2; fi
for service in $(running); do
  case "$service" in
    {database}|{queues}) ;;
    *) say problem "$service is still running"; exit 1 ;;
  esac
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


def scheduling(running: list[str]) -> list[str]:
    """The services that queue new work by themselves."""
    return [name for name in running if name in _SCHEDULING]


def to_stop(running: list[str]) -> list[str]:
    """What must not run behind the maintenance answer: everything but the two stores."""
    return [name for name in running if name not in {DATABASE, _QUEUES}]


def drain_script(directory: str, running: list[str]) -> str:
    """Stops the scheduler and waits until the queues are empty, while users go on working."""
    names = scheduling(running)
    return script(
        directory,
        _DRAIN.format(
            count=len(names),
            scheduling=quoted(names),
            count_jobs=shlex.quote(COUNT_JOBS),
            drain=DRAIN_SECONDS,
            stop=STOP_SECONDS,
        ),
    )


def stop_script(directory: str, running: list[str]) -> str:
    """Stops everything but the two stores, all at once: users get the maintenance answer by now."""
    names = to_stop(running)
    return script(
        directory,
        _STOP.format(
            count=len(names),
            services=quoted(names),
            stop=STOP_SECONDS,
            database=DATABASE,
            queues=_QUEUES,
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
