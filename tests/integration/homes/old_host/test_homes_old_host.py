"""The old host: commands that really run, on containers that are local processes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from redash_migration.adapters.ssm import RunCommand
from rehearsal.old_host import OldHost
from rehearsal.old_host.kinds import HOST_KINDS
from rehearsal.old_host.ssm import run_command
from rehearsal.postgres import Cluster
from rehearsal.redash.command import RedashNotStarted
from tests.integration.homes.local_aws import SECRET_KEY, LocalAws
from tests.integration.homes.old_host.conftest import INSTANCE, MakeHost

ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


@pytest.fixture
def host(make_host: MakeHost) -> OldHost:
    made = make_host(paused=[3])
    made.install()
    return made


@pytest.fixture
def services(host: OldHost) -> None:
    """The host's services run; Run Command needs none of them."""
    host.start_services()


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(aws: LocalAws, host: OldHost) -> Run:
    """run("commands", executionTimeout=["5"]) -> the ended invocation."""
    ssm = aws.client("ssm")

    def send_and_wait(text: str, **parameters: list[str]) -> dict[str, Any]:
        sent = ssm.send_command(
            InstanceIds=[host.instance_id],
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": [f"cd {host.compose_directory}", text], **parameters},
        )
        return ended(ssm, sent["Command"]["CommandId"])

    return send_and_wait


def ended(ssm: Any, command_id: str) -> dict[str, Any]:
    while True:
        try:
            found = ssm.get_command_invocation(CommandId=command_id, InstanceId=INSTANCE)
        except ssm.exceptions.InvocationDoesNotExist:
            found = {"Status": "Pending"}
        if found["Status"] in ENDED:
            return dict(found)
        time.sleep(0.02)


def output(found: dict[str, Any]) -> str:
    assert found["Status"] == "Success", found
    return str(found["StandardOutputContent"])


def test_a_command_s_life(aws: LocalAws, host: OldHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_command, "DELIVERY_SECONDS", 1.0)
    ssm = aws.client("ssm")
    command = ssm.send_command(
        InstanceIds=[host.instance_id],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["printf 'こんにちは'", "echo to stderr >&2", "exit 3"]},
    )["Command"]
    assert command["Status"] == "Pending"
    with pytest.raises(ClientError) as early:
        ssm.get_command_invocation(CommandId=command["CommandId"], InstanceId=INSTANCE)
    assert early.value.response["Error"]["Code"] == "InvocationDoesNotExist"
    found = ended(ssm, command["CommandId"])
    assert (found["Status"], found["ResponseCode"]) == ("Failed", 3)
    assert found["StandardOutputContent"] == "こんにちは"
    assert found["StandardErrorContent"] == "to stderr\n"
    assert ssm.list_commands()["Commands"][0]["Status"] == "Failed"
    told = [
        event["detail"]["status"]
        for event in aws.events
        if event["detail-type"] == "EC2 Command Invocation Status-change Notification"
    ]
    assert told == ["InProgress", "Failed"]
    event = aws.events[-2]
    assert event["source"] == "aws.ssm"
    assert event["detail"]["command-id"] == command["CommandId"]
    assert event["detail"]["instance-id"] == INSTANCE
    assert event["resources"][0].endswith(f":instance/{INSTANCE}")


def test_output_is_cut_as_aws_cuts_it(run: Run) -> None:
    found = run("head -c 30000 /dev/zero | tr '\\0' a; head -c 9000 /dev/zero | tr '\\0' b >&2")
    assert len(found["StandardOutputContent"]) == 24_000
    assert len(found["StandardErrorContent"]) == 8_000


def test_time_runs_out(run: Run) -> None:
    found = run("sleep 60", executionTimeout=["1"])
    assert found["Status"] == "TimedOut"
    assert found["StatusDetails"] == "ExecutionTimedOut"


