"""The names that one task leaves in the databases."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Slot, publications and subscription of a task."""

    slot: str
    publication: str
    publication_of_inserts: str
    subscription: str

    @classmethod
    def make(cls, resource: str, database_oid: int) -> Names:
        """Names like those DMS makes up: sixteen characters of the resource, the oid, a UUID."""
        stem = re.sub(r"[^a-z0-9]", "", resource.lower())[-16:].rjust(16, "q")
        unique = str(uuid.uuid4()).replace("-", "_")
        short = f"awsdms_{stem}_{unique[:8]}"
        return cls(
            slot=f"{stem}_{database_oid:08d}_{unique}"[:63],
            publication=short,
            publication_of_inserts=f"{short}_inserts",
            subscription=short,
        )
