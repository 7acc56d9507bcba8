"""Checks of what is deployed: the templates, their permissions, the built artifacts."""

import sys
from pathlib import Path

_LAYER = str(Path(__file__).parents[1] / "layers" / "redash_migration")
if _LAYER not in sys.path:  # on Lambda the layer is on the path by itself
    sys.path.insert(0, _LAYER)
