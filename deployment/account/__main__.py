"""``python -m deployment.account``: STACK, else the configuration, names the deployed stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment.account.questions import diagnostics, preflight, wrong_ways
from deployment.configure.file import stack_and_region
from deployment.machine import filled

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Ask; 1 when any answer is bad, 2 when the account can't be asked."""
    try:
        return _ask()
    except (BotoCoreError, ClientError) as error:
        print(f"AWS doesn't answer: {error}")
        print(
            "It needs credentials of the stack's account and its region: AWS_PROFILE, AWS_REGION."
        )
        return 2


def _ask() -> int:
    stack, region = stack_and_region(ROOT)
    stack = os.environ.get("STACK", stack)
    session = boto3.Session(region_name=os.environ.get("AWS_REGION") or region or None)
    machines: Any = session.client("stepfunctions")
    definition = filled(ROOT)
    bad = []
    print("--- the definition, asked of Step Functions", flush=True)
    bad += diagnostics(machines, definition)
    print("--- the way of each caught error, by TestState", flush=True)
    bad += wrong_ways(machines, definition)
    print(f"--- a preflight of the stack {stack} (changes nothing; minutes)", flush=True)
    described = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
    ended = preflight(machines, outputs["StateMachineArn"])
    print(f"the preflight's execution: {ended}")
    if not ended.startswith("SUCCEEDED"):
        bad.append(f"the preflight ended {ended}; its report is in {outputs['ArtifactBucketName']}")
    for line in bad:
        print(line)
    print("--- " + (f"{len(bad)} bad answers" if bad else "all good"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
