"""Events lost, doubled, delayed, foreign, malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehearsal.world import World


def drop_dms_events(world: World) -> None:
    """No DMS event arrives; the reconciler has to find out by itself."""

    def keep(event: dict[str, Any]) -> list[Any]:
        return [] if event.get("source") == "aws.dms" else [event]

    world.cloud.event_filter = keep
