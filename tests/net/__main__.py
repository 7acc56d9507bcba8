"""Generated sources for some minutes: python -m tests.net --minutes 30 [--seed N].

Servers are the rehearsal's; SOURCE_PG_BIN and TARGET_PG_BIN name others. The first fault ends it:
the smallest source that shows it, and the seed that leads there again.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from rehearsal.postgres import Cluster, programs
from tests.net.grammar import Source, sources
from tests.net.laboratory import Laboratory
from tests.net.trial import Tally, trial

BATCH = 5
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.net", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args(arguments)
    first = secrets.randbelow(2**32) if options.seed is None else options.seed
    deadline = time.monotonic() + 60 * options.minutes
    tally = Tally()
    with (
        tempfile.TemporaryDirectory(prefix="net-") as room,
        Cluster(programs("source"), Path(room) / "source", settings=_FAST, name="source") as old,
        Cluster(programs("target"), Path(room) / "target", settings=_FAST, name="target") as new,
    ):
        print(f"PostgreSQL {old.version} to {new.version}, seed {first}", flush=True)
        laboratory = Laboratory(old, new)
        number = first
        while time.monotonic() < deadline:
            try:
                _batch(laboratory, tally, number, old.version)
            except Exception:
                traceback.print_exc()
                print(f"found with --seed {number}, after {tally}", flush=True)
                return 1
            print(f"seed {number}: {tally}", flush=True)
            number += 1
    return 0


def _batch(laboratory: Laboratory, tally: Tally, number: int, version: int) -> None:
    @seed(number)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(source=sources(version), piece_bytes=st.sampled_from([None, None, 16_000]))
    def run(source: Source, piece_bytes: int | None) -> None:
        trial(laboratory, source, tally, piece_bytes=piece_bytes)

    run()


if __name__ == "__main__":
    sys.exit(main())
