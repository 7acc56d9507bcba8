"""A function's call is refused where its role does not allow it, as IAM does.

A rehearsal in which every call is let through says nothing of a role that lacks one: the state that
needs it would fail in the account for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.cloud.access.needs import IMPLIED, Need, needs
from rehearsal.cloud.access.policies import Statement, allows
from rehearsal.cloud.calls.fault import Fault

_CODES = {"s3": "AccessDenied", "elasticloadbalancing": "AccessDenied", "sns": "AuthorizationError"}
"""Other services say AccessDeniedException."""


def lacking(
    statements: Iterable[Statement],
    service: str,
    operation: str,
    params: Mapping[str, Any],
    machine: str,
) -> list[Need]:
    """What a call needs and these statements don't allow; ``machine`` is the state machine's ARN,
    which a task token names only to Step Functions."""
    held = list(statements)
    wanted = []
    for need in needs(service, operation, params):
        token = need.action.startswith("states:SendTask")
        known = machine if token else need.resource
        wanted.append(Need(need.action, known, need.told))
        wanted += [Need(other, None) for other in IMPLIED.get(need.action, ())]
    return [need for need in wanted if not allows(held, need.action, need.resource, need.context)]


class Guard:
    """The roles of the deployed functions, by logical id."""

    def __init__(self) -> None:
        self._roles: dict[str, list[Statement]] = {}
        self._machine = ""

    def learn(self, roles: Mapping[str, list[dict[str, Any]]], machine: str) -> None:
        """Know these functions' statements; calls of others are not looked at."""
        self._roles.update({function: list(held) for function, held in roles.items()})
        self._machine = machine

    def refusal(
        self, function: str, service: str, operation: str, params: Mapping[str, Any]
    ) -> Fault | None:
        """The refusal of a call that the function's role does not allow."""
        if function not in self._roles:
            return None
        missing = lacking(self._roles[function], service, operation, params, self._machine)
        if not missing:
            return None
        action, resource = missing[0].action, missing[0].resource or "*"
        said = (
            f"User: {function}Role is not authorized to perform: {action} on resource: {resource}"
            f" because no identity-based policy allows the {action} action"
        )
        code = _CODES.get(service, "AccessDeniedException")
        return Fault.error(code, said, 400 if code == "AccessDeniedException" else 403)
