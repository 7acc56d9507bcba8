"""The state that moto keeps for a service, to read it or to stand in for it."""

from __future__ import annotations

from typing import Any

ACCOUNT = "123456789012"
DEFAULT_REGION = "ap-northeast-1"


def arn(service: str, rest: str) -> str:
    """An ARN in the rehearsal's account."""
    return f"arn:aws:{service}:{DEFAULT_REGION}:{ACCOUNT}:{rest}"


def backend(service: str, region: str = DEFAULT_REGION) -> Any:
    """moto's in-process backend of a service for the rehearsal's account.

    ``service`` is moto's name: dms, ssm, ecs, elbv2, sns, events, stepfunctions, lambda, ...
    S3, IAM and other global services have one backend for all regions.
    """
    if service == "stepfunctions":
        # The executing engine keeps its own backends, unknown to moto's list of backends.
        from moto.stepfunctions.parser.models import stepfunctions_parser_backends

        return stepfunctions_parser_backends[ACCOUNT][region]
    from moto import backends

    by_account = backends.get_backend(service)[ACCOUNT]
    return by_account[region] if region in by_account else by_account["aws"]
