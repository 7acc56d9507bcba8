"""What is looked for and asked for, in order: the old home, the network, the new home, people."""

from __future__ import annotations

from collections.abc import Collection

from deployment.configure import homes, hosts, network
from deployment.configure.account import Account
from deployment.configure.homes import Kept
from deployment.configure.hosts import Host, Way
from deployment.configure.interview import Interview
from deployment.configure.network import Subnet
from deployment.configure.terminal import Choice, Terminal

SECRETS = {
    "SourceDatabaseSecretArn": ("source", "database"),
    "RedashSecretKeyArn": ("redash", "secret-key"),
    "RedashCookieSecretArn": ("cookie",),
}
"""Parameter -> words in the name of the secret that is proposed for it."""

PRIORITY = 49000


def old_host(account: Account, interview: Interview) -> Host | None:
    """The instance that runs Redash: those behind a load balancer are proposed first."""
    found = hosts.hosts(account)
    reached = [one for one in found if hosts.ways(account, one)]
    choices = [
        Choice(one.id, f"{one.name or 'no name'}, {one.address}, its agent is online")
        for one in reached or found
    ]
    chosen = interview.take("SourceInstanceId", choices)
    return next((one for one in found if one.id == chosen), None)


def compose_directory(
    account: Account, terminal: Terminal, interview: Interview, host: Host | None
) -> str:
    """Usually /opt/redash; looked up on the host where somebody allows it."""
    found: list[str] = []
    known = "ComposeDirectory" in interview.answers
    if (
        host is not None
        and not known
        and terminal.agree(
            "May the host be asked which directory its containers were started from? One Run"
            " Command that only reads (docker ps). Without it, /opt/redash is proposed."
        )
    ):
        found = hosts.compose_directories(account, host)
    return interview.take("ComposeDirectory", [Choice(one, "has a project") for one in found])


def entrance(account: Account, interview: Interview, host: Host | None) -> Way | None:
    """The listener, or its rule, through which users reach the host."""
    found = hosts.ways(account, host) if host is not None else []
    earlier = interview.answers.get("ListenerRuleArn") or interview.answers.get("ListenerArn")
    choices = [Choice(one.rule or one.listener, one.shown) for one in found]
    if not found and not earlier:
        interview.take("ListenerArn")
        interview.take("ListenerRuleArn")
        return None
    if len(found) > 1 and not earlier:
        picked = interview.terminal.ask(
            "Way",
            "Several listeners or rules lead to the host. Which do users take?",
            lambda value: "" if value in {one.value for one in choices} else "pick one of these",
            choices=choices,
        )
        found = [one for one in found if picked == (one.rule or one.listener)]
    elif earlier:
        found = [one for one in found if earlier in {one.rule, one.listener}]
    if not found:
        interview.take("ListenerArn")
        return None
    interview.known("ListenerArn", found[0].listener, found[0].shown)
    interview.known("ListenerRuleArn", found[0].rule, "leads to the host")
    if found[0].user_pool:
        interview.known("CognitoUserPoolArn", found[0].user_pool, "users log in with it")
    return found[0]


def subnets(account: Account, interview: Interview, vpc: str) -> list[Subnet]:
    """A private subnet in each zone, those with a way out first."""
    found = network.private_subnets(account, vpc)
    best = network.one_a_zone([one for one in found if one.leads_out] or found)
    proposed = ",".join(one.id for one in best) if len(best) > 1 else ""
    choices = [Choice(proposed, f"private, in {', '.join(one.zone for one in best)}")]
    chosen = interview.take("SubnetIds", choices if proposed else []).split(",")
    return [one for one in found if one.id in chosen]


def endpoints(account: Account, interview: Interview, vpc: str, used: Collection[Subnet]) -> None:
    """Route tables where nothing leads from the subnets to AWS; endpoints are then made."""
    if used and all(one.leads_out for one in used):
        return
    missing = network.missing_endpoints(account, vpc)
    if used and missing:
        tables = ",".join(sorted({one.route_table for one in used if one.route_table}))
        said = f"no way out, and no endpoint for {', '.join(missing)}: endpoints are made"
        interview.known("RouteTableIds", tables, said)


def secret(interview: Interview, name: str, kept: Collection[Kept]) -> str:
    """The secret for a parameter, by its name; its value is not read."""
    fitting = homes.like(kept, *SECRETS[name])
    return interview.take(name, [Choice(one.arn, one.name) for one in fitting])


def secrets_key(interview: Interview, kept: Collection[Kept], named: Collection[str]) -> None:
    """The KMS key that the chosen secrets are under, where it isn't AWS's."""
    keys = sorted({one.key for one in kept if one.arn in named and one.key})
    full = [key for key in keys if key.startswith("arn:")]
    if full:
        interview.known("SecretsKeyArn", full[0], "the key of the secrets")


def new_home(
    account: Account, terminal: Terminal, interview: Interview, home: str, outputs: dict[str, str]
) -> None:
    """Everything that the new home's stack says by itself, or question after question."""
    if outputs:
        terminal.say(f"Stack {home}; its outputs are taken.")
        for name in interview.parameters.names():
            if name in outputs and name not in {"ListenerArn"}:
                # A stack that was made anew has other names: its own word counts.
                interview.answers[name] = outputs[name]
                interview.known(name, outputs[name], "output")
        return
    terminal.say("No stack of target/template.yaml is deployed: your own home is asked for.")
    clusters = [
        arn.rpartition("/")[2] for arn in account.each("ecs", "list_clusters", "clusterArns")
    ]
    for name in (
        "TargetDatabaseSecretArn",
        "TargetDatabaseHost",
        "EcsCluster",
        "EcsServerService",
        "EcsWorkerServices",
        "EcsLogGroup",
        "EcsTaskRoleArns",
        "TargetGroupArn",
        "FunctionSecurityGroupIds",
        "ReplicationSecurityGroupIds",
    ):
        choices = [Choice(one) for one in clusters] if name == "EcsCluster" else []
        interview.take(name, choices)


def people(interview: Interview, language: str) -> None:
    """Who decides, and in which language they read."""
    interview.take("Approvers")
    interview.take("Language", [Choice("en", "English"), Choice("ja", "日本語")], proposed=language)


def chat(interview: Interview, kept: Collection[Kept]) -> None:
    """Slack, where a secret's name speaks of it; Enter leaves it out."""
    found = homes.like(kept, "slack")
    signing = [one for one in found if "signing" in one.name.lower()]
    for name, fitting in {
        "SlackWebhookSecretArn": [one for one in found if one not in signing],
        "SlackSigningSecretArn": signing,
    }.items():
        if fitting and name not in interview.answers:
            choices = [Choice(one.arn, one.name) for one in fitting]
            interview.answers[name] = interview.pick(name, choices, proposed="")


def dms_roles(account: Account, interview: Interview) -> list[str]:
    """Whether the two roles of DMS are made; the missing one, where only one is there."""
    missing = homes.missing_dms_roles(account)
    both = len(missing) == len(homes.DMS_ROLES)
    said = "DMS was never used here" if both else "its roles are there"
    # A stack that made them keeps them: the earlier answer stands.
    if both or missing:
        interview.answers.pop("CreateDmsRoles", None)
    interview.known("CreateDmsRoles", "yes" if both else "no", said)
    return [] if both else missing
