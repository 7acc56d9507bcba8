"""One run of a function, by the very rules that every handler goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from redash_migration.begin import begin
from redash_migration.execution_input import parse_request
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, RETURN, Acting, Owner, Phase
from redash_migration.record.ownership import Ownership
from redash_migration.step import attempt
from tests.interleavings.steps import forward, homeward, taking_back
from tests.interleavings.steps.context import another_run
from tests.interleavings.world import QUESTION, World


@dataclass(frozen=True)
class Step:
    """One function: what it does as whom, in which phases."""

    does: Callable[[World, Record], Any]
    phases: tuple[Phase, ...] = ("forward",)
    service: bool = False


STEPS: dict[str, Step] = {
    "CopySchema": Step(forward.copy_schema),
    "StartTarget": Step(forward.start_target),
    "StopServices": Step(forward.stop_services, service=True),
    "FenceSource": Step(forward.fence_source, service=True),
    "RestoreTable": Step(forward.restore_table),
    "SwitchTraffic": Step(forward.switch_traffic, service=True),
    "SwitchOnceMore": Step(forward.switch_traffic, service=True),
    "Confirm": Step(lambda *_: None),
    "CleanUp": Step(forward.clean_up, phases=("forward", "kept")),
    "EndReplication": Step(homeward.end_replication, phases=("forward", "return")),
    "CloseNewHome": Step(homeward.close_new_home, phases=RETURN, service=True),
    "FenceTarget": Step(homeward.fence_target, phases=RETURN, service=True),
    "CarryRest": Step(homeward.carry_rest, phases=RETURN),
    "OpenSource": Step(homeward.open_source, phases=RETURN, service=True),
    "StartOldServices": Step(homeward.start_old_services, phases=RETURN, service=True),
    "SwitchBack": Step(homeward.switch_back, phases=RETURN, service=True),
    "GoForward": Step(taking_back.go_forward, phases=("forward", "back", "return")),
    "GoForwardDatabase": Step(taking_back.go_forward_database, phases=("back", "return")),
    "RollBack": Step(taking_back.roll_back, phases=("forward", "back")),
    "RollBackDatabase": Step(taking_back.roll_back_database, phases=("back",)),
    "Report": Step(taking_back.report, phases=PHASES),
}


def at_work(
    world: World,
    name: str,
    acting: Acting,
    token: str,
    noted: Callable[[], None],
) -> Any:
    """One run of a step, with the attempt that every handler is wrapped in; ``token`` is the
    question's."""
    step = STEPS[name]
    acting = replace(acting, phases=step.phases)
    with attempt(acting, name, another_run(), service=step.service) as record:
        world.let_in(acting, name)
        noted()
        if name == "Confirm":
            record.waits.open(QUESTION, token, "approval")
            return None
        return step.does(world, record)


class Watched(Ownership):
    """Says whom a new owner takes the place of, in the moment in which it does."""

    def __init__(self, world: World, seen: Callable[[Owner], None]) -> None:
        super().__init__(world.table, world.clock)
        self._seen = seen

    def take(self, migration_id: str, execution_arn: str, **more: Any) -> Owner | None:
        """As the rules have it. Who is the owner already and begins once more takes nobody's place:
        the one before may have been redriven since, and is refused whatever it does."""
        taken = super().take(migration_id, execution_arn, **more)
        before = more.get("instead_of")
        once_more = before is not None and before.execution_arn == execution_arn
        if taken is not None and taken.previous is not None and not once_more:
            self._seen(taken.previous)
        return taken


def begun(  # noqa: PLR0917 - a world and who begins in it
    world: World,
    migration: str,
    execution: str,
    given: dict[str, Any],
    running: Callable[[str], bool],
    seen: Callable[[Owner], None],
) -> bool:
    """Begin: whether the approvers are to be asked."""
    return begin(
        parse_request(given),
        migration_id=migration,
        execution_arn=execution,
        ownership=Watched(world, seen),
        record=Record(world.table, migration, world.clock),
        is_running=running,
    )
