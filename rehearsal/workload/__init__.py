"""Users and schedules who write all the time, and the ledger of what was acknowledged to them."""

from rehearsal.workload.ledger import Ledger, LedgerEntry, read_ledger
from rehearsal.workload.lookup import LedgerResult, check_ledger
from rehearsal.workload.users import Workload

__all__ = ["Ledger", "LedgerEntry", "LedgerResult", "Workload", "check_ledger", "read_ledger"]
