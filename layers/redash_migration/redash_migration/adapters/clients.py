"""boto3 clients, one for each service, made when first used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.config import Config


@cache
def client(service: str) -> Any:
    """The client of a service; time-outs short enough that a retry fits into a function's time."""
    import boto3

    return boto3.client(service, config=_config())


@cache
def _config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=3,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 4},
    )
