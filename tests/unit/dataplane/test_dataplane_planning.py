"""Pieces: they cover every key once, stay within their time, and fit one execution."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redash_migration.database.planning.chunks import KeyStatistics, TableSize, plan_chunks
from redash_migration.database.planning.items import (
    CopyItem,
    copied_and_verified,
    copy_items,
    copy_pieces,
    precopy_items,
    verify_items,
    verify_parts,
)
from redash_migration.database.planning.pace import COMPARE, COPY, MOST_PIECES, Pace
from redash_migration.errors import CopyFailed, InvalidInput
from redash_migration.plan import Method, TablePlan
from redash_migration.preflight.tables.methods import table_checks

TB = 1024**4


def integers(*bounds: int) -> KeyStatistics:
    return KeyStatistics(integer=True, bounds=tuple(str(bound) for bound in bounds))


def skewed(last: int) -> KeyStatistics:
    """A hundred equal shares of the rows; nearly all of the keys lie in the last of them."""
    return integers(*(n * 10**9 for n in range(100)), last)


@pytest.mark.parametrize("pace", [COPY, COMPARE])
@pytest.mark.parametrize("size", [1, 10**9, 100 * 10**9, TB, 4 * TB])
@pytest.mark.parametrize("key", [integers(1, 2**31 - 1), skewed(2**62), integers(-(2**63), 2**63)])
def test_every_piece_is_done_within_its_limit(pace: Pace, size: int, key: KeyStatistics) -> None:
    chunks = plan_chunks(TableSize("public.events", size // 100, size, key), pace)
    assert len(chunks) <= MOST_PIECES
    shares = [share_of(key, chunk.lower, chunk.upper) for chunk in chunks]
    assert sum(shares) == pytest.approx(1)
    assert max(shares) * size <= pace.most_bytes * 1.001
    if pace.piece_bytes * 600 > size:
        # Not cut finer than needed either: twice as many pieces would be waste.
        assert len(chunks) <= 2 * size / pace.piece_bytes + 2


def share_of(
    key: KeyStatistics, lower: tuple[str, ...] | None, upper: tuple[str, ...] | None
) -> float:
    """The share of the rows with keys of a range, by the statistics, computed independently."""
    bounds = [int(bound) for bound in key.bounds]

    def below(value: int) -> float:
        shares = 0.0
        for left, right in pairwise(bounds):
            shares += min(1.0, max(0.0, (value - left) / (right - left)))
        return shares / (len(bounds) - 1)

    return (below(int(upper[0])) if upper else 1.0) - (below(int(lower[0])) if lower else 0.0)


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=101, unique=True),
    st.integers(1, TB),
)
def test_the_pieces_cover_every_key_once(bounds: list[int], size: int) -> None:
    key = integers(*sorted(bounds))
    endless = Pace(COPY.bytes_per_second, COPY.aim, limit=10**9)
    chunks = plan_chunks(TableSize("t", 1, size, key), endless)
    assert chunks[0].lower is None
    assert chunks[-1].upper is None
    for one, other in pairwise(chunks):
        assert one.upper == other.lower
        assert one.upper is not None
    cuts = [int(chunk.lower[0]) for chunk in chunks if chunk.lower]
    assert cuts == sorted(set(cuts))


def test_texts_are_cut_at_the_histogram() -> None:
    names = tuple(sorted(f"k{n:03d}" for n in range(101)))
    chunks = plan_chunks(TableSize("t", 10**6, 50 * 10**9, KeyStatistics(False, names)), COPY)
    assert len(chunks) == 7
    assert chunks[0].upper == ("k014",)


@pytest.mark.parametrize(
    "key", [None, KeyStatistics(True, ("1", "9"), columns=2), KeyStatistics(False, ("a", "b"))]
)
def test_a_large_table_that_cannot_be_cut_is_refused_by_name(key: KeyStatistics | None) -> None:
    with pytest.raises(CopyFailed, match=r"public\.events: .* ANALYZE"):
        plan_chunks(TableSize("public.events", 10**9, TB, key), COPY)


def test_more_than_one_execution_holds_is_refused() -> None:
    with pytest.raises(CopyFailed):
        plan_chunks(TableSize("t", 10**9, 12 * TB, integers(1, 10**9)), COPY)


def table(name: str, raw_bytes: int, rows: int = 1000, method: Method = "dms") -> TablePlan:
    return TablePlan("public", name, method, rows, 8192, raw_bytes, 0, ("id",), ())


def no_statistics(_: TablePlan) -> KeyStatistics | None:
    raise AssertionError("a small table needs no look into the database")


def test_small_tables_are_one_item_together() -> None:
    tables = [table(f"t{n}", 10**6) for n in range(20)]
    items = verify_items(tables, no_statistics)
    assert len(items) == 1
    assert len(verify_parts(items[0])) == 20
    assert precopy_items(items) == []


def test_small_tables_are_carried_by_one_invocation_and_large_ones_by_their_own() -> None:
    tables = [table("large", 10**8), *(table(f"t{n}", 10**6) for n in range(20))]
    items = copy_items(tables, no_statistics)
    assert [len(copy_pieces(item)) for item in items] == [1, 20]
    assert CopyItem.from_json(items[0]).name == "large"
    many = copy_items([table(f"t{n}", 8 * 10**6) for n in range(10)], no_statistics)
    assert [len(copy_pieces(item)) for item in many] == [4, 4, 2]
    with pytest.raises(InvalidInput, match="tables"):
        copy_pieces({"tables": []})
    with pytest.raises(InvalidInput, match="schema"):
        copy_pieces({"tables": [{}]})


def test_large_tables_come_first_and_wide_ones_early() -> None:
    tables = [
        table("small", 10**6),
        table("narrow", 10**8, rows=10**6),
        table("wide", 10**9, rows=10**5),
        table("restored", 10**9, rows=10**5, method="restore"),
    ]
    parts = verify_parts(verify_items(tables, no_statistics)[0]) + verify_parts(
        verify_items(tables, no_statistics)[-1]
    )
    early = [
        item["parts"][0]["table"] for item in precopy_items(verify_items(tables, no_statistics))
    ]
    assert early == ["wide"]
    assert parts[0].name in {"wide", "restored"}


def test_four_terabytes_fit_a_state_and_come_back_from_it() -> None:
    huge = table("query_results", 4 * TB, rows=10**9, method="restore")
    items = copy_items([huge, table("queries", 10**8, method="restore")], lambda _: skewed(2**60))
    text = json.dumps({"items": items})
    assert len(text) < 262_144
    assert CopyItem.from_json(json.loads(text)["items"][3]).to_json() == items[3]
    assert items[-1]["table"] == "queries"


@pytest.mark.parametrize(
    ("field", "value"), [("schema", 1), ("table", ""), ("chunk", "0"), ("lower", "5")]
)
def test_a_wrong_item_is_refused_with_the_fields_name(field: str, value: object) -> None:
    good = {"schema": "public", "table": "t", "chunk": 0, "chunks": 1, "lower": None, "upper": None}
    assert CopyItem.from_json(good).range.whole
    with pytest.raises(InvalidInput, match=field):
        CopyItem.from_json({**good, field: value})
    with pytest.raises(InvalidInput, match="parts"):
        verify_parts({"parts": []})


@pytest.mark.parametrize(("count", "status"), [(30, "PASS"), (400, "PASS"), (2500, "FAIL")])
def test_more_tables_than_one_execution_holds_are_refused_before_anything_is_changed(
    count: int, status: str
) -> None:
    tables = tuple(table(f"events_of_the_year_{number}", 1000) for number in range(count))
    [fits] = [check for check in table_checks(tables) if check.id == "plan.fits"]
    assert fits.status == status
    whole = copied_and_verified(tables, verify_items(tables, lambda _: None), lambda _: None)
    if status == "PASS":
        assert len(json.dumps(whole)) < 262_144
    else:
        assert fits.remedy
