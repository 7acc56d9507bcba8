"""The old host: SSM Run Command that really runs, on a look-alike of the official installation."""

from rehearsal.old_host.host import OldHost

__all__ = ["OldHost"]
