"""Generated sources for some minutes: python -m tests.net --minutes 30 [--seed N].

Servers are the rehearsal's; SOURCE_PG_BIN and TARGET_PG_BIN name others. The first fault ends it:
the smallest source that shows it, and the seed that leads there again. With --break NAME a rule is
left out (breaks.py), and it ends well when a source comes to grief; --break all takes each in turn.
"""

from __future__ import annotations

import argparse
import fnmatch
import re
import secrets
import sys
import time
import traceback
from contextlib import suppress

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import rehearsal  # noqa: F401 - it puts the layer on the path
from tests.net.breaks import BREAKS, Break
from tests.net.grammar import Source, sources
from tests.net.laboratory import Laboratory
from tests.net.trial import PassedOver, Tally, trial
from tests.quick_server import quick_server

BATCH = 5
PHASES = [Phase.generate, Phase.shrink]
DRAWN = 5000
"""How many sources are drawn at most to find some that can show a break."""
_QUIET = list(HealthCheck)


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing was found; with breaks, when each was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.net", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--break", dest="breaks", default="", help="name, pattern, or all")
    parser.add_argument("--sources", type=int, default=12, help="tried for each break")
    parser.add_argument(
        "--as-found", action="store_true", help="look for no smaller source that shows the fault"
    )
    options = parser.parse_args(arguments)
    first = secrets.randbelow(2**32) if options.seed is None else options.seed
    wanted = "*" if options.breaks == "all" else options.breaks
    names = [name for name in BREAKS if fnmatch.fnmatch(name, wanted)] if wanted else []
    if wanted and not names:
        parser.error(f"--break: there is no {wanted}; there are {', '.join(BREAKS)}")
    deadline = time.monotonic() + 60 * options.minutes
    with quick_server("source") as old, quick_server("target") as new:
        print(f"PostgreSQL {old.version} to {new.version}, seed {first}", flush=True)
        laboratory = Laboratory(old, new)
        if not names:
            return _soak(laboratory, first, deadline, shrink=not options.as_found)
        missed = []
        for name in names:
            if time.monotonic() > deadline:
                print(f"out of time before {name}", flush=True)
                return 1
            if BREAKS[name].before and new.version >= BREAKS[name].before:
                print(f"{name}: shows only with a target older than {BREAKS[name].before}")
                continue
            found = search(laboratory, BREAKS[name], first, options.sources)
            print(f"{name}: {found}", flush=True)
            if not found.fault:
                missed.append(name)
    print(
        f"{len(names) - len(missed)} of {len(names)} found" + "".join(f", not {n}" for n in missed)
    )
    return 1 if missed else 0


def _soak(laboratory: Laboratory, first: int, deadline: float, *, shrink: bool) -> int:
    tally, number = Tally(), first
    while time.monotonic() < deadline:
        try:
            _batch(laboratory, tally, number, PHASES if shrink else PHASES[:1])
        except Exception:
            traceback.print_exc()
            print(f"found with --seed {number}, after {tally}", flush=True)
            return 1
        print(f"seed {number}: {tally}", flush=True)
        number += 1
    return 0


def _batch(laboratory: Laboratory, tally: Tally, number: int, phases: list[Phase]) -> None:
    @seed(number)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=_QUIET,
    )
    @given(
        source=sources(laboratory.source.version),
        piece_bytes=st.sampled_from([None, None, 16_000]),
        home=st.booleans(),
    )
    def run(source: Source, piece_bytes: int | None, home: bool) -> None:
        trial(laboratory, source, tally, piece_bytes=piece_bytes, home=home)

    run()


class _Enough(Exception):
    """No further source has to be drawn."""


class Found:
    """What became of a break: sources drawn and tried, and the first fault, "" for none."""

    def __init__(self) -> None:
        self.drawn = self.tried = 0
        self.fault = ""
        self.tally = Tally()

    def __str__(self) -> str:
        counted = f"{self.drawn} drawn, {self.tried} tried"
        return f"found, {counted}: {self.fault}" if self.fault else f"NOT FOUND, {counted}"


def search(laboratory: Laboratory, broken: Break, first: int, most: int) -> Found:
    """Try up to `most` sources that can show the break, until one comes to grief."""
    found = Found()

    @seed(first)
    @settings(
        max_examples=DRAWN,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=_QUIET,
    )
    @given(
        source=sources(laboratory.source.version),
        piece_bytes=st.sampled_from([None, None, 16_000]),
    )
    def run(source: Source, piece_bytes: int | None) -> None:
        if found.fault or found.tried == most:
            raise _Enough
        found.drawn += 1
        if not re.search(broken.shows, repr(source)):
            return
        found.tried += 1
        try:
            with broken.applied():
                trial(
                    laboratory,
                    source,
                    found.tally,
                    piece_bytes=16_000 if broken.pieces else piece_bytes,
                    shows=broken.shows,
                )
        except PassedOver:
            found.tried -= 1
        except Exception as error:
            found.fault = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"

    with suppress(_Enough):
        run()
    return found


if __name__ == "__main__":
    sys.exit(main())
