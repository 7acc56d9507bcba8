"""``python -m rehearsal``: a whole migration on this machine."""

from __future__ import annotations

import sys

from rehearsal.faults.table import FAULTS
from rehearsal.options import HELP, BadOption, from_environment


def main(arguments: list[str]) -> int:
    """0 when the migration succeeded and nothing was lost; 1 otherwise, 2 for bad settings."""
    if "--help" in arguments:
        names = "".join(
            f"    {name:<36}{fault.what}\n"
            for name, fault in FAULTS.items()
            if not fault.by_name_only
        )
        names += "    (python -m rehearsal.faults --list --all: each step by itself as well)\n"
        print(HELP.format(faults=names))
        return 0
    try:
        options = from_environment()
        if options.fault and options.fault not in FAULTS:
            raise BadOption(f"FAULT={options.fault}: unknown; make rehearse-help lists them")
    except BadOption as error:
        print(error, file=sys.stderr)
        return 2
    # Only now: a wrong setting is answered at once, without waiting for half of AWS to be imported.
    from rehearsal.migration import rehearse

    try:
        return rehearse(options)
    except KeyboardInterrupt:
        print("\nstopped; everything that was started has been ended", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
