"""CloudWatch: how far the replication task says it is behind, what the load balancer answered.

One to five minutes old, and kept by the services themselves: figures for people, never a proof.
(AWS DMS User Guide, "Monitoring AWS DMS tasks", task metrics; Application Load Balancers guide,
"CloudWatch metrics for your Application Load Balancer".)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from redash_migration.clock import moment

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


class AnswerMetrics:
    """What the targets of one load balancer answered."""

    def __init__(self, client: CloudWatchClient, listener: str) -> None:
        # arn:...:listener/app/name/id/listener -> app/name/id
        self._client = client
        self._balancer = listener.partition(":listener/")[2].rpartition("/")[0]

    def errors(self, target_group: str, since: str) -> int | None:
        """Answers with 5xx of a target group since then (ISO 8601), by whole minutes; None where
        the metric can't be read. A minute without any has no data point."""
        try:
            points = self._client.get_metric_statistics(
                Namespace="AWS/ApplicationELB",
                MetricName="HTTPCode_Target_5XX_Count",
                Dimensions=[
                    {"Name": "LoadBalancer", "Value": self._balancer},
                    {"Name": "TargetGroup", "Value": target_group.rpartition(":")[2]},
                ],
                StartTime=moment(since).replace(second=0, microsecond=0),
                EndTime=datetime.now(UTC) + timedelta(minutes=1),
                Period=60,
                Statistics=["Sum"],
            )["Datapoints"]
        except (BotoCoreError, ClientError):
            return None
        return round(sum(point["Sum"] for point in points))