def test_cancelling(aws: LocalAws, host: OldHost) -> None:
    ssm = aws.client("ssm")
    sent = ssm.send_command(
        InstanceIds=[host.instance_id],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["sleep 60"]},
    )
    command_id = sent["Command"]["CommandId"]
    while ssm.list_commands(CommandId=command_id)["Commands"][0]["Status"] != "InProgress":
        time.sleep(0.02)
    ssm.cancel_command(CommandId=command_id)
    assert ended(ssm, command_id)["Status"] == "Cancelled"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"InstanceIds": ["i-ffffffffffffffff0"]}, "InvalidInstanceId"),
        ({"DocumentName": "AWS-RunPowerShellScript"}, "InvalidDocument"),
        ({"Parameters": {}}, "InvalidParameters"),
    ],
)
def test_what_is_refused(aws: LocalAws, host: OldHost, change: dict[str, Any], code: str) -> None:
    call = {
        "InstanceIds": [host.instance_id],
        "DocumentName": "AWS-RunShellScript",
        "Parameters": {"commands": ["true"]},
    }
    with pytest.raises(ClientError) as failure:
        aws.client("ssm").send_command(**{**call, **change})
    assert failure.value.response["Error"]["Code"] == code


def test_an_offline_instance(aws: LocalAws, host: OldHost) -> None:
    ssm = aws.client("ssm")
    wanted = {"Filters": [{"Key": "InstanceIds", "Values": [INSTANCE]}]}
    (node,) = ssm.describe_instance_information(**wanted)["InstanceInformationList"]
    assert node["PingStatus"] == "Online"
    host.run_command.online = False
    (node,) = ssm.describe_instance_information(**wanted)["InstanceInformationList"]
    assert node["PingStatus"] == "ConnectionLost"
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        ssm.send_command(
            InstanceIds=[INSTANCE],
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": ["true"]},
        )
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        ssm.list_commands(InstanceId=INSTANCE)
    # Whoever takes back first ends what runs there: nothing can be asked of it, and that is all.
    assert RunCommand(ssm, INSTANCE).unended("") == []


ALL = ["adhoc_worker", "nginx", "postgres", "redis", "scheduled_worker", "scheduler", "server",
       "worker"]  # fmt: skip


@pytest.mark.usefixtures("services")
def test_services_stop_and_start(run: Run, host: OldHost) -> None:
    running = "docker compose ps --services --filter status=running"
    assert output(run("docker compose config --services")).split() == ALL
    assert output(run(running)).split() == ALL
    assert host.resolve(INSTANCE, 80) == ("127.0.0.1", host.redash_port)
    output(run("docker compose stop -t 5 nginx"))
    assert host.resolve(INSTANCE, 80) is None
    assert host.resolve(INSTANCE, 5000) is not None
    output(run("docker compose stop -t 5 scheduler server"))
    assert host.resolve(INSTANCE, 5000) is None
    assert "scheduler" not in output(run(running)).split()
    assert output(run("docker inspect -f '{{.State.Running}}' redash-server-1")) == "false\n"
    assert "Exited" in output(run("docker ps -a --filter name=scheduler --format '{{.Status}}'"))
    output(run("docker compose start nginx scheduler server"))
    assert output(run(running)).split() == ALL
    assert host.resolve("i-ffffffffffffffff0", 80) is None


@pytest.mark.usefixtures("services")
def test_programs_run_inside_their_container(run: Run) -> None:
    script = """
      docker compose exec -T server printenv REDASH_SECRET_KEY
      docker compose exec -T postgres psql -U postgres -d redash -Atc 'SELECT count(*) FROM groups'
      docker compose exec -T server python -c 'import redash; print(redash.__version__)'
      echo 'SELECT 7' | docker exec -i redash-postgres-1 psql -U postgres -At
      docker compose exec -T postgres sh -c 'psql -h localhost -U postgres -Atc "SELECT 8"'
    """
    assert output(run(script)).split() == [SECRET_KEY, "3", "25.8.0", "7", "8"]
    failed = run("docker compose exec -T postgres psql -U postgres -c 'SELECT nonsense'")
    assert failed["Status"] == "Failed"
    output(run("docker compose stop redis"))
    refused = run("docker compose exec -T redis true")
    assert 'service "redis" is not running' in refused["StandardErrorContent"]


