"""What CloudFormation refuses before it makes anything, and what the services refuse after that.

``refusals(document)`` looks at a template as it is written, ``rule_refusals`` at the parameters it
was given, ``property_refusals`` and ``service_refusals`` at a resource whose values are known.
Each gives lines for people; empty means that nothing documented speaks against it.
"""

from rehearsal.cloud.template.refusals.edges import edge_refusals
from rehearsal.cloud.template.refusals.properties import property_refusals
from rehearsal.cloud.template.refusals.quotas import quota_refusals
from rehearsal.cloud.template.refusals.retained import retained_refusals
from rehearsal.cloud.template.refusals.rules import rule_refusals
from rehearsal.cloud.template.refusals.sections import section_refusals
from rehearsal.cloud.template.refusals.services import service_refusals

__all__ = ["property_refusals", "refusals", "rule_refusals", "service_refusals"]


def refusals(document: dict[str, object]) -> list[str]:
    """What speaks against a template, whatever its parameters are."""
    return [
        *section_refusals(document),
        *quota_refusals(document),
        *edge_refusals(document),
        *retained_refusals(document),
    ]
