"""PostgreSQL servers of one's own: throw-away clusters that die with the process.

Cluster(programs("source"), directory).start() is a running server with a superuser "postgres".
"""

from rehearsal.postgres.cluster import Cluster
from rehearsal.postgres.making import ClusterError
from rehearsal.postgres.programs import programs, run, server_version

__all__ = ["Cluster", "ClusterError", "programs", "run", "server_version"]
