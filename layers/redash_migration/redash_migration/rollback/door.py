"""The door: where users are let in, led back to whoever served them before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from redash_migration.errors import RollBackIncomplete, TransientFailure
from redash_migration.failure_text import words
from redash_migration.homecoming.forward_again import note_open_again
from redash_migration.record import Record, UndoEntry
from redash_migration.traffic.actions import forward_to, replaced, target_groups
from redash_migration.traffic.health import healthy

if TYPE_CHECKING:
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import RollBackSettings

logger = Logger(service="redash-migration", child=True)

ANSWERING_SECONDS = 60
"""How long the old home may take until it answers the load balancer's health checks."""


class Door:
    """The listener, or the one rule of it that is ours."""

    def __init__(
        self,
        record: Record,
        balancing: LoadBalancing,
        settings: RollBackSettings,
        sleep: Callable[[float], None],
    ) -> None:
        self._record = record
        self._balancing = balancing
        self._settings = settings
        self._sleep = sleep

    def set_actions(self, listener: str, rule: str, actions: list[dict[str, Any]]) -> None:
        """Put the listener's original actions back, and see that somebody answers there.

        Users keep the maintenance answer until a target is healthy. A group gets health checks only
        while an action uses it: a rule that nobody meets does. Where health does not come in time
        the door is opened all the same, because then the load balancer tries every target.
        """
        groups = target_groups(actions)
        self._watch_health(listener, rule, groups)
        self._somebody_answers(groups)
        self._balancing.set_actions(listener, rule, actions)
        if self._record.direction == "return":
            note_open_again(self._record)
        if not self._somebody_answers(groups):
            raise TransientFailure("the listener is as before, but no target of it is healthy")
        self._record.milestone("reopened")
        for group in groups[:1]:
            self._balancing.close_health_rule(listener, group)

    def _watch_health(self, listener: str, rule: str, groups: list[str]) -> None:
        """Have the load balancer look at the first of the groups before it is used.

        That only helps: where the listener has no room for another rule, say, the door is opened
        without it.
        """
        try:
            if groups and groups[0] not in target_groups(self._balancing.actions(listener, rule)):
                self._balancing.open_health_rule(listener, groups[0])
        except Exception as error:
            logger.warning(f"health is not looked at before the door opens: {words(error)}")

    def _somebody_answers(self, groups: list[str]) -> bool:
        for _ in range(ANSWERING_SECONDS * 2):
            if not groups or any(healthy(self._balancing.targets(group)) for group in groups):
                return True
            self._sleep(0.5)
        return False

    def shut(self, entries: Iterable[UndoEntry], maintenance: list[dict[str, Any]]) -> None:
        """Users who had been sent to the new home get the maintenance answer.

        Those who will serve them are looked at from here on, while the old services start, so that
        nobody waits for a health check after it.
        """
        for entry in entries:
            listener, rule = entry.arguments["listener"], entry.arguments["rule"]
            before = target_groups(entry.arguments["actions"])
            if "switch_began" in self._record.milestones():
                now = self._balancing.actions(listener, rule)
                if target_groups(now) not in ([], before):
                    self._balancing.set_actions(listener, rule, replaced(now, maintenance))
            self._watch_health(listener, rule, before)

    def is_answered(self, entries: Iterable[UndoEntry]) -> bool:
        """Whether a target is healthy of those that served before."""
        groups = [group for one in entries for group in target_groups(one.arguments["actions"])]
        return any(healthy(self._balancing.targets(group)) for group in groups)

    def lead_to_old_host(self) -> None:
        """Open the door to the target group that the old host itself stands in.

        Whoever is served there already is left alone. A group of plain addresses proves nothing:
        RollBackIncomplete, and a person does it by hand.
        """
        listener, rule = self._settings.listener_arn, self._settings.listener_rule_arn
        host, new_home = self._settings.source_instance_id, self._settings.target_group_arn
        now = self._balancing.actions(listener, rule)
        if target_groups(now) not in ([], [new_home]):
            return
        known = [
            group
            for group in self._balancing.target_groups()
            if group != new_home
            and any(target.host == host for target in self._balancing.targets(group))
        ]
        if not known:
            raise RollBackIncomplete(
                f"no target group holds the instance {host}, so where users came from can't be "
                f"proved: point {rule or listener} to the old Redash by hand"
            )
        best = next((one for one in known if healthy(self._balancing.targets(one))), known[0])
        self.set_actions(listener, rule, replaced(now, forward_to(best)))

    def lead_to_new_home(self) -> None:
        """Where it does not lead there already."""
        listener, rule = self._settings.listener_arn, self._settings.listener_rule_arn
        group = self._settings.target_group_arn
        now = self._balancing.actions(listener, rule)
        if target_groups(now) != [group]:
            self.set_actions(listener, rule, replaced(now, forward_to(group)))
