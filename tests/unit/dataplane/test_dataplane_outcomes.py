"""Outcomes add up; a part that is missing or unknown is never a pass."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from redash_migration.database.copying.indexes import rebuild_pays
from redash_migration.database.tables.horizon import Horizons
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.verification.buckets import EqualBuckets, remaining
from redash_migration.database.verification.checksum import MODULUS, Checksum, together
from redash_migration.database.verification.differing import DifferingKey
from redash_migration.database.verification.outcome import Compared, merge

sums = st.builds(Checksum, st.integers(0, 10**12), st.integers(0, MODULUS - 1))


@given(st.lists(sums, min_size=1, max_size=9))
def test_parts_add_up_in_any_order(parts: list[Checksum]) -> None:
    whole = together(parts)
    assert whole == together(reversed(parts))
    assert whole.rows == sum(part.rows for part in parts)
    assert len(str(whole)) == 16


def part(rows: int = 5, total: int = 7, target_total: int = 7) -> Compared:
    return Compared.of("public.t", Checksum(rows, total), Checksum(rows, target_total))


def test_equal_parts_make_an_equal_table() -> None:
    whole = merge("public.t", [part(), part(total=MODULUS - 1, target_total=MODULUS - 1)], 2)
    assert (whole.verdict, whole.source) == ("equal", Checksum(10, 6))


def test_differences_that_cancel_out_are_differences_still() -> None:
    whole = merge("public.t", [part(target_total=8), part(total=8)], 2)
    assert whole.source == whole.target
    assert whole.verdict == "different"


def test_a_missing_or_unknown_part_makes_the_table_unknown() -> None:
    assert merge("public.t", [part()], 2).verdict == "unknown"
    unknown = Compared("public.t", None, None, "unknown", "could not be read on the source")
    whole = merge("public.t", [part(), unknown], 2)
    assert (whole.verdict, whole.to_json()["match"]) == ("unknown", None)
    assert merge("public.t", [part(target_total=1), unknown], 2).verdict == "different"


def test_an_outcome_survives_its_trip_through_json() -> None:
    outcome = Compared(
        "public.t",
        Checksum(1, 2**63),
        Checksum(1, 5),
        "different",
        "why",
        (DifferingKey({"id": "5"}, "extra"),),
    )
    assert Compared.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


@given(
    st.lists(st.integers(-100, 100), min_size=1, max_size=8, unique=True).map(sorted),
    st.sets(st.integers(0, 8)),
)
def test_what_remains_and_what_is_kept_hold_every_key_once(
    bounds: list[int], kept: set[int]
) -> None:
    equal = EqualBuckets(tuple(bounds), Horizons(1, 1), {})
    buckets = {n: Checksum(0, 0) for n in kept if n <= len(bounds)}
    ranges = remaining(KeyRange(), equal, buckets)
    for key in range(-120, 120):
        bucket = sum(bound <= key for bound in bounds)
        inside = [
            r
            for r in ranges
            if (r.lower is None or int(r.lower[0]) <= key)
            and (r.upper is None or key < int(r.upper[0]))
        ]
        assert len(inside) == (0 if bucket in buckets else 1)


def test_indexes_are_rebuilt_for_large_shares_of_large_tables() -> None:
    assert rebuild_pays(100_000, 100_000)
    assert not rebuild_pays(3_500, 100_000)
    assert not rebuild_pays(900, 900)
