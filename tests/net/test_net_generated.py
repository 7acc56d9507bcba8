"""A fixed selection of generated sources; `make soak` draws others for as long as wanted."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.net.grammar import Source, sources
from tests.net.laboratory import Laboratory
from tests.net.trial import Tally, trial


@settings(
    max_examples=6,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(source=sources(), piece_bytes=st.sampled_from([None, 16_000]))
def test_generated_sources_are_refused_in_time_or_carried_exactly(
    laboratory: Laboratory, source: Source, piece_bytes: int | None
) -> None:
    trial(laboratory, source, Tally(), piece_bytes=piece_bytes, home=piece_bytes is None)
