"""RequestApproval: ask the approvers whether the write pause may begin."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.approval.assembly import desk, policy
from redash_migration.approval.deciding.request import request
from redash_migration.approval.gate.purposes import CUTOVER
from redash_migration.function_settings import PeopleSettings
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(PeopleSettings)
@step("RequestApproval", token=True)
def handler(event: dict[str, Any], context: Any, settings: PeopleSettings) -> dict[str, Any]:
    """``{migration_id, token}``; resumes with ``{decision, actor, reason, ...}``."""
    record = wiring.record(event["migration_id"])
    return request(desk(record), policy(CUTOVER), CUTOVER, event["token"])
