"""``python -m deployment.local_aws``."""

from __future__ import annotations

import sys


def main() -> int:
    """0 when it was ended by Ctrl-C, 2 where it can't start, 130 when stopped before it stood."""
    try:
        # Imported inside, so that Ctrl-C in the first seconds is met as at any other time.
        from deployment.local_aws.standing import stand

        return stand()
    except KeyboardInterrupt:
        print("\nstopped; everything that was started has been ended", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
