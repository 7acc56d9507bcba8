"""What must be true when nobody disturbs any more and all has come to its end."""

from __future__ import annotations

from collections.abc import Collection

from tests.interleavings.execution import Execution
from tests.interleavings.world import Violation, World


def left_of(world: World, migration: str) -> list[str]:
    """Entries of its undo list that are not done."""
    return [
        key[1]
        for key, item in world.table.items.items()
        if key[0] == f"UNDO#{migration}"
        and item.get("state", "DONE") != "DONE"
        # A return's list leads forward again, and is over with it.
        and (not key[1].startswith("RETURN#") or key[1].endswith("#lift_fence#"))
    ]


def demand_rest(world: World, executions: Collection[Execution]) -> None:
    """Somebody is served, nothing is half-way, and of nothing that was taken back is anything left.

    Raises:
        Violation: what is not as it must be.
    """
    owner = world.owner()
    phase, name = owner.get("phase"), str(owner.get("migration_id"))
    for one in executions:
        asks = (one.arn, one.status, one.state) == (
            owner.get("execution_arn"),
            "RUNNING",
            "Confirm",
        )
        if asks and world.question(name, one.token) is None:
            raise Violation(f"{name}: people are waited for, and nobody can answer")
    for other in {one.migration for one in executions} - {name}:
        if other not in world.kept and (left := left_of(world, other)):
            raise Violation(f"{other} was left behind: {left}")
    if phase == "return":
        raise Violation(f"{name}: a return never comes to its end: {world}")
    if phase == "back":
        raise Violation(f"{name}: the way back never comes to its end")
    asked = phase == "forward" and (name, "MILESTONE#pause_ended") in world.table.items
    if (phase == "ended" or asked) and not world.served():
        raise Violation(f"{name}: its pause has ended, and nobody is served: {world}")
    begun = (name, "MILESTONE#pause_began") in world.table.items
    if phase == "forward" and begun and not owner.get("switched") and not world.served():
        raise Violation(f"{name}: no switch stands, and nobody is served: {world}")
    if asked and world.door == "new" and not world.fenced:
        raise Violation(f"{name}: a return that failed leaves the old side open: {world}")
    items = world.table.items
    left = left_of(world, name)
    back = "rolled_back" in {key[1].partition("#")[2] for key in items if key[0] == name}
    empty = world.door == "new" or not (world.tasks or world.filled)
    if phase == "ended" and back and (left or not empty):
        raise Violation(f"{name} was rolled back, and of it is left: {left}, {world}")
