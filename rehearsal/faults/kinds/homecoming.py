"""Trouble in a return: its states, and what users may have done on the new side before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import psycopg

from rehearsal.cloud import Fault
from rehearsal.faults.hooks import before, is_step, on_invocation, state_of
from rehearsal.faults.kinds.steps import BROKEN

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]
Judge = Callable[["World", Mapping[str, Any]], list[str]]

_SNIPPET = (
    "INSERT INTO public.query_snippets (id, updated_at, created_at, org_id, trigger, description,"
    " user_id, snippet) SELECT {}, now(), now(), org_id, '{}', '', id, '' FROM public.users LIMIT 1"
)
BEFORE_THE_SWITCH = (
    _SNIPPET.format(-1, "fault-a"),
    "UPDATE public.query_snippets SET id = -2 WHERE id = -1",
    _SNIPPET.format(-1, "fault-b"),
)
SINCE_THE_SWITCH = (
    "UPDATE public.query_snippets SET id = -3 WHERE id = -2",
    _SNIPPET.format(-2, "fault-c"),
    "DELETE FROM public.query_snippets WHERE id = -1",
    _SNIPPET.format(-1, "fault-d"),
    "DELETE FROM public.events WHERE id <= 40",
    "SELECT setval('public.events_id_seq', 5000000)",
    "UPDATE public.query_results SET data = repeat('長い', 1700000)"
    " WHERE id IN (SELECT id FROM public.query_results ORDER BY id LIMIT 3)",
)
"""Keys changed and reused on both sides of the switch, rows deleted, a sequence far ahead, values
of ten megabytes."""

AT_HOME = (
    (
        "SELECT id || ' ' || trigger FROM public.query_snippets WHERE id < 0 ORDER BY id DESC",
        ["-1 fault-d", "-2 fault-c", "-3 fault-a"],
    ),
    ("SELECT count(*)::text FROM public.events WHERE id <= 40", ["0"]),
    ("SELECT (last_value >= 5000000)::text FROM public.events_id_seq", ["true"]),
    (
        "SELECT count(*)::text FROM public.query_results WHERE octet_length(data) > 10000000",
        ["3"],
    ),
)


def fails(state: str) -> Arm:
    """Every invocation for one state ends in an error that nobody retries."""

    def arm(world: World) -> None:
        def ask(function: str, event: Any) -> Fault | None:
            hit = is_step(event) and state_of(function, event) == state
            return Fault.error(BROKEN, "made to fail") if hit else None

        on_invocation(world, ask)

    return arm


def failed_by(*names: str) -> Judge:
    """The return ended by one of these errors, and the report says so."""

    def judge(_world: World, report: Mapping[str, Any]) -> list[str]:
        failed = (report.get("return") or {}).get("failed") or {}
        if failed.get("name") in names:
            return []
        return [f"the return failed by {failed.get('name', 'nothing')}, not {' or '.join(names)}"]

    return judge


def odd_writes(world: World) -> None:
    """What no user of the workload does, on the old side before the freeze, on the new one since
    the switch."""

    def write(side: str, statements: tuple[str, ...]) -> None:
        address = world.source_database if side == "old" else world.target_database
        with psycopg.connect(**address.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
            for statement in statements:
                session.execute(statement.encode())

    before(world, "RecheckSync", lambda: write("old", BEFORE_THE_SWITCH))
    before(world, "EndReplication", lambda: write("new", SINCE_THE_SWITCH))


def all_at_home(world: World, _report: Mapping[str, Any]) -> list[str]:
    """The old database holds it as it was on the new one."""
    found = []
    with psycopg.connect(**world.source_database.parameters()) as session:  # type: ignore[arg-type]
        for statement, wanted in AT_HOME:
            rows = [row[0] for row in session.execute(statement.encode()).fetchall()]
            if rows != wanted:
                found.append(f"{statement[:80]}: {rows}, not {wanted}")
    return found


def pauses_change(world: World) -> None:
    """On the new side users pause one data source and resume another; on the old one, while it is
    left, an administrator's own redis command pauses a third."""

    def change() -> None:
        world.new_redis.pause(PAUSED_SINCE)
        world.new_redis.resume(RESUMED_SINCE)
        world.host.redis.pause(PAUSED_MEANWHILE)

    before(world, "EndReplication", change)


PAUSED_SINCE, RESUMED_SINCE, PAUSED_MEANWHILE = 3, 2, 1


def paused_as_on_the_new_side(world: World, _report: Mapping[str, Any]) -> list[str]:
    """The old home pauses what was paused on the new side at the return, and nothing else."""
    wanted = {*world.host.kind.paused, PAUSED_SINCE} - {RESUMED_SINCE}
    found = world.host.redis.paused()
    return [] if found == wanted else [f"paused at home are {found}, not {wanted}"]


def both_pauses_told(_world: World, report: Mapping[str, Any]) -> list[str]:
    """The report names the pause of the way there and that of the way back."""
    pauses = report.get("write_pause_seconds"), (report["return"] or {}).get("write_pause_seconds")
    return [] if all(pauses) else [f"the pauses are told as {pauses}"]
