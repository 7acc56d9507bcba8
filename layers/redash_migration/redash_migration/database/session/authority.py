"""Certificate authorities as files: libpq takes no other form (PostgreSQL manual, 32.1.2)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def authority_file(pem: str) -> str:
    """The path of a file that holds these certificates, in PEM; written unless it is there.

    Lambda lets a function write under /tmp alone, which is where tempfile puts it.
    """
    name = f"redash-migration-{hashlib.sha256(pem.encode()).hexdigest()[:16]}.pem"
    path = Path(tempfile.gettempdir()) / name
    if not path.exists() or path.read_text(encoding="ascii", errors="replace") != pem:
        # Others may do the same at this moment: each writes a file of its own, the last one stays.
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(pem)
        Path(draft).replace(path)
    return str(path)
