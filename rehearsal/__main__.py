"""``python -m rehearsal``: a whole migration on this machine."""

from __future__ import annotations

import gc
import os
import sys


def main(arguments: list[str]) -> int:
    """0 when it ended as it should and nothing was lost; 1 otherwise, 2 for what must be mended
    first (a setting, the machine, another rehearsal at work), 130 when stopped.
    """
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        print("\nstopped; everything that was started has been ended", file=sys.stderr)
        return 130
    except OSError as error:
        from rehearsal.cloud.journal import DISK_FULL

        if not isinstance(error, BrokenPipeError) and error.errno not in DISK_FULL:
            raise
        _leave_the_output()
        if isinstance(error, BrokenPipeError):
            print(
                "nobody reads the output any more; all that was started is ended", file=sys.stderr
            )
            return 130
        print(
            f"The disk is full ({error.filename or 'df -h says which'}); everything that was "
            "started has been ended. Free some, then start again.",
            file=sys.stderr,
        )
        return 2


def _leave_the_output() -> None:
    """What could not be written is not tried again when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _main(arguments: list[str]) -> int:
    # Imports are inside, so that Ctrl-C in the first second is met as at any other time.
    from shutil import get_terminal_size

    from rehearsal.faults.table import FAULTS
    from rehearsal.folder import Held, held
    from rehearsal.old_host.kinds import HOST_KINDS
    from rehearsal.options import HELP, BadOption, from_environment, misspelt
    from rehearsal.room import check_room
    from rehearsal.terminal.fitting import fitted

    if "--help" in arguments:
        names = "".join(
            f"    {name:<36}{fault.what}\n"
            for name, fault in FAULTS.items()
            if not fault.by_name_only
        )
        names += (
            "    (.venv/bin/python -m rehearsal.faults --list --all: each step by itself as well)\n"
        )
        width = min(get_terminal_size().columns, 100)
        print(fitted(HELP.format(faults=names, hosts=", ".join(HOST_KINDS)), width))
        return 0
    try:
        options = from_environment()
        if options.fault and options.fault not in FAULTS:
            raise BadOption(f"FAULT={options.fault}: unknown; make rehearse-help lists them")
        for remark in misspelt(os.environ):
            print(remark, file=sys.stderr)
        check_room(options)
        with held(options.directory, among=options.among):
            # Only now: half of AWS is imported, which takes a while, and longer when all of it is
            # looked through for garbage again and again (migration.run() begins to).
            gc.disable()
            from rehearsal.migration import rehearse

            return rehearse(options)
    except (BadOption, Held) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
