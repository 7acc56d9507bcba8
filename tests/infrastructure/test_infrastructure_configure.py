"""make configure against an account of moto's: what it finds, asks, refuses, and writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from deployment.configure import file
from deployment.configure.__main__ import main
from deployment.configure.account import Account
from deployment.configure.course import configure
from deployment.configure.hosts import compose_directories, hosts, ways
from deployment.configure.network import lets_in, private_subnets, vpc_range
from deployment.configure.terminal import WIDTH, Terminal
from rehearsal.cloud.template.parameters import parameter_values
from rehearsal.cloud.template.reading import parse_template

ROOT = Path(__file__).parents[2]
REGION = "ap-northeast-1"
HOME = {
    "TargetDatabaseSecretArn": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:home-AbCdEf",
    "EcsCluster": "redash-home-Cluster",
    "EcsServerService": "server:2",
    "EcsWorkerServices": "scheduler:1,worker:1",
    "EcsLogGroup": "/ecs/redash-home",
    "EcsTaskRoleArns": "arn:aws:iam::123456789012:role/a,arn:aws:iam::123456789012:role/b",
}


@dataclass
class World:
    """An account with an old Redash behind a load balancer; what the person is told and asked."""

    root: Path
    host: str = ""
    rule: str = ""
    listener: str = ""
    group: str = ""
    vpc: str = ""
    private: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def read(self, prompt: str) -> str:
        self.asked.append(prompt)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def run(self) -> list[str]:
        terminal = Terminal(self.read, self.told.append)
        return configure(self.root, Account(client), terminal, region=REGION, language="ja")

    @property
    def text(self) -> str:
        return " ".join("\n".join(self.told).split())


@cache
def client(service: str) -> Any:
    made = boto3.client(service, region_name=REGION)
    if service == "ssm":
        # moto has no agents.
        made.meta.events.register("before-call.ssm.DescribeInstanceInformation", agents)
    return made


ONLINE: list[str] = []


def agents(**_: Any) -> tuple[Any, dict[str, Any]]:
    listed = [{"InstanceId": one, "PingStatus": "Online"} for one in ONLINE]
    return type("Answer", (), {"status_code": 200})(), {"InstanceInformationList": listed}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "here")
    for name in ("template.yaml", "samconfig.toml", "target/template.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        yield old_redash(World(tmp_path))


def old_redash(world: World) -> World:
    ec2, elb = client("ec2"), client("elbv2")
    vpc = world.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for n, zone in enumerate("acac")
    ]
    ids = [one["Subnet"]["SubnetId"] for one in subnets]
    world.private = ids[2:]
    out = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=out, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for one in ids[:2]:
        ec2.associate_route_table(RouteTableId=out, SubnetId=one)
    group = ec2.create_security_group(GroupName="host", Description="host", VpcId=vpc)["GroupId"]
    image = ec2.register_image(Name="any", RootDeviceName="/dev/sda1")["ImageId"]
    started = ec2.run_instances(
        ImageId=image, MinCount=2, MaxCount=2, SubnetId=ids[0], SecurityGroupIds=[group]
    )["Instances"]
    world.host, other = (one["InstanceId"] for one in started)
    ec2.create_tags(Resources=[world.host], Tags=[{"Key": "Name", "Value": "redash"}])
    ONLINE[:] = [world.host, other]
    balancer = elb.create_load_balancer(Name="front", Subnets=ids[:2], SecurityGroups=[group])
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    old = elb.create_target_group(Name="old", Protocol="HTTP", Port=80, VpcId=vpc)
    old_arn = old["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=old_arn, Targets=[{"Id": world.host}])
    refuse = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    made = elb.create_listener(
        LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[refuse]
    )
    world.listener = made["Listeners"][0]["ListenerArn"]
    world.rule = add_rule(world, old_arn, "redash.example.com", 10)
    new = elb.create_target_group(
        Name="new", Protocol="HTTP", Port=5000, VpcId=vpc, TargetType="ip", HealthCheckPath="/ping"
    )
    world.group = new["TargetGroups"][0]["TargetGroupArn"]
    add_rule(world, world.group, "never.example.com", 49000)
    secrets = client("secretsmanager")
    for name in ("redash/source-database", "redash/secret-key", "redash/cookie-secret", "else"):
        secrets.create_secret(Name=name, SecretString="not to be read")
    return world


def add_rule(world: World, group: str, name: str, priority: int) -> str:
    made = client("elbv2").create_rule(
        ListenerArn=world.listener,
        Priority=priority,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": [name]}}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return str(made["Rules"][0]["RuleArn"])


def new_home(world: World) -> World:
    ec2 = client("ec2")
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=world.vpc)["GroupId"]
        for name in ("functions", "replication")
    ]
    keys = ("RedashSecretKeyArn", "RedashCookieSecretArn")
    secrets = {
        one["Name"]: one["ARN"] for one in client("secretsmanager").list_secrets()["SecretList"]
    }
    outputs = {
        **HOME,
        "TargetGroupArn": world.group,
        "ListenerArn": world.listener,
        "FunctionSecurityGroupIds": groups[0],
        "ReplicationSecurityGroupIds": groups[1],
        **dict(
            zip(keys, (secrets["redash/secret-key"], secrets["redash/cookie-secret"]), strict=True)
        ),
    }
    body = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    client("cloudformation").create_stack(StackName="redash-home", TemplateBody=json.dumps(body))
    return world


def document(template: str) -> Any:
    return parse_template((ROOT / template).read_text(encoding="utf-8"))


def written(world: World, stack: str = "default") -> dict[str, str]:
    return file.read(world.root, stack)


def test_only_people_are_asked_for_where_the_account_says_the_rest(world: World) -> None:
    new_home(world)
    world.answers = ["n", "", "a@example.com", "2"]
    found = world.run()
    assert [one.strip(" :").partition(" [")[0] for one in world.asked] == [
        "[y/N]",
        "ComposeDirectory",
        "Approvers",
        "Language",
    ]
    answers = written(world)
    parameter_values(document("template.yaml"), answers)
    assert answers["SourceInstanceId"] == world.host
    assert answers["ListenerRuleArn"] == world.rule
    assert answers["SubnetIds"].split(",") == world.private
    assert answers["VpcId"] == world.vpc
    assert answers["RouteTableIds"].startswith("rtb-")
    assert answers["CreateDmsRoles"] == "yes"
    assert answers["EcsCluster"] == HOME["EcsCluster"]
    assert (answers["Approvers"], answers["Language"]) == ("a@example.com", "ja")
    # The host's group lets nobody in yet, which is said with its remedy.
    assert any("SourceSecurityGroupId" in one for one in found)
    assert any("Cluster not found" in one for one in found)
    assert "not to be read" not in (world.root / file.NAME).read_text(encoding="utf-8")


def test_a_secret_that_speaks_of_slack_is_offered_and_not_taken_unasked(world: World) -> None:
    new_home(world)
    for name in ("ops/slack-bot", "ops/slack-signing-secret"):
        client("secretsmanager").create_secret(Name=name, SecretString="not to be read")
    world.answers = ["n", "", "a@example.com", "2", "1", ""]
    world.run()
    asked = [one.strip(" :").partition(" [")[0] for one in world.asked]
    assert asked[-2:] == ["SlackWebhookSecretArn", "SlackSigningSecretArn"]
    answers = written(world)
    assert ":secret:ops/slack-bot-" in answers["SlackWebhookSecretArn"]
    assert answers.get("SlackSigningSecretArn", "") == ""


def test_a_second_run_asks_nothing_and_keeps_what_somebody_chose(world: World) -> None:
    new_home(world)
    world.answers = ["n", "/srv/redash", "a@example.com,b@example.com", ""]
    world.run()
    first = written(world)
    path = world.root / file.NAME
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "Language=", r"Notice=\"Trial: a \\\"real\\\" one\" WalBudgetGibibytes=\"20\" Language="
        ),
        encoding="utf-8",
    )
    world.asked.clear()
    world.run()
    assert world.asked == []
    assert written(world) == {**first, "Notice": 'Trial: a "real" one', "WalBudgetGibibytes": "20"}


def test_without_a_new_home_its_template_is_prepared_first(world: World) -> None:
    world.answers = ["n", "", "n", ""]
    assert world.run() == []
    home = written(world, "target")
    parameter_values(document("target/template.yaml"), home)
    assert home["AttachmentRulePriority"] == "49001"
    assert home["VpcCidr"] == "10.0.0.0/16"
    assert "--config-env target" in world.text
    # The answers for the migration are not asked for again afterwards.
    new_home(world)
    world.asked.clear()
    world.answers = ["a@example.com", ""]
    world.run()
    assert len(world.asked) == 2
    assert written(world, "target") == home


def test_every_line_fits_a_terminal_or_is_a_value_to_copy(world: World) -> None:
    new_home(world)
    world.answers = ["n", "redash", "", "a@example.com", ""]
    world.run()
    lines = "\n".join(world.told).splitlines()
    long = [line.strip() for line in lines if len(line) > WIDTH]
    assert len(long) > 3
    assert [line for line in long if " " in line] == []


def test_bad_answers_are_refused_by_the_templates_rule(world: World) -> None:
    new_home(world)
    world.answers = ["n", "redash", "/opt/redash", "nobody", "", "a@example.com", "fr", "ja"]
    world.run()
    assert "redash: this has to be an absolute path" in world.text
    assert "nobody: this has to be one to six e-mail addresses" in world.text
    assert "Nothing: an answer is needed" in world.text
    assert "fr: is none of en, ja" in world.text


def test_several_ways_are_one_question(world: World) -> None:
    new_home(world)
    elb = client("elbv2")
    old = elb.describe_target_groups(Names=["old"])["TargetGroups"][0]["TargetGroupArn"]
    second = add_rule(world, old, "bi.example.com", 20)
    world.answers = ["n", "", "2", "a@example.com", ""]
    world.run()
    assert written(world)["ListenerRuleArn"] == second
    assert "host-header bi.example.com" in world.text


def test_a_number_that_is_not_in_the_list_and_an_id_of_something_else_are_refused(
    world: World,
) -> None:
    new_home(world)
    old = client("elbv2").describe_target_groups(Names=["old"])["TargetGroups"][0]
    client("elbv2").register_targets(
        TargetGroupArn=old["TargetGroupArn"], Targets=[{"Id": ONLINE[1]}]
    )
    world.answers = ["7", "redash", world.vpc, "1", "n", "", "a@example.com", ""]
    world.run()
    assert written(world)["SourceInstanceId"] == world.host
    assert "7: this list has no such number." in world.text
    for wrong in ("redash", world.vpc):
        assert f"{wrong}: is no AWS::EC2::Instance::Id: i-0123456789abcdef0." in world.text


def test_stopped_half_way_it_writes_nothing(world: World) -> None:
    new_home(world)
    world.answers = ["n", ""]
    with pytest.raises(EOFError):
        world.run()
    assert not (world.root / file.NAME).exists()


def test_no_agent_and_running_services_are_said(world: World) -> None:
    new_home(world)
    ecs = client("ecs")
    ecs.create_cluster(clusterName=HOME["EcsCluster"])
    ecs.register_task_definition(
        family="x", containerDefinitions=[{"name": "x", "image": "x", "memory": 8}]
    )
    ecs.create_service(
        cluster=HOME["EcsCluster"], serviceName="scheduler", taskDefinition="x", desiredCount=1
    )
    ONLINE.clear()
    world.answers = [
        world.host,
        "",
        world.listener,
        "",
        world.vpc,
        "a@example.com",
        "",
    ]
    found = " ".join(world.run())
    assert "Fleet Manager" in found
    assert "scheduler runs tasks already" in found


def test_the_host_is_asked_only_where_somebody_agrees(world: World) -> None:
    account = Account(client)
    [host] = [one for one in hosts(account) if one.id == world.host]
    ssm = client("ssm")
    sent: list[Any] = []

    def answer(params: Any, **_: Any) -> None:
        sent.append(params)

    ssm.meta.events.register("provide-client-params.ssm.SendCommand", answer)
    ssm.meta.events.register(
        "before-call.ssm.GetCommandInvocation",
        lambda **_: (
            type("Answer", (), {"status_code": 200})(),
            {"Status": "Success", "StandardOutputContent": "/srv/redash\n\n/opt/redash\n"},
        ),
    )
    asking = Account(lambda service: ssm if service == "ssm" else client(service))
    found = compose_directories(asking, host, sleep=lambda _: None)
    assert found == ["/opt/redash", "/srv/redash"]
    assert len(sent) == 1


@contextmanager
def refused(service: str, operation: str) -> Iterator[None]:
    """The caller may not do this: any client's request of that name."""
    every: Any = BaseClient
    real = every._make_api_call

    def call(made: Any, name: str, arguments: dict[str, Any]) -> Any:
        if (made.meta.service_model.service_name, name) == (service, operation):
            denied: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
            raise ClientError(denied, name)
        return real(made, name, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(every, "_make_api_call", call)
        yield


@pytest.mark.parametrize(
    ("service", "operation", "said"),
    [
        ("elbv2", "DescribeLoadBalancers", "elbv2: describe_load_balancers"),
        ("ec2", "DescribeInstances", "ec2: describe_instances"),
    ],
)
def test_what_may_not_be_seen_is_asked_for(
    world: World, service: str, operation: str, said: str
) -> None:
    """No traceback, whichever it is: what it would have told is asked for."""
    account = Account(client)
    terminal = Terminal(world.read, world.told.append)
    with refused(service, operation), suppress(EOFError):
        configure(world.root, account, terminal, region=REGION, language="en")
    assert said in account.unseen


def test_a_vpc_that_is_not_there_has_no_range(world: World) -> None:
    account = Account(client)
    assert vpc_range(account, "vpc-00000000000000000") == ""
    assert account.absent
    with refused("ec2", "DescribeVpcs"):
        assert vpc_range(account, world.vpc) == ""
    assert account.unseen == ["ec2: describe_vpcs"]


def test_a_host_is_known_by_any_of_its_addresses(world: World) -> None:
    """In a group of type ip: one of a second interface, or an IPv6 address."""
    account = Account(client)
    [host] = [one for one in hosts(account) if one.id == world.host]
    assert host.address in host.addresses
    elb, second = client("elbv2"), "2001:db8::10"
    made = elb.create_target_group(
        Name="six", Protocol="HTTP", Port=80, VpcId=world.vpc, TargetType="ip"
    )
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": second}])
    rule = add_rule(world, arn, "six.example.com", 30)
    assert rule not in [way.rule for way in ways(account, host)]
    both = replace(host, addresses=host.addresses | {second})
    assert rule in [way.rule for way in ways(account, both)]


def test_any_way_out_counts_and_a_subnet_without_ipv4_does_not(world: World) -> None:
    """A transit gateway leads to AWS as a NAT gateway does: no endpoint has to be made."""
    ec2 = client("ec2")
    transit = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    out = ec2.create_route_table(VpcId=world.vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=out, DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=transit)
    ec2.associate_route_table(RouteTableId=out, SubnetId=world.private[1])
    found = private_subnets(Account(client), world.vpc)
    assert [(one.id, one.leads_out) for one in found] == [
        (world.private[1], True),
        (world.private[0], False),
    ]


def test_a_prefix_list_may_hold_whoever_comes(world: World) -> None:
    ec2 = client("ec2")
    group = ec2.create_security_group(GroupName="l", Description="l", VpcId=world.vpc)["GroupId"]
    listed = ec2.create_managed_prefix_list(
        PrefixListName="private", MaxEntries=1, AddressFamily="IPv4"
    )["PrefixList"]["PrefixListId"]
    account = Account(client)
    assert not lets_in(account, [group], ["sg-1"], 5432)
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 5432,
                "ToPort": 5432,
                "PrefixListIds": [{"PrefixListId": listed}],
            }
        ],
    )
    assert lets_in(account, [group], ["sg-1"], 5432)


