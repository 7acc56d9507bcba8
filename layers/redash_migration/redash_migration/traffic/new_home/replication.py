"""The replication instance and its endpoints, as the stack should have made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from redash_migration.record import Check

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms
    from redash_migration.function_settings import InspectNewHomeSettings


def inspect_replication(dms: Dms, settings: InspectNewHomeSettings) -> list[Check]:
    """The replication instance and both endpoints, as the stack should have made them."""
    checks = []
    instance = dms.instance(settings.replication_instance_arn)
    status = "missing" if instance is None else str(instance.get("ReplicationInstanceStatus"))
    checks.append(
        Check("replication.instance", "PASS", "available")
        if status == "available"
        else Check(
            "replication.instance",
            "FAIL",
            f"the replication instance is {status}",
            "Wait until it is available, or deploy the stack again.",
        )
    )
    endpoints = {
        "source": settings.source_endpoint_arn,
        "target": settings.target_endpoint_arn,
    }
    for side, arn in endpoints.items():
        endpoint = dms.endpoint(arn)
        name = f"replication.{side}_endpoint_settings"
        given: Mapping[str, Any] = (endpoint or {}).get("PostgreSQLSettings", {})
        if endpoint is None:
            checks.append(
                Check(name, "FAIL", "the endpoint does not exist", "Deploy the stack again.")
            )
        elif given.get("MapBooleanAsBoolean") is not True:
            checks.append(
                Check(
                    name,
                    "FAIL",
                    "booleans would arrive as text",
                    "Set MapBooleanAsBoolean to true on this endpoint.",
                )
            )
        elif side == "target" and "session_replication_role" not in str(
            given.get("AfterConnectScript", "")
        ):
            checks.append(
                Check(
                    name,
                    "FAIL",
                    "triggers and foreign keys would fire while changes are applied",
                    "Set AfterConnectScript to SET session_replication_role='replica'.",
                )
            )
        else:
            checks.append(Check(name, "PASS", "as the migration needs it"))
    return checks
