"""Task settings: the JSON document that says how a task loads, follows, fails and validates.

AWS DMS User Guide, "Specifying task settings for AWS DMS tasks". Sections and names that the guide
doesn't know are refused, so that a slip of the pen shows in a rehearsal and not in the night.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

from rehearsal.dms.faults import InvalidParameterValue
from rehearsal.dms.task.settings_catalog import DEFAULTS, FREE_SECTIONS, POLICIES, PREP_MODES

_NOT_CARRIED = (("TargetMetadata", "TargetSchema"), ("ValidationSettings", "ValidationOnly"))


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """The settings of one task, completed with the defaults of the service."""

    document: dict[str, Any]

    @classmethod
    def parse(cls, text: str | None) -> TaskSettings:
        """Read and complete a ReplicationTaskSettings document.

        Raises InvalidParameterValue, which names the section, the setting and what is wrong.
        """
        try:
            given = json.loads(text) if text else {}
        except ValueError as error:
            raise _invalid(f"not JSON: {error}") from None
        if not isinstance(given, dict):
            raise _invalid("not an object")
        document = copy.deepcopy(DEFAULTS)
        for section, values in given.items():
            if section in FREE_SECTIONS or values is None:
                document[section] = values
                continue
            if section not in DEFAULTS:
                raise _invalid(f'there is no section "{section}"')
            default = DEFAULTS[section]
            if not isinstance(default, dict):
                document[section] = values
                continue
            if not isinstance(values, dict):
                raise _invalid(f'"{section}" is not an object')
            for name, value in values.items():
                _check(section, name, value)
                document[section][name] = value
        for section, name in _NOT_CARRIED:
            if (document[section] or {}).get(name):
                raise _invalid(f'"{section}.{name}" is not carried by the rehearsal')
        return cls(document)

    def to_json(self) -> str:
        """The completed document, as DescribeReplicationTasks shows it."""
        return json.dumps(self.document)

    @property
    def prep_mode(self) -> str:
        """TargetTablePrepMode: DO_NOTHING, TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE."""
        return str(self.document["FullLoadSettings"]["TargetTablePrepMode"])

    @property
    def stop_after_cached_changes(self) -> bool:
        """Stop by itself when the changes cached during the full load are applied."""
        return bool(self.document["FullLoadSettings"]["StopTaskCachedChangesApplied"])

    @property
    def stop_before_cached_changes(self) -> bool:
        """Stop by itself when the tables are loaded, before the cached changes are applied."""
        return bool(self.document["FullLoadSettings"]["StopTaskCachedChangesNotApplied"])

    @property
    def full_lob_mode(self) -> bool:
        """LOBs are loaded by themselves, after a row that holds NULL in their place."""
        return bool(self.document["TargetMetadata"]["FullLobMode"])

    @property
    def lob_limit_bytes(self) -> int | None:
        """The size at which limited LOB mode cuts a value, in bytes; None in full LOB mode."""
        metadata = self.document["TargetMetadata"]
        limited = metadata["LimitedSizeLobMode"] and not metadata["FullLobMode"]
        return int(metadata["LobMaxSize"]) * 1024 if limited else None

    @property
    def control_schema(self) -> str:
        """The schema of the control tables on the target; ``public`` unless set."""
        return str(self.document["ControlTablesSettings"]["ControlSchema"] or "public")

    @property
    def control_tables(self) -> frozenset[str]:
        """The control tables that are made beside awsdms_apply_exceptions."""
        section = self.document["ControlTablesSettings"]
        wanted = {
            "awsdms_status": section["StatusTableEnabled"],
            "awsdms_suspended_tables": section["SuspendedTablesTableEnabled"],
            "awsdms_history": section["HistoryTableEnabled"],
            "awsdms_txn_state": self.document["TargetMetadata"]["TaskRecoveryTableEnabled"],
            "awsdms_validation_failures_v1": self.validation,
        }
        return frozenset(name for name, on in wanted.items() if on)

    @property
    def validation(self) -> bool:
        """Whether the task compares the rows of both sides."""
        return bool((self.document.get("ValidationSettings") or {}).get("EnableValidation"))

    def policy(self, name: str) -> str:
        """A policy of ErrorBehavior, such as TableErrorPolicy."""
        return str(self.document["ErrorBehavior"][name])

    def number(self, name: str) -> int:
        """A number of ErrorBehavior, such as RecoverableErrorCount."""
        return int(self.document["ErrorBehavior"][name])


def _check(section: str, name: str, value: Any) -> None:
    known = DEFAULTS[section]
    if name not in known:
        raise _invalid(f'"{section}" has no setting "{name}"')
    default = known[name]
    if value is not None and default is not None and type(value) is not type(default):
        wanted = {bool: "true or false", int: "a number", str: "a string"}.get(type(default))
        if wanted:
            raise _invalid(f'"{section}.{name}" must be {wanted}, not {value!r}')
    if name in POLICIES and value not in POLICIES[name]:
        raise _invalid(f'"{section}.{name}" must be one of {", ".join(POLICIES[name])}')
    if name == "TargetTablePrepMode" and value not in PREP_MODES:
        raise _invalid(f'"{section}.{name}" must be one of {", ".join(PREP_MODES)}')
    if name in {"CloudWatchLogGroup", "CloudWatchLogStream"} and value:
        raise InvalidParameterValue(
            "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create."
        )


def _invalid(reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Invalid task settings JSON: {reason}")
