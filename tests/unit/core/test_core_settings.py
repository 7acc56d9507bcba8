"""A setting that is not as it must be is named when the function starts."""

from __future__ import annotations

import pytest

from redash_migration.errors import MissingSetting
from redash_migration.settings import VARIABLES, ServiceCount, Settings

BAD = {
    "number": "-1",
    "hours": "two",
    "gibibytes": "1e3",
    "flag": "yes",
    "services": "redash-server",
}


@pytest.mark.parametrize("name", [n for n, one in VARIABLES.items() if one.kind in BAD])
def test_another_form_is_refused_by_name(name: str) -> None:
    with pytest.raises(MissingSetting, match=f"^{name}: "):
        Settings({name: BAD[VARIABLES[name].kind]})


@pytest.mark.parametrize("name", [n for n, one in VARIABLES.items() if one.default is None])
@pytest.mark.parametrize("value", ["", "  "])
def test_what_must_be_set_and_is_empty_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(MissingSetting, match=f"^{name}: "):
        Settings({name: value})


@pytest.mark.parametrize("name", VARIABLES)
def test_what_a_function_is_not_told_keeps_it_from_nothing_else(name: str) -> None:
    settings = Settings({})
    if VARIABLES[name].default is None:
        with pytest.raises(MissingSetting, match=f"^{name}: "):
            settings[name]
    else:
        assert settings[name] == VARIABLES[name].default
        Settings({name: ""})


def test_each_kind_is_read_as_what_it_is() -> None:
    settings = Settings(
        {
            "ECS_WORKER_SERVICES": "worker:2, scheduler:1",
            "SYNC_TIMEOUT_HOURS": "0.5",
            "WAL_BUDGET_GIBIBYTES": "1.5",
            "ALLOW_SELF_APPROVAL": "True",
            "APPROVERS": "a@example.com, b@example.com",
        }
    )
    workers = (ServiceCount("worker", 2), ServiceCount("scheduler", 1))
    assert settings.services("ECS_WORKER_SERVICES") == workers
    assert settings.seconds_of_hours("SYNC_TIMEOUT_HOURS") == 1800
    assert settings.bytes_of_gibibytes("WAL_BUDGET_GIBIBYTES") == 3 << 29
    assert settings.flag("ALLOW_SELF_APPROVAL")
    assert settings.names("APPROVERS") == ("a@example.com", "b@example.com")
