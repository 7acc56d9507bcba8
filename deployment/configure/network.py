"""The VPC: its private subnets, and whether AWS can be reached from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from deployment.configure.account import Account

SERVICES = ("secretsmanager", "dynamodb", "s3")
"""What DMS and the functions in the VPC have to reach."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, its availability zone, its route table, and whether that leads out."""

    id: str
    name: str
    zone: str
    route_table: str
    leads_out: bool


def vpc_range(account: Account, vpc: str) -> str:
    """The VPC's address range; empty where there is no such VPC, or it can't be seen."""
    return str(account.one("ec2", "describe_vpcs", "Vpcs", VpcIds=[vpc]).get("CidrBlock", ""))


def private_subnets(account: Account, vpc: str) -> list[Subnet]:
    """Subnets of a VPC whose route table leads to no internet gateway, those with a NAT first."""
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    tables = list(account.each("ec2", "describe_route_tables", "RouteTables", Filters=here))
    found = []
    for one in account.each("ec2", "describe_subnets", "Subnets", Filters=here):
        table = _table_of(tables, one["SubnetId"])
        routes = table.get("Routes", []) if table else []
        if any(str(route.get("GatewayId", "")).startswith("igw-") for route in routes):
            continue
        if one.get("Ipv6Native"):  # databases and DMS have IPv4 addresses here
            continue
        found.append(
            Subnet(
                id=one["SubnetId"],
                name=account.tagged(one.get("Tags", [])),
                zone=one["AvailabilityZone"],
                route_table=table["RouteTableId"] if table else "",
                leads_out=any(_leads_out(route) for route in routes),
            )
        )
    return sorted(found, key=lambda one: (not one.leads_out, one.zone, one.id))


def _leads_out(route: Mapping[str, Any]) -> bool:
    """A NAT gateway or instance, a transit gateway: the way of everything that has no other."""
    return route.get("DestinationCidrBlock") == "0.0.0.0/0" and any(
        route.get(name)
        for name in ("NatGatewayId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId")
    )


def one_a_zone(subnets: Collection[Subnet]) -> list[Subnet]:
    """The first of each availability zone."""
    first: dict[str, Subnet] = {}
    for one in subnets:
        first.setdefault(one.zone, one)
    return list(first.values())


def missing_endpoints(account: Account, vpc: str) -> list[str]:
    """Services of SERVICES that have no endpoint in the VPC."""
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    there = {
        one["ServiceName"].rpartition(".")[2]
        for one in account.each("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=here)
        if one.get("State", "available").lower() == "available"
    }
    return [one for one in SERVICES if one not in there]


def lets_in(account: Account, groups: Collection[str], others: Collection[str], port: int) -> bool:
    """Whether some of the security groups let each of the others in on a TCP port.

    Rules for address ranges and prefix lists count as well: they may hold the others' addresses,
    which are not known before something runs there.
    """
    rules = [
        rule
        for group in account.each(
            "ec2", "describe_security_groups", "SecurityGroups", GroupIds=sorted(groups)
        )
        for rule in group["IpPermissions"]
        if rule["IpProtocol"] == "-1"
        or (rule["IpProtocol"] == "tcp" and rule["FromPort"] <= port <= rule["ToPort"])
    ]
    named = {pair["GroupId"] for rule in rules for pair in rule.get("UserIdGroupPairs", [])}
    ranges = any(rule.get("IpRanges") or rule.get("PrefixListIds") for rule in rules)
    return ranges or set(others) <= named


def _table_of(tables: list[dict[str, Any]], subnet: str) -> dict[str, Any] | None:
    """The subnet's own route table, else the VPC's main one."""
    main = None
    for table in tables:
        for one in table.get("Associations", []):
            if one.get("SubnetId") == subnet:
                return table
            if one.get("Main"):
                main = table
    return main