@pytest.mark.usefixtures("services")
def test_the_schema_is_dumped_by_the_server_s_own_pg_dump(run: Run) -> None:
    found = output(
        run("docker compose exec -T postgres pg_dump -U postgres -d redash -s -t users | head -60")
    )
    assert "CREATE TABLE public.users" in found


@pytest.mark.usefixtures("services")
def test_an_override_counts_when_the_container_is_made_anew(
    run: Run, host: OldHost, cluster: Cluster
) -> None:
    override = host.compose_directory / "docker-compose.override.yml"
    override.write_text("services: {postgres: {command: postgres -c wal_level=logical}}\n")

    def wal_level() -> Any:
        while True:  # docker does not wait for the server
            try:
                with psycopg.connect(cluster.dsn()) as connection:
                    row = connection.execute("SHOW wal_level").fetchone()
                    assert row is not None
                    return row[0]
            except psycopg.OperationalError:
                time.sleep(0.05)

    output(run("docker compose restart postgres"))
    assert wal_level() == "replica", "a restart keeps the container as it was made"
    assert "Recreated" in run("docker compose up -d postgres")["StandardErrorContent"]
    assert wal_level() == "logical"
    assert "Running" in run("docker compose up -d postgres")["StandardErrorContent"]
    override.unlink()
    output(run("docker compose up -d postgres"))
    assert wal_level() == "replica"


def test_disk_figures_are_those_of_the_machine(run: Run) -> None:
    assert int(output(run("df -Pk postgres-data | awk 'NR==2 {print $4}'"))) > 0


@pytest.mark.usefixtures("services")
def test_mistakes_are_answered_as_docker_does(run: Run) -> None:
    assert "no such service: nix" in run("docker compose stop nix")["StandardErrorContent"]
    assert "no configuration file" in run("cd / && docker compose ps")["StandardErrorContent"]
    assert "unknown docker command" in run("docker compose fly")["StandardErrorContent"]


def test_a_host_with_the_older_program_only(aws: LocalAws, make_host: MakeHost) -> None:
    old = make_host(kind=HOST_KINDS["official-2018"])
    old.install()
    sent = aws.client("ssm").send_command(
        InstanceIds=[INSTANCE],
        DocumentName="AWS-RunShellScript",
        Parameters={
            "commands": ["docker compose version || docker-compose version --short"],
            "workingDirectory": [str(old.compose_directory)],
        },
    )
    found = ended(aws.client("ssm"), sent["Command"]["CommandId"])
    assert "'compose' is not a docker command" in found["StandardErrorContent"]
    assert output(found).startswith("1.22")


def test_a_host_that_was_never_laid_out_can_be_stopped(make_host: MakeHost) -> None:
    make_host().stop()


def test_a_real_redash_that_does_not_come_up_is_named_with_its_log(
    make_host: MakeHost, tmp_path: Path
) -> None:
    (tmp_path / "redash").mkdir()
    (tmp_path / "redash" / "__init__.py").write_text('__version__ = "26.3.0"\n')
    command = (
        f'cd {tmp_path}; case $1 in python) shift; exec "{sys.executable}" "$@" ;; esac;'
        " echo $REDASH_ROLE of the $REDASH_SIDE side finds no database >&2; exit 3"
    )
    host = make_host(directory=tmp_path / "rehearsal", redash_command=command)
    host.install()
    assert host.version == "26.3.0"
    log = host.root / "logs" / "server.log"
    with pytest.raises(RedashNotStarted, match=f"/ping.*See {log}"):
        host.start_services()
    assert "server of the old side finds no database" in log.read_text()
