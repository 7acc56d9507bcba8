"""The faults by name. Adding one is adding one entry to one of the tables beside this."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.kinds.steps import cases
from rehearsal.faults.table.database import DATABASE
from rehearsal.faults.table.events import EVENTS
from rehearsal.faults.table.homecoming import HOMECOMING
from rehearsal.faults.table.hosts import HOSTS
from rehearsal.faults.table.pause import PAUSE
from rehearsal.faults.table.people import PEOPLE
from rehearsal.faults.table.redrives import REDRIVES
from rehearsal.faults.table.services import SERVICES
from rehearsal.faults.table.several import SEVERAL
from rehearsal.faults.table.source import SOURCE
from rehearsal.faults.table.target import TARGET

FAULTS: dict[str, Case] = {
    **EVENTS,
    **SOURCE,
    **TARGET,
    **DATABASE,
    **PAUSE,
    **PEOPLE,
    **REDRIVES,
    **HOMECOMING,
    **SERVICES,
    **HOSTS,
    **SEVERAL,
    **dict(cases()),
}
