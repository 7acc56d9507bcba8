"""CloudWatch: how far the replication task says it is behind.

One to five minutes old, and kept by the service itself: a figure for people, never a proof.
(AWS DMS User Guide, "Monitoring AWS DMS tasks", task metrics.)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_boto3_cloudwatch.client import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import DimensionTypeDef

NAMESPACE = "AWS/DMS"
LATENCIES = ("CDCLatencySource", "CDCLatencyTarget")
MINUTES = 15


class ReplicationMetrics:
    """The metrics of replication tasks."""

    def __init__(self, client: CloudWatchClient) -> None:
        self._client = client

    def latency_seconds(self, task_arn: str, instance: str) -> float | None:
        """The worse of source and target latency, or None where none can be read.

        ``instance`` is the replication instance's identifier; tasks go by the end of their ARN.
        """
        dimensions: list[DimensionTypeDef] = [
            {"Name": "ReplicationInstanceIdentifier", "Value": instance},
            {"Name": "ReplicationTaskIdentifier", "Value": task_arn.rpartition(":")[2]},
        ]
        try:
            found = [self._latest(name, dimensions) for name in LATENCIES]
        except (BotoCoreError, ClientError):
            return None
        known = [value for value in found if value is not None]
        return max(known) if known else None

    def _latest(self, name: str, dimensions: list[DimensionTypeDef]) -> float | None:
        now = datetime.now(UTC)
        points = self._client.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName=name,
            Dimensions=dimensions,
            StartTime=now - timedelta(minutes=MINUTES),
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        if not points:
            return None
        return float(max(points, key=lambda point: point["Timestamp"])["Maximum"])
