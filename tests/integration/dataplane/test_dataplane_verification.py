"""Verification: equal, different down to the key, or unknown; and what a pre-comparison saves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from redash_migration.database.planning.items import CopyItem
from redash_migration.database.planning.pieces import note_chunks
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import major_version, open_session
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.row_hash import scheme_for
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import read_shape
from redash_migration.database.verification.buckets import EqualBuckets, compare_buckets, unchanged
from redash_migration.database.verification.compare import Part, compare
from redash_migration.database.verification.precopy import precopy_comparison, with_precopy
from redash_migration.database.verification.results import (
    see_all_equal,
    write_outcomes,
)
from redash_migration.errors import DataMismatch
from redash_migration.record.record import Record

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[Any, ...]]]

TABLES = """
CREATE TABLE results (id serial PRIMARY KEY, data text, at timestamptz DEFAULT '2026-01-31');
INSERT INTO results (data) SELECT repeat('データ' || n, 20) FROM generate_series(1, 3000) n;
CREATE TABLE pairs (a integer, b text, v integer, PRIMARY KEY (a, b));
INSERT INTO pairs SELECT n % 7, 'ゑ' || n, n FROM generate_series(1, 500) n;
CREATE TABLE bare (v text);
INSERT INTO bare VALUES ('x'), ('x'), (NULL);
"""
NAMES = ("results", "pairs", "bare")
PARTS = [Part("public", name) for name in NAMES]


def test_equal_tables_are_equal(both: Both) -> None:
    found = compare(*both(TABLES), PARTS)
    assert [(each.verdict, each.source and each.source.rows) for each in found] == [
        ("equal", 3000),
        ("equal", 500),
        ("equal", 3),
    ]


TENTH, LAST = (f"md5 {hashlib.md5(word.encode()).hexdigest()}" for word in ("ゑ10", "ゑ500"))  # noqa: S324


@pytest.mark.parametrize(
    ("table", "spoil", "keys"),
    [
        ("results", "UPDATE results SET data = data || ' ' WHERE id = 7", [("7", "differs")]),
        ("results", "UPDATE results SET at = at + '1 us' WHERE id = 9", [("9", "differs")]),
        ("results", "DELETE FROM results WHERE id = 3000", [("3000", "missing")]),
        ("results", "INSERT INTO results VALUES (-5)", [("-5", "extra")]),
        (
            "results",
            "UPDATE results r SET data = o.data FROM results o"
            " WHERE r.id IN (11, 12) AND o.id = 23 - r.id",
            [("11", "differs"), ("12", "differs")],
        ),
        ("pairs", "UPDATE pairs SET v = 0 WHERE a = 3 AND b = 'ゑ10'", [(f"3/{TENTH}", "differs")]),
        ("pairs", "UPDATE pairs SET v = NULL WHERE v = 500", [(f"3/{LAST}", "differs")]),
        ("bare", "UPDATE bare SET v = '' WHERE v IS NULL", []),
        ("bare", "INSERT INTO bare VALUES ('x')", []),
    ],
)
def test_a_single_difference_is_found_and_named(
    both: Both, run: Run, table: str, spoil: str, keys: list[tuple[str, str]]
) -> None:
    source, target = both(TABLES)
    run(target, spoil)
    found = dict(zip(NAMES, compare(source, target, PARTS), strict=True))
    assert found[table].verdict == "different"
    assert [("/".join(k.key.values()), k.kind) for k in found[table].keys] == keys
    assert all(found[name].verdict == "equal" for name in NAMES if name != table)


def test_no_more_than_twenty_keys_are_named(both: Both, run: Run) -> None:
    source, target = both(TABLES)
    run(target, "UPDATE results SET data = 'x'")
    assert len(compare(source, target, PARTS[:1])[0].keys) == 20


def test_what_cannot_be_read_is_unknown_and_not_a_pass(
    both: Both, run: Run, make_role: Callable[..., tuple[str, str]], record: Record
) -> None:
    source, target = both(TABLES)
    name, password = make_role("target", "LOGIN")
    run(target, f"GRANT SELECT ON results TO {name}")
    found = compare(source, target.as_role(name, password), PARTS[:2])
    assert [each.verdict for each in found] == ["equal", "unknown"]
    assert "could not be read on the target" in found[1].reason
    items = [CopyItem("public", n, 0, 1, KeyRange()) for n in NAMES[:2]]
    with pytest.raises(DataMismatch, match="pairs"):
        write_outcomes(record, items, found)
    assert {c.id: c.status for c in record.checks.all()} == {"data.public.pairs": "UNKNOWN"}
    run(target, f"DROP OWNED BY {name}")


def test_other_columns_and_missing_tables_differ(both: Both, run: Run) -> None:
    source, target = both(TABLES)
    run(target, "ALTER TABLE pairs ALTER v TYPE bigint; DROP TABLE bare")
    found = compare(source, target, PARTS)
    assert [each.verdict for each in found] == ["equal", "different", "different"]
    assert "v" in found[1].reason
    assert "no such table on the target" in found[2].reason


def test_ranges_add_up_to_the_table(both: Both, run: Run, record: Record) -> None:
    source, target = both(TABLES)
    cuts = [None, ("1000",), ("2000",), None]
    items = [CopyItem("public", "results", n, 3, KeyRange(cuts[n], cuts[n + 1])) for n in range(3)]
    whole = compare(source, target, PARTS[:1])[0]
    note_chunks(record, items)
    write_outcomes(record, items, compare(source, target, with_precopy(items, record)))
    see_all_equal(record, ["public.results"])
    line = record.tables.get("public.results")
    assert line["source_checksum"] == str(whole.source)
    assert (line["rows"], line["match"]) == (3000, True)
    run(target, "UPDATE results SET data = '' WHERE id = 1500")
    with pytest.raises(DataMismatch, match="1500 differs"):
        write_outcomes(record, items, compare(source, target, with_precopy(items, record)))
    assert record.tables.get("public.results")["match"] is False


def test_a_forgotten_range_or_table_keeps_the_gate_shut(both: Both, record: Record) -> None:
    source, target = both(TABLES)
    items = [
        CopyItem("public", "results", 0, 2, KeyRange(None, ("1000",))),
        CopyItem("public", "results", 1, 2, KeyRange(("1000",), None)),
    ]
    note_chunks(record, items)
    write_outcomes(record, items[:1], compare(source, target, with_precopy(items[:1], record)))
    with pytest.raises(DataMismatch, match="results"):
        see_all_equal(record, ["public.results"])
    write_outcomes(record, items[1:], compare(source, target, with_precopy(items[1:], record)))
    with pytest.raises(DataMismatch, match="pairs"):
        see_all_equal(record, ["public.results", "public.pairs"])
    see_all_equal(record, ["public.results"])


def precompared(source: DatabaseAddress, target: DatabaseAddress) -> tuple[EqualBuckets, Any]:
    """What a pre-comparison at results remembers, and a function that asks what is left of it."""
    with (
        closing(open_session(source, purpose="test")) as there,
        closing(open_session(target, purpose="test")) as here,
    ):
        scheme = scheme_for(major_version(there), major_version(here))
        scan = Scan(read_shape(there, "public", "results"), KeyRange(), scheme)
        equal = compare_buckets(there, here, scan)
    assert equal is not None

    def left() -> int:
        with (
            closing(open_session(source, purpose="test")) as there,
            closing(open_session(target, purpose="test")) as here,
        ):
            return len(unchanged(there, here, scan, EqualBuckets.from_json(equal.to_json())))

    return equal, left


def test_a_pre_comparison_is_believed_only_where_nothing_was_written_since(
    both: Both, run: Run
) -> None:
    source, target = both(TABLES)
    equal, left = precompared(source, target)
    buckets = len(equal.checksums)
    assert buckets == left() == 64
    for side, statement in (
        (source, "UPDATE results SET data = data WHERE id = 5"),
        (target, "DELETE FROM results WHERE id = 200"),
        (source, "INSERT INTO results VALUES (-1, 'below')"),
        (target, "INSERT INTO results VALUES (9000, 'above')"),
        (source, "UPDATE results SET id = 12000 WHERE id = 1000"),
        (
            target,
            "BEGIN; DELETE FROM results WHERE id = 2500;"
            "INSERT INTO results SELECT 2500, data, at FROM results WHERE id = 2501; COMMIT",
        ),
    ):
        run(side, statement)
    # Keys 5 and -1 share the first bucket; nothing was ever remembered above the last key.
    assert left() == buckets - 4
    plain = compare(source, target, PARTS[:1])[0]
    helped = compare(source, target, [Part("public", "results", KeyRange(), equal)])[0]
    assert (helped.source, helped.target, helped.keys) == (plain.source, plain.target, plain.keys)
    assert helped.verdict == "different"


def test_a_transaction_open_during_the_pre_comparison_counts_as_written_since(
    both: Both, run: Run
) -> None:
    source, target = both(TABLES)
    with closing(open_session(source, purpose="writer", write=True)) as writer:
        with writer.transaction():
            writer.execute("UPDATE public.results SET data = 'late' WHERE id = 700")
            _, left = precompared(source, target)
        assert left() == 63


def test_rows_that_differ_early_are_compared_again(both: Both, run: Run, record: Record) -> None:
    source, target = both(TABLES)
    run(target, "UPDATE results SET data = 'not yet' WHERE id = 3000")
    item = CopyItem("public", "results", 0, 1, KeyRange(), precopied=True)
    assert precopy_comparison(source, target, [item], record)["rows_equal"] < 3000
    run(
        target,
        "UPDATE results SET data = s.data FROM"
        " (SELECT repeat('データ3000', 20) AS data) s WHERE id = 3000",
    )
    found = compare(source, target, with_precopy([item], record))
    assert found[0].verdict == "equal"
    assert found[0].source == compare(source, target, PARTS[:1])[0].source
