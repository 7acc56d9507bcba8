"""The workload: users whose every acknowledged write is remembered and looked up at the end."""

from rehearsal.workload.check import LedgerResult, check_ledger
from rehearsal.workload.kinds import KINDS
from rehearsal.workload.workload import Workload, WorkloadNotStarted

__all__ = [
    "KINDS",
    "LedgerResult",
    "Workload",
    "WorkloadNotStarted",
    "check_ledger",
]
