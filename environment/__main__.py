"""``python3 -m environment FOLDER REQUIREMENTS [--no-deps]``: a virtual environment, by make."""

from __future__ import annotations

import sys
from pathlib import Path

from environment.packages import Failed, make

if __name__ == "__main__":
    folder, requirements, *options = sys.argv[1:]
    try:
        make(Path(folder), Path(requirements), options)
    except Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