def test_a_profile_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "misspelt")
    assert main() == 2
    assert "misspelt" in capsys.readouterr().out


def test_status_says_where_a_migration_stands(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from deployment import status
    from redash_migration.adapters.dynamodb.table import DynamoTable
    from tests.integration.approval.approval_stage import ended, failed
    from tests.owning import owned

    file.write(world.root, REGION, {})
    monkeypatch.setattr(status, "ROOT", world.root)
    for name in ("STACK", "ID", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("COLUMNS", "80")
    assert status.main() == 2
    assert "redash-migration" in capsys.readouterr().out
    other = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    client("cloudformation").create_stack(StackName="other", TemplateBody=json.dumps(other))
    monkeypatch.setenv("STACK", "other")
    assert status.main() == 2
    assert "The stack other is no migration's" in capsys.readouterr().out
    monkeypatch.delenv("STACK")
    client("dynamodb").create_table(
        TableName="record",
        KeySchema=[
            {"AttributeName": n, "KeyType": k} for n, k in (("pk", "HASH"), ("sk", "RANGE"))
        ],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    values = {"MigrationTableName": "record", "Reports": "https://reports.example/?region=x"}
    body = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in values.items()},
    }
    client("cloudformation").create_stack(
        StackName="redash-migration", TemplateBody=json.dumps(body)
    )
    assert status.main() == 2
    assert "No migration" in capsys.readouterr().out
    record = owned(DynamoTable(client("dynamodb"), "record"), "redash-20260131-020000")
    record.steps.started("RequestApproval")
    record.waits.open("RequestApproval", "not to be read")
    with refused("dynamodb", "Query"):
        assert status.main() == 2
    assert "dynamodb:GetItem, dynamodb:Query" in capsys.readouterr().out
    assert status.main() == 0
    said = capsys.readouterr().out
    assert "redash-20260131-020000" in said
    assert "RequestApproval waits for its answer since" in said
    assert "prefix=redash-20260131-020000/" in said
    assert "not to be read" not in said
    ended(
        status="FAILED",
        serves="old",
        failures=(
            failed("data.public.users", "key 30", "Look."),
            failed("data.public.queries", "30 rows on both sides, not the same", "Look there."),
        ),
        not_taken_back=("empty_target",),
    ).keep(record)
    assert status.main() == 0
    said = capsys.readouterr().out
    asked = "Does this table hold the same rows on both sides?"
    flat = " ".join(said.split())
    assert f"Failed checks: - {asked} key 30 (data.public.users) What to do: Look. -" in flat
    assert [one for one in said.splitlines() if len(one) > 80 and "://" not in one] == []
    assert "Not taken back:\n- the new database still holds the copied data\nWhat is next:" in said
    for wrong, words in (("redash", "is like"), ("redash-20250131-020000", "knows nothing")):
        monkeypatch.setenv("ID", wrong)
        assert status.main() == 2
        assert words in capsys.readouterr().out
