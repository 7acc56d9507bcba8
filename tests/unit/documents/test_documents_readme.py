"""What the README lists is what there is: settings of a rehearsal, its input, the report's keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import boto3

from redash_migration.adapters.s3 import Artifacts
from redash_migration.execution_input import FIELDS, MODES
from redash_migration.record import Record
from redash_migration.report.contents import report
from rehearsal.options import HELP, from_environment

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
NOT_SETTINGS = {"CI"}
"""Set by others, not to ask for anything."""


class Asked(Mapping[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def first_cells(head: str) -> str:
    """The first column of the table that begins with this head, a row a line."""
    rows = README.split(f"| {head} | meaning |\n|---|---|\n", 1)[1].split("\n\n", 1)[0]
    return "\n".join(row.split("|")[1] for row in rows.splitlines())


def test_every_setting_of_a_rehearsal_is_listed() -> None:
    asked = Asked()
    from_environment(asked)
    settings = asked.names - NOT_SETTINGS
    assert set(re.findall(r"`([A-Z_]+)=", first_cells("setting"))) == settings
    assert set(re.findall(r"^  ([A-Z_]+)=", HELP, re.MULTILINE)) == settings


def test_every_field_and_mode_of_the_input_is_listed() -> None:
    assert set(re.findall(r"`(\w+)`", first_cells("field"))) == set(FIELDS)
    row = next(row for row in README.splitlines() if row.startswith("| `mode` | `migrate`"))
    assert set(MODES) <= set(re.findall(r"`([\w-]+)`", row))


def test_every_key_of_the_report_is_listed(record: Record) -> None:
    client = boto3.client("s3")
    client.create_bucket(
        Bucket="artifacts",
        CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"},
    )
    keys = set(report(record, Artifacts(client, "artifacts", record.migration_id), None))
    listed = first_cells("key").replace("..._", "predicted_write_pause_")
    assert set(re.findall(r"`(\w+)`", listed)) == keys
