"""Task settings are completed with the service's defaults, and slips are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.dms.faults import InvalidParameterValue
from rehearsal.dms.task.task_settings import TaskSettings


def parse(**sections: Any) -> TaskSettings:
    return TaskSettings.parse(json.dumps(sections))


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_nothing_given_means_the_defaults(text: str | None) -> None:
    settings = TaskSettings.parse(text)
    assert settings.prep_mode == "DROP_AND_CREATE"
    assert not settings.stop_after_cached_changes
    assert not settings.validation
    assert settings.lob_limit_bytes == 32 * 1024
    assert settings.control_schema == "public"
    assert settings.policy("TableErrorPolicy") == "SUSPEND_TABLE"
    assert settings.number("RecoverableErrorCount") == -1


def test_what_is_given_outranks_them() -> None:
    settings = parse(
        FullLoadSettings={"StopTaskCachedChangesApplied": True},
        TargetMetadata={"FullLobMode": True, "LimitedSizeLobMode": False},
        ControlTablesSettings={"ControlSchema": "awsdms", "StatusTableEnabled": True},
        ValidationSettings={"EnableValidation": True},
        TTSettings={"EnableTT": False},
    )
    assert settings.stop_after_cached_changes
    assert settings.prep_mode == "DROP_AND_CREATE"
    assert settings.lob_limit_bytes is None
    assert settings.control_schema == "awsdms"
    assert settings.control_tables == {"awsdms_status", "awsdms_validation_failures_v1"}
    assert json.loads(settings.to_json())["TTSettings"] == {"EnableTT": False}


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"FullLoad": {}}, 'no section "FullLoad"'),
        ({"FullLoadSettings": []}, '"FullLoadSettings" is not an object'),
        ({"FullLoadSettings": {"Stop": True}}, '"FullLoadSettings" has no setting "Stop"'),
        (
            {"FullLoadSettings": {"StopTaskCachedChangesApplied": "yes"}},
            '"FullLoadSettings.StopTaskCachedChangesApplied" must be true or false',
        ),
        ({"TargetMetadata": {"LobMaxSize": "32"}}, '"TargetMetadata.LobMaxSize" must be a number'),
        (
            {"ErrorBehavior": {"TableErrorPolicy": "STOP"}},
            "must be one of SUSPEND_TABLE, STOP_TASK",
        ),
        ({"FullLoadSettings": {"TargetTablePrepMode": "KEEP"}}, "must be one of DO_NOTHING"),
        ({"TargetMetadata": {"TargetSchema": "x"}}, "not carried by the rehearsal"),
        ({"Logging": {"CloudWatchLogGroup": "g"}}, "cannot be set on create"),
    ],
)
def test_a_slip_is_named(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidParameterValue) as raised:
        parse(**sections)
    assert said in raised.value.sentence


@pytest.mark.parametrize(("text", "said"), [("no", "not JSON"), ("[]", "not an object")])
def test_a_document_that_is_none(text: str, said: str) -> None:
    with pytest.raises(InvalidParameterValue) as raised:
        TaskSettings.parse(text)
    assert raised.value.sentence.startswith("Invalid task settings JSON: ")
    assert said in raised.value.sentence
