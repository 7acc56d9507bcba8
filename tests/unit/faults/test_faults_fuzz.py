"""Whatever comes in, each handler answers with its clear error, and a visitor with a page."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redash_migration import wiring
from redash_migration.database.planning.items import CopyItem, copy_pieces, verify_parts
from redash_migration.errors import InvalidInput
from redash_migration.execution_input import MODES, Request, parse_request
from redash_migration.record.table import Condition, Expected, Item, Value
from tests.function_environment import ENVIRONMENT, OWN
from tests.record_table import pretend_to_be_on_aws

ROOT = Path(__file__).parents[3]
BESIDE_THE_MACHINE = {"approval_page", "on_dms_event", "on_command_event", "reconcile"}
OWN_DECODING = {"begin", "measure_source", "measure_cutover"}
STEPS = sorted(
    path.parent.name
    for path in (ROOT / "functions").glob("*/app.py")
    if path.parent.name not in BESIDE_THE_MACHINE | OWN_DECODING
)

texts = st.text(max_size=30)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
jsons = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects in which these names turn up often, with anything for a value."""
    return st.dictionaries(st.sampled_from(names) | texts, jsons, max_size=6)


class EmptyTable:
    """A record in which nothing stands, the owner aside."""

    def __init__(self) -> None:
        self.owner: Item | None = None

    def get(self, pk: str, sk: str) -> Item | None:
        return self.owner if pk == "OWNER" else None

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        return []

    def put_new(self, item: Item) -> bool:
        return True

    def update(
        self,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value] | None = None,
        first: Mapping[str, Value] | None = None,
        add: Mapping[str, int] | None = None,
        expected: Mapping[str, Expected] | None = None,
    ) -> Item | None:
        return {**(first or {}), **(values or {}), **(add or {})}

    def update_all(self, pk: str, entries: Mapping[str, Mapping[str, Value]]) -> None:
        pass

    def update_under(
        self,
        condition: Condition,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value],
        expected: Mapping[str, Expected] | None = None,
    ) -> bool:
        return True


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> EmptyTable:
    made = EmptyTable()
    monkeypatch.setattr(wiring, "record_table", lambda: made)
    pretend_to_be_on_aws(monkeypatch)
    for name, value in {**ENVIRONMENT, **OWN}.items():
        monkeypatch.setenv(name, value)
    return made


def handler_of(folder: str) -> Any:
    """The handler, loaded from its folder as Lambda does."""
    name = f"fuzzed_{folder}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "functions" / folder / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    return sys.modules[name].handler


CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


def is_name(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("redash-")


@pytest.mark.parametrize("folder", STEPS)
@given(event=objects("migration_id", "token", "state", "targets", "part", "failure") | jsons)
@settings(quick, max_examples=25)
def test_a_step_refuses_what_names_no_migration(table: EmptyTable, folder: str, event: Any) -> None:
    if isinstance(event, dict) and is_name(event.get("migration_id")):
        return

    with pytest.raises(InvalidInput, match="migration_id"):
        handler_of(folder)(event, CONTEXT)


@given(event=objects("input", "started_at", "execution_arn") | jsons)
@quick
def test_begin_names_the_field(table: EmptyTable, event: Any) -> None:
    if isinstance(event, dict) and event.get("input") == {}:
        return

    with pytest.raises(InvalidInput):
        handler_of("begin")(event, CONTEXT)


@given(given_input=objects("mode", "allowSourceRestart", "requestedBy", "migrationId") | jsons)
@quick
def test_an_executions_input_is_understood_or_refused(given_input: Any) -> None:
    with contextlib.suppress(InvalidInput):
        request = parse_request(given_input)
        assert isinstance(request, Request)
        assert request.mode in MODES


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("folder", ["on_dms_event", "on_command_event"])
@given(
    event=st.fixed_dictionaries(
        {"source": st.sampled_from(["aws.dms", "aws.ssm"]) | jsons},
        optional={
            "resources": st.lists(st.sampled_from(["arn:aws:dms:r:a:task:X"]) | jsons, max_size=3)
            | jsons,
            "detail": objects("command-id", "status", "eventType", "eventId") | jsons,
        },
    )
    | jsons
)
@quick
def test_no_event_disturbs_its_function(
    table: EmptyTable, folder: str, held: bool, event: Any
) -> None:
    table.owner = None
    if held:
        table.owner = {
            "migration_id": "redash-20260131-020000",
            "execution_arn": "arn:x",
            "phase": "forward",
            "attempt": 1,
            "since": "2026-01-31T02:00:00Z",
        }

    assert handler_of(folder)(event, CONTEXT) == {"resumed": []}


@pytest.mark.parametrize("folder", ["reconcile", "measure_source", "measure_cutover"])
@given(event=objects("source", "resources", "detail") | jsons)
@quick
def test_the_clocks_functions_have_nothing_to_do_without_a_migration(
    table: EmptyTable, folder: str, event: Any
) -> None:
    if isinstance(event, dict) and "migration_id" in event:
        return

    assert isinstance(handler_of(folder)(event, CONTEXT), dict)


@given(
    item=objects("schema", "table", "chunk", "chunks", "lower", "upper", "parts", "tables") | jsons
)
@quick
def test_a_map_item_is_understood_or_refused(item: Any) -> None:
    for read in (CopyItem.from_json, copy_pieces, verify_parts):
        with contextlib.suppress(InvalidInput):
            read(item)


@given(
    event=st.fixed_dictionaries(
        {},
        optional={
            "rawPath": st.sampled_from(["/approve/x", "/slack", "/", "/approve/a.b.c.d.e.f"])
            | jsons,
            "rawQueryString": texts | jsons,
            "headers": objects("content-type", "origin", "host", "x-slack-signature") | jsons,
            "body": texts | jsons,
            "isBase64Encoded": st.booleans() | jsons,
            "requestContext": objects("http", "stage", "domainName") | jsons,
        },
    )
    | jsons
)
@quick
def test_a_visitor_gets_a_page_and_no_stack_trace(
    table: EmptyTable, event: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redash_migration.approval import assembly

    monkeypatch.setattr(assembly, "signing_secret", lambda: "")
    monkeypatch.setattr(assembly, "keys", _no_keys)

    answer = handler_of("approval_page")(event, CONTEXT)

    assert answer["statusCode"] >= 400
    assert "Traceback" not in answer["body"]
    assert "Error" not in answer["body"]


def _no_keys() -> Any:
    raise ConnectionError("made to fail")
