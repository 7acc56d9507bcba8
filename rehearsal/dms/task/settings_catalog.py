"""The task settings that exist, with the service's defaults.

AWS DMS User Guide, "Specifying task settings for AWS DMS tasks" and the pages beneath it.
"""

from __future__ import annotations

from typing import Any

PREP_MODES = ("DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD")

_ROW = ("IGNORE_RECORD", "LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK")
POLICIES: dict[str, tuple[str, ...]] = {
    "DataErrorPolicy": _ROW,
    "DataTruncationErrorPolicy": _ROW,
    "DataMaskingErrorPolicy": _ROW,
    "EventErrorPolicy": ("IGNORE", "STOP_TASK"),
    "DataErrorEscalationPolicy": ("SUSPEND_TABLE", "STOP_TASK"),
    "TableErrorPolicy": ("SUSPEND_TABLE", "STOP_TASK"),
    "TableErrorEscalationPolicy": ("STOP_TASK",),
    "ApplyErrorDeletePolicy": _ROW,
    "ApplyErrorInsertPolicy": (*_ROW, "INSERT_RECORD", "UPDATE_RECORD"),
    "ApplyErrorUpdatePolicy": (*_ROW, "INSERT_RECORD", "UPDATE_RECORD"),
    "ApplyErrorEscalationPolicy": ("LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"),
}
"""The values that each policy takes."""

FREE_SECTIONS = frozenset(
    {
        "PostProcessingRules",
        "CharacterSetSettings",
        "LoopbackPreventionSettings",
        "BeforeImageSettings",
        "TTSettings",
        "ResyncSettings",
        "DataMaskingSettings",
    }
)
"""Sections that are kept as they are given."""

DEFAULTS: dict[str, Any] = {
    "TargetMetadata": {
        "TargetSchema": "",
        "SupportLobs": True,
        "FullLobMode": False,
        "LobChunkSize": 64,
        "LimitedSizeLobMode": True,
        "LobMaxSize": 32,
        "InlineLobMaxSize": 0,
        "LoadMaxFileSize": 0,
        "ParallelLoadThreads": 0,
        "ParallelLoadBufferSize": 0,
        "ParallelLoadQueuesPerThread": 0,
        "ParallelApplyThreads": 0,
        "ParallelApplyBufferSize": 0,
        "ParallelApplyQueuesPerThread": 0,
        "BatchApplyEnabled": False,
        "TaskRecoveryTableEnabled": False,
    },
    "FullLoadSettings": {
        "TargetTablePrepMode": "DROP_AND_CREATE",
        "CreatePkAfterFullLoad": False,
        "StopTaskCachedChangesApplied": False,
        "StopTaskCachedChangesNotApplied": False,
        "MaxFullLoadSubTasks": 8,
        "TransactionConsistencyTimeout": 600,
        "CommitRate": 10000,
    },
    "Logging": {
        "EnableLogging": False,
        "EnableLogContext": False,
        "LogComponents": [],
        "CloudWatchLogGroup": None,
        "CloudWatchLogStream": None,
        "DeleteTaskLogs": None,
        "LogConfiguration": None,
    },
    "ControlTablesSettings": {
        "ControlSchema": "",
        "HistoryTimeslotInMinutes": 5,
        "historyTimeslotInMinutes": 5,
        "HistoryTableEnabled": False,
        "SuspendedTablesTableEnabled": False,
        "StatusTableEnabled": False,
        "FullLoadExceptionTableEnabled": False,
        "CommitPositionTableEnabled": False,
    },
    "StreamBufferSettings": {
        "StreamBufferCount": 3,
        "StreamBufferSizeInMB": 8,
        "CtrlStreamBufferSizeInMB": 5,
    },
    "ChangeProcessingDdlHandlingPolicy": {
        "HandleSourceTableDropped": True,
        "HandleSourceTableTruncated": True,
        "HandleSourceTableAltered": True,
    },
    "ErrorBehavior": {
        "DataErrorPolicy": "LOG_ERROR",
        "DataTruncationErrorPolicy": "LOG_ERROR",
        "DataErrorEscalationPolicy": "SUSPEND_TABLE",
        "DataErrorEscalationCount": 0,
        "DataMaskingErrorPolicy": "STOP_TASK",
        "EventErrorPolicy": "IGNORE",
        "TableErrorPolicy": "SUSPEND_TABLE",
        "TableErrorEscalationPolicy": "STOP_TASK",
        "TableErrorEscalationCount": 0,
        "RecoverableErrorCount": -1,
        "RecoverableErrorInterval": 5,
        "RecoverableErrorThrottling": True,
        "RecoverableErrorThrottlingMax": 1800,
        "RecoverableErrorStopRetryAfterThrottlingMax": True,
        "ApplyErrorDeletePolicy": "IGNORE_RECORD",
        "ApplyErrorInsertPolicy": "LOG_ERROR",
        "ApplyErrorUpdatePolicy": "LOG_ERROR",
        "ApplyErrorEscalationPolicy": "LOG_ERROR",
        "ApplyErrorEscalationCount": 0,
        "ApplyErrorFailOnTruncationDdl": False,
        "FullLoadIgnoreConflicts": True,
        "FailOnTransactionConsistencyBreached": False,
        "FailOnNoTablesCaptured": True,
    },
    "ChangeProcessingTuning": {
        "BatchApplyPreserveTransaction": True,
        "BatchApplyTimeoutMin": 1,
        "BatchApplyTimeoutMax": 30,
        "BatchApplyMemoryLimit": 500,
        "BatchSplitSize": 0,
        "MinTransactionSize": 1000,
        "CommitTimeout": 1,
        "MemoryLimitTotal": 1024,
        "MemoryKeepTime": 60,
        "StatementCacheSize": 50,
        "RecoveryTimeout": -1,
    },
    "ValidationSettings": {
        "EnableValidation": False,
        "ValidationMode": "ROW_LEVEL",
        "ThreadCount": 5,
        "PartitionSize": 10000,
        "FailureMaxCount": 10000,
        "TableFailureMaxCount": 1000,
        "RecordFailureDelayInMinutes": 5,
        "RecordFailureDelayLimitInMinutes": 0,
        "RecordSuspendDelayInMinutes": 30,
        "MaxKeyColumnSize": 8096,
        "ValidationOnly": False,
        "HandleCollationDiff": False,
        "SkipLobColumns": False,
        "ValidationPartialLobSize": 0,
        "ValidationQueryCdcDelaySeconds": 0,
        "ValidationS3Time": 0,
        "ValidationS3Mask": 0,
    },
    "FailTaskWhenCleanTaskResourceFailed": False,
}
"""Every known section and setting, with what the service takes when it isn't given."""
