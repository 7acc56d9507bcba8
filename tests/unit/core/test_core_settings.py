"""What a function is told is typed, and what is not as it must be is named when it starts."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from redash_migration import function_settings, wiring
from redash_migration.approval.settings import ApprovalSettings
from redash_migration.errors import MissingSetting
from redash_migration.settings import Gibibytes, Hours, ServiceCount, Settings, read
from tests.function_environment import ENVIRONMENT, OWN
from tests.record_table import pretend_to_be_on_aws

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
WRONG = {
    "int": "-1",
    "bool": "yes",
    "Hours": "two",
    "Gibibytes": "1e3",
    "ServiceCount": "redash-server",
    "tuple[ServiceCount, ...]": "redash-server",
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


def module_of(folder: str) -> ModuleType:
    path = ROOT / "functions" / folder / "app.py"
    spec = importlib.util.spec_from_file_location(f"started_{folder}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kind_of(folder: str) -> type[Settings]:
    code = (ROOT / "functions" / folder / "app.py").read_text(encoding="utf-8")
    named = re.search(r"^@with_settings\((\w+)\)$", code, re.MULTILINE)
    return getattr(function_settings, named[1]) if named else Settings


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_a_function_names_what_is_wrong_before_it_asks_anybody(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_to_be_on_aws(monkeypatch)
    for name, value in (ENVIRONMENT | OWN).items():
        monkeypatch.setenv(name, value)
    event = json.loads((ROOT / "events" / f"{folder}.json").read_text(encoding="utf-8"))
    handler = module_of(folder).handler
    for field in dataclasses.fields(kind_of(folder)):
        variable = field.name.upper()
        empty = [] if field.default is not dataclasses.MISSING else ["", "  "]
        wrong = [WRONG[str(field.type)]] if str(field.type) in WRONG else []
        for value in empty + wrong:
            wiring.record_table.cache_clear()
            monkeypatch.setenv(variable, value)
            with pytest.raises(MissingSetting, match=f"^{variable}:"):
                handler(event, CONTEXT)
            monkeypatch.setenv(variable, (ENVIRONMENT | OWN)[variable])


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(MissingSetting, match=r"ARTIFACT_BUCKET: .*; ECS_CLUSTER: "):
        read(Settings, {**ENVIRONMENT, "ARTIFACT_BUCKET": "", "ECS_CLUSTER": " "})


def test_each_type_is_read_as_what_it_is() -> None:
    environment = ENVIRONMENT | OWN
    environment |= {
        "ECS_SERVER_SERVICE": "server:2",
        "ECS_WORKER_SERVICES": "worker:2, scheduler:1",
        "SYNC_TIMEOUT_HOURS": "0.5",
        "WAL_BUDGET_GIBIBYTES": "1.5",
    }
    home = read(function_settings.ProveNewHomeSettings, environment)
    workers = (ServiceCount("worker", 2), ServiceCount("scheduler", 1))
    assert home.services == (ServiceCount("server", 2), *workers)
    assert home.settings_known_to_differ == ()
    sync = read(function_settings.AwaitInSyncSettings, environment)
    assert sync.sync_timeout_hours == Hours(1800)
    before = read(function_settings.PreflightSettings, environment)
    assert before.wal_budget_gibibytes == Gibibytes(3 << 29)
    asked = {
        "APPROVAL_TOPIC_ARN": "topic",
        "APPROVAL_URL": "url",
        "CONFIRM_TIMEOUT_HOURS": "1",
        "REQUIRED_APPROVALS": "1",
        "ALLOW_SELF_APPROVAL": "True",
        "APPROVERS": "a@example.com, b@example.com",
    }
    people = read(ApprovalSettings, environment | asked)
    assert people.allow_self_approval
    assert people.approvers == ("a@example.com", "b@example.com")
