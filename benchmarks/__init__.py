"""The data plane against its limits and its peers, on two real servers: `make bench`."""

from __future__ import annotations

import sys
from pathlib import Path

# The domain is a Lambda layer, not an installed package.
_LAYER = str(Path(__file__).resolve().parent.parent / "layers" / "redash_migration")
if _LAYER not in sys.path:
    sys.path.insert(0, _LAYER)
