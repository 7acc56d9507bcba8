"""Stands in for AWS DMS in a rehearsal: its API, and real logical replication behind it."""

from rehearsal.dms.stand_in import DmsStandIn

__all__ = ["DmsStandIn"]
