"""A task as CreateReplicationTask defines it: names, endpoints, mappings, settings; or a fault."""

from __future__ import annotations

import re
import secrets
import string
from typing import Any

from rehearsal.dms.faults import InvalidParameterValue
from rehearsal.dms.surroundings import Surroundings
from rehearsal.dms.task.mappings import TableMappings
from rehearsal.dms.task.task import ReplicationTask
from rehearsal.dms.task.task_settings import TaskSettings

_IDENTIFIER = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,254}(?<!-)")
_RESOURCE = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,30}(?<!-)")
_MIGRATION_TYPES = frozenset({"full-load", "cdc", "full-load-and-cdc"})
_NOT_CARRIED = ("CdcStartTime", "CdcStartPosition", "CdcStopPosition")


def define(params: dict[str, Any], surroundings: Surroundings, arn_prefix: str) -> ReplicationTask:
    """The task; raises InvalidParameterValue or ResourceNotFound, which say what is wrong."""
    identifier = str(params["ReplicationTaskIdentifier"]).lower()
    if not _IDENTIFIER.fullmatch(identifier):
        raise InvalidParameterValue(
            f"ReplicationTaskIdentifier {identifier!r}: 1 to 255 letters, digits and single"
            " hyphens, a letter first, no hyphen at the end."
        )
    resource = params.get("ResourceIdentifier") or _random_resource()
    if not _RESOURCE.fullmatch(resource):
        raise InvalidParameterValue(
            f"ResourceIdentifier {resource!r}: at most 31 letters, digits and single hyphens,"
            " a letter first, no hyphen at the end."
        )
    if params["MigrationType"] not in _MIGRATION_TYPES:
        raise InvalidParameterValue(f"MigrationType {params['MigrationType']!r} is unknown.")
    for name in _NOT_CARRIED:
        if params.get(name):
            raise InvalidParameterValue(f"{name} is not carried by the rehearsal.")
    for name, side in (("SourceEndpointArn", "source"), ("TargetEndpointArn", "target")):
        if surroundings.endpoint(params[name]).endpoint_type != side:
            raise InvalidParameterValue(f"{name} is not a {side} endpoint.")
    surroundings.instance(params["ReplicationInstanceArn"])
    return ReplicationTask(
        arn=f"{arn_prefix}:task:{resource}",
        identifier=identifier,
        source_arn=params["SourceEndpointArn"],
        target_arn=params["TargetEndpointArn"],
        instance_arn=params["ReplicationInstanceArn"],
        migration_type=params["MigrationType"],
        mappings_document=params["TableMappings"],
        mappings=TableMappings.parse(params["TableMappings"]),
        settings=TaskSettings.parse(params.get("ReplicationTaskSettings")),
        task_data=params.get("TaskData"),
    )


def _random_resource() -> str:
    letters = string.ascii_uppercase + string.digits
    return "T" + "".join(secrets.choice(letters) for _ in range(25))
