"""What a task's or command's state means, and what an execution may be asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from redash_migration.begin import migration_name
from redash_migration.errors import InvalidInput, SchemaNotCopied
from redash_migration.execution_input import parse_request
from redash_migration.host.command import CommandTruth, after_command
from redash_migration.host.inspection import fingerprint, host_report
from redash_migration.host.schema_dump import schema_part
from redash_migration.replication.events import command_id, task_arns
from redash_migration.replication.statistics import TableStatistics, incomplete, validation
from redash_migration.replication.task import TaskTruth, after_full_load, after_stop
from redash_migration.report.finish import named
from redash_migration.traffic.actions import forward_to, maintenance, replaced, target_groups


def task(
    status: str, reason: str = "", stop: str = "2026-01-31T02:20:00", **more: Any
) -> TaskTruth:
    values: dict[str, Any] = {"failure": "", **more}
    return TaskTruth(arn="arn", status=status, stop_reason=reason, stop_date=stop, **values)


@pytest.mark.parametrize(
    "reason", ["STOPPED_AFTER_CACHED_EVENTS", "STOPPED_AFTER_FULL_LOAD", "FULL_LOAD_ONLY_FINISHED"]
)
def test_the_full_load_is_done_when_the_task_stopped_for_it(reason: str) -> None:
    outcome = after_full_load(task("stopped", reason), "")
    assert outcome is not None
    assert outcome.result is not None


@pytest.mark.parametrize("status", ["creating", "ready", "starting", "running", "stopping"])
def test_nothing_is_answered_while_the_task_is_under_way(status: str) -> None:
    """A stop reason left from an earlier run is stale then."""
    stale = task(status, "STOPPED_AFTER_CACHED_EVENTS")
    assert after_full_load(stale, "") is None
    assert after_stop(stale, "") is None


def test_a_stop_of_an_earlier_run_answers_nothing() -> None:
    stopped = task("stopped", "STOPPED_AFTER_CACHED_EVENTS", "2026-01-31T02:20:00")
    assert after_stop(stopped, "2026-01-31T02:20:00") is None
    assert after_stop(stopped, "2026-01-31T02:19:00") is not None


@pytest.mark.parametrize("reason", ["RECOVERABLE_ERROR", "STOPPED_DUE_TO_LOW_DISK", "NORMAL", ""])
def test_another_stop_during_the_full_load_is_a_failure(reason: str) -> None:
    outcome = after_full_load(task("stopped", reason), "")
    assert outcome is not None
    assert outcome.error == "ReplicationTaskFailed"


@pytest.mark.parametrize("broken", [None, task("failed", failure="disk full"), task("deleting")])
def test_a_failed_or_deleted_task_fails_the_full_load(broken: TaskTruth | None) -> None:
    answer = after_full_load(broken, "")
    assert answer is not None
    assert answer.error == "ReplicationTaskFailed"


@pytest.mark.parametrize(
    "ended",
    [None, task("failed", failure="disk full"), task("stopped", "RECOVERABLE_ERROR")],
)
def test_any_end_of_the_task_is_the_end_that_is_demanded(ended: TaskTruth | None) -> None:
    """All had arrived and was compared before; only a task that may go on is no answer."""
    answer = after_stop(ended, "2026-01-31T02:19:00")
    assert answer is not None
    assert answer.result is not None
    assert after_stop(task("deleting"), "") is None


def test_a_stop_without_a_date_is_no_earlier_one() -> None:
    undated = task("stopped", "NORMAL", "")
    assert after_stop(undated, "") is not None
    assert after_full_load(task("stopped", "STOPPED_AFTER_CACHED_EVENTS", ""), "") is not None


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "x",
        {},
        {"source": "aws.dms", "resources": "x"},
        {"source": "aws.ec2", "resources": ["a:task:b"]},
        {"source": "aws.dms", "resources": [1, "arn:endpoint"]},
    ],
)
def test_a_malformed_event_speaks_of_no_task(event: Any) -> None:
    assert task_arns(event) == []
    assert command_id(event) == ""


def statistics(name: str, **more: Any) -> TableStatistics:
    values = {
        "state": "Table completed",
        "validation": "Validated",
        "rows": 1,
        "error_rows": 0,
        "validation_failed": 0,
    }
    return TableStatistics(schema="public", table=name, **{**values, **more})


def test_the_load_is_complete_only_with_every_table_and_row() -> None:
    good = statistics("users")
    assert incomplete([good], ["public.users"]) == []
    assert incomplete([good], ["public.users", "public.events"])
    assert incomplete([statistics("users", state="Table error")], ["public.users"])
    assert incomplete([statistics("users", error_rows=1)], ["public.users"])


def test_validation_sorts_tables_into_failed_pending_and_warned() -> None:
    found = validation(
        [
            statistics("a", validation="Table error"),
            statistics("b", validation="Pending validation"),
            statistics("c", validation="No primary key"),
            statistics("d", validation="Error", validation_failed=2),
        ]
    )
    assert [line.split(":")[0] for line in found.failed] == ["public.a", "public.d"]
    assert found.pending == ("public.b: Pending validation",)


@pytest.mark.parametrize(
    "said", [{"validation": "Mismatched records"}, {"validation_failed": 2}], ids=str
)
def test_a_mismatch_of_the_task_s_own_is_told_and_ends_nothing(said: dict[str, Any]) -> None:
    found = validation([statistics("a", **said)])
    assert (found.failed, found.pending, found.checks[0].status) == ((), (), "WARN")
    assert "awsdms_validation_failures_v1" in found.checks[0].remedy


def test_a_table_that_can_not_be_validated_is_a_warning() -> None:
    assert validation([statistics("c", validation="No primary key")]).checks[0].status == "WARN"
    assert validation([statistics("c")]).checks[0].status == "PASS"


def test_a_command_that_ended_badly_names_its_problem() -> None:
    truth = CommandTruth("id", "Failed", "noise\n@problem server is still running\n", "x")
    outcome = after_command(truth)
    assert outcome is not None
    assert outcome.error == "CommandFailed"
    assert "server is still running" in outcome.cause
    assert after_command(None) is None
    assert after_command(CommandTruth("id", "InProgress", "", "")) is None


def test_the_host_report_reads_repeated_answers() -> None:
    report = host_report(
        "@container server true redash-server-1 server redash/redash:25.8.0\nnoise\n"
        "@container database true redash-postgres-1 postgres postgres:16\n"
        "@data_free_kilobytes 10\n@setting_of REDASH_SECRET_KEY 0123456789abcdef server,worker\n"
        "@setting wal_level replica\n@queues seen\n@queue queries 08 x\n@queue emails 1 2\n"
        "@paused 3\n@paused x\n  @version 1\n",
        "redash",
        datetime.fromtimestamp(1_000, UTC),
    )
    assert report.running == ["redash-server-1"]
    assert report.disk_free_bytes == 10240
    assert report.settings_of["worker"] == {"REDASH_SECRET_KEY": ["0123456789abcdef"]}
    assert report.postgres == {"wal_level": "replica"}
    assert report.database_name == "redash"
    assert report.queues == {"emails": 3}
    assert report.paused == [3]
    assert report.versions == []
    assert host_report("", "redash", datetime.now(UTC)).queues is None


def test_fingerprints_tell_equal_from_different_and_nothing_else() -> None:
    assert fingerprint("key", "secret") == fingerprint("key", "secret")
    assert fingerprint("key", "secret") != fingerprint("other", "secret")
    assert "secret" not in fingerprint("key", "secret")


def test_a_schema_part_that_did_not_arrive_whole_is_refused() -> None:
    assert schema_part("@parts 2\n@part 1\n@data QUJD\n", 1) == (b"QUJD", 2)
    for broken in ("", "@parts 2\n@part 2\n@data QUJD\n", "@parts 2\n@part 1\n@data \n"):
        with pytest.raises(SchemaNotCopied):
            schema_part(broken, 1)


@pytest.mark.parametrize("given", [{}, {"Comment": "Insert your JSON here"}])
def test_an_empty_input_starts_a_migration(given: dict[str, Any]) -> None:
    assert parse_request(given).mode == "migrate"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], "input"),
        ("x", "input"),
        ({"mod": "migrate"}, "mod"),
        ({"mode": "cutover"}, "mode"),
        ({"mode": ["migrate"]}, "mode"),
        ({"allowSourceRestart": "yes"}, "allowSourceRestart"),
        ({"requestedBy": 3}, "requestedBy"),
        ({"requestedBy": "x\n\nDecide here:\nexample.com"}, "requestedBy"),
        ({"requestedBy": "x\u202egnp"}, "requestedBy"),
        ({"requestedBy": "decide at HTTPS://evil.example"}, "requestedBy"),
        ({"requestedBy": "decide at www.evil.example"}, "requestedBy"),
        ({"migrationId": "redash-20260131-020000"}, "migrationId"),
        ({"mode": "roll-back"}, "migrationId"),
    ],
)
def test_bad_input_is_refused_by_the_fields_name(given: Any, field: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^{field}: "):
        parse_request(given)


def test_the_name_comes_from_the_start_so_a_redrive_keeps_it() -> None:
    assert migration_name("2026-01-31T02:00:05.123Z") == "redash-20260131-020005"
    with pytest.raises(InvalidInput, match=r"^started_at: "):
        migration_name("None")


def test_listener_actions_keep_the_log_in_in_front() -> None:
    before = [
        {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {}},
        {"Type": "forward", "Order": 2, "TargetGroupArn": "old"},
    ]
    after = replaced(before, forward_to("new"))
    assert [action["Type"] for action in after] == ["authenticate-oidc", "forward"]
    assert [action["Order"] for action in after] == [1, 2]
    assert target_groups(after) == ["new"]
    assert target_groups(before) == ["old"]


@pytest.mark.parametrize("language", ["en", "ja", "xx"])
def test_the_maintenance_page_fits_into_a_fixed_response(language: str) -> None:
    config = maintenance(language)[0]["FixedResponseConfig"]
    assert config["StatusCode"] == "503"
    assert config["MessageBody"].endswith("</p>")
    assert len(config["MessageBody"]) <= 1024


def test_a_weight_of_zero_is_no_traffic() -> None:
    groups = [{"TargetGroupArn": "old", "Weight": 0}, {"TargetGroupArn": "new", "Weight": 1}]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    assert target_groups([action]) == ["new"]


def test_a_lambda_failure_is_named_by_its_message() -> None:
    cause = '{"errorMessage": "1 row differs", "errorType": "DataMismatch", "stackTrace": []}'
    failure = named({"error": {"Error": "DataMismatch", "Cause": cause}, "state": "VerifyData"})
    assert failure == {"name": "DataMismatch", "cause": "1 row differs", "state": "VerifyData"}
    assert named(None) is None
