"""How a resource of each type comes into being in the rehearsal.

A creator takes (deployer, logical id, type, resolved properties) and gives a Resource. Types
without a meaning on one machine are in ``nominal``: they get plausible values and are listed as
not rehearsed.
"""

from __future__ import annotations

from rehearsal.cloud.template.deployer import Creator
from rehearsal.cloud.template.resources import (
    events,
    functions,
    http,
    identity,
    messaging,
    nominal,
    replication,
    storage,
    workflow,
)

CREATORS: dict[str, Creator] = {
    **events.CREATORS,
    **functions.CREATORS,
    **http.CREATORS,
    **identity.CREATORS,
    **messaging.CREATORS,
    **nominal.CREATORS,
    **replication.CREATORS,
    **storage.CREATORS,
    **workflow.CREATORS,
}
