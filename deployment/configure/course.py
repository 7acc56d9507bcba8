"""One run: look, ask, check, write. What is said at its end is the next command to type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deployment.configure import asking, file, homes, network
from deployment.configure.account import Account
from deployment.configure.checking import problems
from deployment.configure.hosts import Host, Way
from deployment.configure.interview import Interview
from deployment.configure.network import Subnet
from deployment.configure.parameters import Parameters
from deployment.configure.terminal import Choice, Terminal

DEPLOY = f"sam deploy --config-file {file.NAME}"


def configure(
    root: Path, account: Account, terminal: Terminal, *, region: str, language: str
) -> list[str]:
    """Write samconfig.local.toml; what does not fit yet, a sentence each."""
    former = {stack: file.read(root, stack) for stack in file.STACKS}
    migration = Interview(terminal, Parameters(root / "template.yaml"), former["default"])
    terminal.heading("The old home:")
    host = asking.old_host(account, migration)
    asking.compose_directory(account, terminal, migration, host)
    way = asking.entrance(account, migration, host)
    terminal.heading("The network:")
    vpc = migration.take("VpcId", [Choice(host.vpc, "the host's")] if host else [])
    subnets = asking.subnets(account, migration, vpc)
    asking.endpoints(account, migration, vpc, subnets)
    terminal.heading("The new home:")
    kept = homes.kept(account)
    seen = Seen(host, way, subnets, kept)
    name, outputs = _home(terminal, homes.home_stacks(account))
    if not outputs and "EcsCluster" not in migration.answers:
        own = terminal.agree(
            "No stack of target/template.yaml is deployed here. Is there a new home of your own"
            " making (Terraform, by hand)? Enter: no, it is prepared now."
        )
        if not own:
            target = Interview(
                terminal, Parameters(root / "target" / "template.yaml"), former["target"]
            )
            home = _new_home(account, target, migration.answers, seen)
            _write(root, region, terminal, {"default": migration.answers, "target": home})
            terminal.say(f"Next: {DEPLOY} --config-env target")
            terminal.say("Then once more: make configure")
            return []
    asking.new_home(account, terminal, migration, name, outputs)
    terminal.heading("Secrets, by their names; no value is read:")
    named = [
        outputs.get(one) or asking.secret(migration, one, kept)
        for one in ("SourceDatabaseSecretArn", "RedashSecretKeyArn", "RedashCookieSecretArn")
    ]
    asking.secrets_key(migration, kept, [*named, migration.answers["TargetDatabaseSecretArn"]])
    terminal.heading("AWS DMS:")
    missing = asking.dms_roles(account, migration)
    terminal.heading("Who decides:")
    asking.people(migration, language)
    asking.chat(migration, kept)
    found = list(
        problems(
            account,
            migration.answers,
            host=host,
            way=way,
            subnets=subnets,
            missing_roles=missing,
        )
    )
    _write(root, region, terminal, {"default": migration.answers, "target": former["target"]})
    for sentence in found:
        terminal.heading(f"LOOK: {sentence}")
    if account.unseen:
        terminal.heading(f"Not checked, for want of a permission: {', '.join(account.unseen)}.")
    terminal.heading(f"Next: sam build && {DEPLOY}")
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in the account."""

    host: Host | None
    way: Way | None
    subnets: list[Subnet]
    kept: list[homes.Kept]


def _home(terminal: Terminal, stacks: Mapping[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
    """The new home's stack; of several the one that is picked."""
    if len(stacks) < 2:
        return next(iter(stacks.items()), ("", {}))
    picked = terminal.ask(
        "New home",
        "Several stacks are new homes. Which is it?",
        lambda value: "" if value in stacks else "pick one of these",
        choices=[Choice(name, outputs["EcsCluster"]) for name, outputs in stacks.items()],
    )
    return picked, stacks[picked]


def _new_home(
    account: Account,
    target: Interview,
    migration: Mapping[str, str],
    seen: Seen,
) -> dict[str, str]:
    """The parameters of target/template.yaml."""
    listener = migration["ListenerArn"]
    target.known("VpcId", migration["VpcId"], "the host's")
    found = network.vpc_range(account, migration["VpcId"])
    target.take("VpcCidr", [Choice(found, "its range")] if found else [])
    target.known(
        "SubnetIds", ",".join(one.id for one in seen.subnets) or migration["SubnetIds"], ""
    )
    if seen.host is not None and seen.host.groups:
        target.known(
            "SourceSecurityGroupId", seen.host.groups[0], "the host's; lets the migration in"
        )
    target.known("ListenerArn", listener, "")
    groups = seen.way.balancer_groups if seen.way else ()
    target.take("LoadBalancerSecurityGroupId", [Choice(one, "the balancer's") for one in groups])
    priority = homes.free_priority(account, listener, asking.PRIORITY)
    target.known("AttachmentRulePriority", str(priority), "free")
    for name in ("RedashSecretKeyArn", "RedashCookieSecretArn"):
        asking.secret(target, name, seen.kept)
    named = [target.answers["RedashSecretKeyArn"], target.answers["RedashCookieSecretArn"]]
    asking.secrets_key(target, seen.kept, named)
    target.take("RedashImage")
    return target.answers


def _write(
    root: Path, region: str, terminal: Terminal, answers: Mapping[str, Mapping[str, str]]
) -> None:
    path = file.write(root, region, answers)
    terminal.heading(f"Wrote {path.name}. Change a line there, or run make configure again.")
