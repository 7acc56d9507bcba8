"""SmokeTest: the new servers' real endpoints, before users see them."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.direction import direction_of
from redash_migration.function_settings import AdministratorSettings
from redash_migration.homecoming.traffic import with_addresses
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.paused import paused_sources
from redash_migration.traffic.smoke import answering_sources, ask_servers, reach_servers


@with_settings(AdministratorSettings)
@step("SmokeTest")
def handler(event: dict[str, Any], context: Any, settings: AdministratorSettings) -> dict[str, Any]:
    """``{migration_id, direction, targets, fact: "reached" | "smoke_test" | "live_check"}``; raises
    SmokeTestFailed, or before the approval, when only the way is tried, NewHomeNotProven.

    In a return the servers asked are the old ones.
    """
    direction = direction_of(event)
    record = wiring.record(event["migration_id"], direction)
    if event.get("fact") == "reached":
        reach_servers(record, event["targets"])
        return {}
    ask_servers(
        record,
        with_addresses(event["targets"], wiring.source_address),
        wiring.administrator(
            wiring.writing_address(direction),
            settings.redash_api_key_secret_arn,
            answering=answering_sources(record),
            paused=paused_sources(record) or (),
        ),
        fact=str(event.get("fact", "smoke_test")),
        before=wiring.record(event["migration_id"]),
    )
    return {}
