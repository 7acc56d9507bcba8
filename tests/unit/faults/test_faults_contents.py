"""What must not be told is found in whatever a rehearsal leaves, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from rehearsal.faults.judging.contents import contents_told, secret_texts
from tests.record_table import make_table, pretend_to_be_on_aws

DATABASE = {"username": "redash-of-a-name", "password": "a-password-of-length", "port": 5432}
TOKEN = "AAAAKgAAAAIAAAAAAAAAA"


def test_all_of_a_secret_is_one_but_for_where_its_database_is() -> None:
    secrets = ["plain text", '{"k2": "second", "k1": "first"}', "[1]", json.dumps(DATABASE)]
    assert secret_texts(secrets) == [
        *("plain text", "second", "first", "[1]", "a-password-of-length"),
    ]


def test_a_secret_and_a_token_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_to_be_on_aws(monkeypatch)
    with mock_aws():
        table = make_table()
        keys = {"pk": {"S": "redash-20260131-020000"}, "sk": {"S": "WAIT#InspectHost"}}
        table.put_item(TableName="record", Item={**keys, "token": {"S": TOKEN}})
        boto3.client("secretsmanager").create_secret(Name="x", SecretString=json.dumps(DATABASE))
        world: Any = SimpleNamespace(
            directory=tmp_path,
            cloud=SimpleNamespace(client=boto3.client),
            deployment=SimpleNamespace(ref=lambda _: "record"),
            source_database=SimpleNamespace(parameters=lambda: {"host": "127.0.0.1", "port": 1}),
        )
        (tmp_path / "report.json").write_text('{"role": "redash-of-a-name", "token": "AAAAK"}')
        (tmp_path / "databases").mkdir()
        (tmp_path / "databases" / "theirs").write_text(DATABASE["password"])  # type: ignore[arg-type]
        assert contents_told(world) == []
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "one.log").write_text(f"with {DATABASE['password']}")
        (tmp_path / "events.ndjson").write_text(f'{{"token": "{TOKEN}"}}')
        assert contents_told(world) == [
            "events.ndjson holds a task token",
            "logs/one.log holds a secret",
        ]
