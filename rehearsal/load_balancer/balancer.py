"""A load balancer on a port of this machine, led by what ELBv2 says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from rehearsal.cloud.backends import DEFAULT_REGION, backend
from rehearsal.load_balancer.conditions import Asked
from rehearsal.load_balancer.forwarding import Choice
from rehearsal.load_balancer.health import HealthChecks, Resolver
from rehearsal.load_balancer.proxy import Proxy
from rehearsal.load_balancer.refusals import Refusals
from rehearsal.load_balancer.registry import Registry
from rehearsal.load_balancer.rules import Listener, shares
from rehearsal.load_balancer.target_api import TargetApi
from rehearsal.timing import clock


class LoadBalancer:
    """Serves ``listener_arn`` on 127.0.0.1:``port`` (0: a free one, see ``port``).

    ``instances`` says where an instance's port is on this machine; other targets are addresses.
    ``health_interval`` is in seconds. Rules and targets may change at any time.
    """

    def __init__(
        self,
        listener_arn: str,
        *,
        port: int = 0,
        instances: Resolver = lambda _instance, _port: None,
        health_interval: float = 0.3,
        region: str = DEFAULT_REGION,
    ) -> None:
        elbv2 = backend("elbv2", region)
        self._metrics = backend("cloudwatch", region)
        self._name = listener_arn.partition(":listener/")[2].rpartition("/")[0]
        self._elbv2 = elbv2
        self._instances = instances
        self._listener = Listener(elbv2, listener_arn)
        # By AWS's clock each group has its own say; else a rehearsal is in a hurry.
        own = clock().profile is not None
        registry = Registry(self._deregistration_delay if own else None)
        self._choice = Choice(registry.targets)
        self._target_api = TargetApi(elbv2, registry)
        self._health = HealthChecks(
            elbv2,
            registry,
            self._listener.target_groups,
            self._resolve,
            None if own else health_interval,
        )
        self._proxy = Proxy(port, self)
        self._started = False
        self.port = int(self._proxy.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Answer ELBv2's target calls, refuse what it refuses, check health, take requests."""
        self._target_api.install()
        Refusals(self._elbv2).install()
        self._health.start()
        self._started = True
        Thread(target=self._proxy.serve_forever, args=[0.05], daemon=True).start()

    def stop(self) -> None:
        """Take no more requests; also when it was never started."""
        if self._started:
            self._health.stop()
            self._proxy.shutdown()
        self._proxy.server_close()

    def action(self, asked: Asked) -> Mapping[str, Any]:
        """The action that the rules have for a request, now."""
        return self._listener.action(asked)

    def target(self, action: Mapping[str, Any]) -> tuple[str, tuple[str, int] | None]:
        """The target group's name, and where one of its targets listens."""
        chosen = self._choice.choose(shares(action))
        name = self._elbv2.target_groups[chosen.target_group].name
        return name, self._resolve(chosen.target.id, chosen.target.port)

    def count_error(self, group: str) -> None:
        """As the service does, for CloudWatch; nobody else may write into its namespace."""
        arn = next(arn for arn, one in self._elbv2.target_groups.items() if one.name == group)
        dimensions = [
            {"Name": "LoadBalancer", "Value": self._name},
            {"Name": "TargetGroup", "Value": arn.rpartition(":")[2]},
        ]
        self._metrics.put_metric_data(
            "AWS/ApplicationELB",
            [
                {
                    "MetricName": "HTTPCode_Target_5XX_Count",
                    "Dimensions": dimensions,
                    "Timestamp": datetime.now(UTC).replace(tzinfo=None),  # as moto keeps times
                    "Value": 1.0,
                    "Unit": "Count",
                }
            ],
        )

    def _deregistration_delay(self, group: str) -> float:
        attributes = self._elbv2.target_groups[group].attributes
        return float(attributes.get("deregistration_delay.timeout_seconds") or 300)

    def _resolve(self, target: str, port: int) -> tuple[str, int] | None:
        return self._instances(target, port) if target.startswith("i-") else (target, port)
