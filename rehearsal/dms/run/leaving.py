"""What DeleteReplicationTask takes out of the databases: subscription, slot, publications.

The control tables stay on the target, as the service leaves them there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import psycopg

from rehearsal.dms.databases.endpoint import UnknownAddress
from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.faults import ResourceNotFound
from rehearsal.dms.surroundings import Surroundings
from rehearsal.dms.task.task import ReplicationTask

log = logging.getLogger(__name__)

_TRIES = 10


def leave_databases(task: ReplicationTask, surroundings: Surroundings) -> None:
    """Try for five seconds each; a database that is away keeps what the task left in it."""
    if task.names is None:
        return
    try:
        engine = Engine(*surroundings.databases(task), task.names)
    except (UnknownAddress, ResourceNotFound) as error:
        log.warning("replication task %s: %s", task.identifier, error)
        return
    for drop in (engine.drop_subscription, engine.leave_source):
        _try_often(drop)


def _try_often(action: Callable[[], None]) -> None:
    for _ in range(_TRIES):
        try:
            action()
        except psycopg.Error as error:
            log.info("%s", error)
            time.sleep(0.5)
        else:
            return
