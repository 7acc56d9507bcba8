"""Health checks: each target of the groups in use is asked in turn, by its group's settings."""

from __future__ import annotations

import http.client
import logging
import random
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from rehearsal.load_balancer.registry import Registered, Registry

Resolver = Callable[[str, int], tuple[str, int] | None]
"""(target id, port) -> address on this machine, or None where nobody listens."""


class HealthChecks:
    """Asks every ``interval`` seconds; without one, each target by its group's own interval.

    A new target's first check then comes at some moment of the first interval.
    """

    def __init__(
        self,
        elbv2: Any,
        registry: Registry,
        in_use: Callable[[], set[str]],
        resolve: Resolver,
        interval: float | None,
    ) -> None:
        self._elbv2 = elbv2
        self._registry = registry
        self._in_use = in_use
        self._resolve = resolve
        self._interval = interval
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="health checks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the round that is under way."""
        self._stopped.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self.check_once()
            except LookupError:
                pass  # the listener is just being made, or gone
            except Exception:
                _LOG.exception("a round of health checks failed")
            rest = 0.2 if self._interval is None else self._interval
            self._stopped.wait(max(0.05, rest - (time.monotonic() - began)))

    def check_once(self) -> None:
        """One round over all groups; targets of a group that nobody uses are not asked."""
        used = self._in_use()
        for arn, group in list(self._elbv2.target_groups.items()):
            for target in self._registry.targets(arn):
                if target.state == "draining":
                    continue
                if arn in used:
                    if target.state == "unused":
                        target.set("initial", "Elb.InitialHealthChecking", _INITIAL)
                    if self._is_due(group, target):
                        self._check(group, target)
                else:
                    target.successes = target.failures = 0
                    target.set("unused", "Target.NotInUse", _UNUSED)

    def _is_due(self, group: Any, target: Registered) -> bool:
        if self._interval is not None:
            return True
        now, interval = time.monotonic(), float(group.health_check_interval_seconds)
        if not target.next_check:
            target.next_check = now + random.uniform(0, interval)
        if now < target.next_check:
            return False
        target.next_check = now + interval
        return True

    def _check(self, group: Any, target: Registered) -> None:
        reason, description = self._failure(group, target)
        if not reason:
            target.successes, target.failures = target.successes + 1, 0
            # One success is enough for a new target (ELB, "Health checks for target groups").
            needed = 1 if target.state == "initial" else int(group.healthy_threshold_count)
            if target.successes >= needed:
                target.set("healthy")
            return
        target.successes, target.failures = 0, target.failures + 1
        if target.state == "unhealthy" or target.failures >= int(group.unhealthy_threshold_count):
            target.set("unhealthy", reason, description)
        elif target.state == "initial":
            target.set("initial", "Elb.InitialHealthChecking", _INITIAL)

    def _failure(self, group: Any, target: Registered) -> tuple[str, str]:
        own = str(group.health_check_port or "traffic-port")
        port = target.port if own == "traffic-port" else int(own)
        place = self._resolve(target.id, port)
        if place is None:
            return "Target.FailedHealthChecks", "Health checks failed"
        seconds = min(float(group.health_check_timeout_seconds), 5)
        connection = http.client.HTTPConnection(*place, timeout=seconds)
        try:
            connection.request(
                "GET", group.health_check_path or "/", headers={"User-Agent": _USER_AGENT}
            )
            status = connection.getresponse().status
        except TimeoutError:
            return "Target.Timeout", "Request timed out"
        except (OSError, http.client.HTTPException):
            return "Target.FailedHealthChecks", "Health checks failed"
        finally:
            connection.close()
        if _accepted(status, str((group.matcher or {}).get("HttpCode") or "200")):
            return "", ""
        return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]"


_LOG = logging.getLogger(__name__)
_INITIAL = "Initial health checks in progress"
_UNUSED = "Target group is not configured to receive traffic from the load balancer"
_USER_AGENT = "ELB-HealthChecker/2.0"


def _accepted(status: int, matcher: str) -> bool:
    """Whether a status is in a matcher such as ``200,300-399``."""
    for part in matcher.split(","):
        first, _, last = part.strip().partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False
