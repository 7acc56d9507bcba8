"""Stands in for AWS DMS in a rehearsal: its API, and real logical replication behind it.

``DmsStandIn(cloud).install()`` answers the DMS calls of moto's server. A task's rows are carried by
PostgreSQL's own publication and subscription (chapter "Logical Replication"), in commit order, from
a real slot. What DMS does differently is put on top, so that a mistake shows here first:

- tables with types that do not migrate, arrays without a key, LOBs that are NOT NULL in full LOB
  mode, values that limited LOB mode would cut, foreign keys and triggers that no AfterConnectScript
  silences: errors of the table, by the task's policies
- updates and deletes of tables without a key are ignored
- a start wants both endpoints tested; names, settings and mappings are checked
- life cycle, stop reasons, statistics, validation, control tables, events, metrics

Not carried, and refused: transformation rules, filters, TargetSchema, start and stop positions,
validation without a load. Not done: LOBs arrive with their row; one failed change logged by
LOG_ERROR takes its transaction with it; a heartbeat leaves no table behind; changes that found no
row are only noticed from PostgreSQL 18 on.
"""

from rehearsal.dms.run.disturbance import Disturbance
from rehearsal.dms.stand_in import DmsStandIn

__all__ = ["Disturbance", "DmsStandIn"]
