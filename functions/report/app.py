"""Report: what happened, for people and programs; the end of every execution."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from redash_migration import wiring
from redash_migration.approval.announcing import announce
from redash_migration.function_settings import PeopleSettings
from redash_migration.record.owner import PHASES
from redash_migration.report.finish import finish
from redash_migration.settings import with_settings
from redash_migration.step import step

logger = Logger(service="redash-migration")


@with_settings(PeopleSettings)
@step("Report", phases=PHASES)
def handler(event: dict[str, Any], context: Any, settings: PeopleSettings) -> dict[str, Any]:
    """``{migration_id, failure, trouble}`` -> ``{status, report, name, cause}``"""
    migration_id = event["migration_id"]
    record = wiring.record(migration_id)
    done = finish(
        record,
        wiring.artifacts(migration_id),
        event.get("failure"),
        event.get("trouble"),
        language=settings.language,
        tell=lambda ending: announce(record, ending),
    )
    if done["status"] == "ROLLED_BACK":
        # A person's no, carried out, is no alarm: template.yaml counts this line.
        logger.info("ended", extra={"ended_by": done["name"]})
    return done
