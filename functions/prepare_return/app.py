"""PrepareReturn: can everything be brought home, what is paused, is the replication gone?"""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import AdministratorSettings
from redash_migration.homecoming.preparation import prepare_return
from redash_migration.record.owner import RETURN
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.paused import note_paused


@with_settings(AdministratorSettings)
@step("PrepareReturn", phases=RETURN)
def handler(event: dict[str, Any], context: Any, settings: AdministratorSettings) -> dict[str, Any]:
    """``{migration_id, targets: [{host, port}]}`` -> ``{dropped_slots}``; raises
    ReturnNotPossible."""
    migration_id = event["migration_id"]
    record = wiring.record_with_undo(migration_id, "return")
    administrator = wiring.administrator(
        wiring.target_address(), settings.redash_api_key_secret_arn
    )
    note_paused(record, event["targets"], administrator)
    return dict(
        prepare_return(
            record,
            wiring.plan(migration_id),
            wiring.source_address(),
            wiring.target_address(),
            settings.write_pause_budget_seconds,
        )
    )
