"""`make status ID=...`: where a migration stands, for somebody who has a terminal only.

Reads the record of the deployed stack and says what the page behind an approver's link says.
Without ID, the last migration's. STACK names the stack, where it isn't that of the configuration.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from deployment.configure.file import stack_and_region
from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.approval.messages.telling import never_told_lines
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.standing.ending_words import (
    after_that,
    ended_title,
    failed_checks,
    not_taken_back,
    nothing_lost,
    why,
)
from redash_migration.approval.standing.standing import standing
from redash_migration.approval.texts import Texts
from redash_migration.clock import now
from redash_migration.course import STAGES, doing
from redash_migration.errors import MigrationError
from redash_migration.plain_text import plain
from redash_migration.record import Record
from redash_migration.record.owner import MIGRATION_ID
from redash_migration.record.ownership import Ownership

ROOT = Path(__file__).parents[1]
REMEDY = (
    "It needs the account and region of the stack (aws sts get-caller-identity), and\n"
    "cloudformation:DescribeStacks, dynamodb:GetItem, dynamodb:Query on the record's table."
)


def main() -> int:
    """0 printed, 2 there is nothing to print: no stack, no such migration, no access."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    stack, region = stack_and_region(ROOT)
    stack = os.environ.get("STACK", stack)
    wanted = os.environ.get("ID", "")
    if wanted and not MIGRATION_ID.fullmatch(wanted):
        print(f"ID={wanted}: a migration's name is like redash-20260131-020000")
        return 2
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION") or region or None)
        outputs = outputs_of(session, stack)
        if "MigrationTableName" not in outputs:
            print(f"The stack {stack} is no migration's. STACK=... names another.")
            return 2
        table = DynamoTable(session.client("dynamodb"), outputs["MigrationTableName"])
        owner = Ownership(table).last()
        if not wanted and owner is None:
            print("No migration has been started in this stack.")
            return 2
        record = Record(table, wanted or (owner.migration_id if owner else ""))
        texts = Texts("ja" if os.environ.get("LANG", "").startswith("ja") else "en")
        told = list(lines(record, texts, now()))
    except (BotoCoreError, ClientError, MigrationError) as error:
        print(f"AWS doesn't tell about the stack {stack}: {error}")
        print(REMEDY)
        return 2
    if not told:
        print(f"The stack {stack} knows nothing of {record.migration_id}.")
        return 2
    told.append(f"{outputs['Reports']}&prefix={record.migration_id}/")
    if owner and owner.migration_id == record.migration_id:
        told.append(
            f"https://{session.region_name}.console.aws.amazon.com/states/home"
            f"?region={session.region_name}#/v2/executions/details/{owner.execution_arn}"
        )
    width = min(get_terminal_size().columns, 100)
    print("\n".join(part for line in told for part in wrapped(plain(line), width)))
    return 0


def wrapped(line: str, width: int) -> list[str]:
    """A line in a terminal's width, going on below its text; an address stays whole."""
    indent = " " * (len(line) - len(line.lstrip(" -")))
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def outputs_of(session: Any, stack: str) -> dict[str, str]:
    """Output -> value of a deployed stack."""
    [found] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def lines(record: Record, texts: Texts, at: datetime) -> Iterator[str]:
    """Headline, what runs or is waited for, the pause, how it ended; none for an unknown name."""
    stands = standing(record, at, None)
    if not stands.state:
        return
    yield record.migration_id
    if stands.ending is not None:
        yield from _ended(texts, stands.ending, never_told_lines(record, stands.ending))
    else:
        stage = STAGES[stands.stage]["ja" if texts.language == "ja" else "en"]
        yield f"{stage}: {doing(stands.state).text(texts.language)} ({stands.state})"
        yield texts(f"status.lead.{stands.stage}")
        for wait in record.waits.all():
            if wait.state == "OPEN":
                yield texts("status.waits", kind=wait.kind, since=wait.since)
    if stands.pause_seconds is not None:
        pause = texts.figures.duration(stands.pause_seconds)
        yield f"{texts('status.pause_label')}: {pause}"


def _ended(texts: Texts, ending: Ending, never_told: list[str]) -> Iterator[str]:
    yield ended_title(texts, ending)
    yield f"{texts('status.serves')}: {texts(f'status.serves.{ending.serves}')}"
    if lost := nothing_lost(texts, ending):
        yield lost
    if reason := why(texts, ending):
        yield f"{texts('ended.why')}: {reason}"
    for label, listed in (
        ("ended.checks", failed_checks(texts, ending)),
        ("ended.not_taken_back", not_taken_back(texts, ending)),
        ("ended.never_told", never_told),
    ):
        if listed:
            yield f"{texts(label)}:"
            yield from listed
    yield f"{texts('ended.next')}: {after_that(texts, ending)}"


if __name__ == "__main__":
    sys.exit(main())
