"""How fast this source answers: measured on a few megabytes of its own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from psycopg import sql

from redash_migration.database.session.data_session import Session, major_version, pin
from redash_migration.database.tables.row_hash import row_hash, scheme_for
from redash_migration.database.tables.shape import TableShape, read_shape
from redash_migration.plan import TablePlan

SAMPLE_BYTES = 8 * 1024 * 1024
COMPRESSED = 64
"""How many times longer than it is stored a value of the sample is taken to be, where only the
length in which it is stored is to be had without unpacking it."""
_PLAIN = frozenset({"text", "varchar", "bpchar", "bytea"})
"""Types whose length is known without their value being read."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """A round trip in seconds; bytes (uncompressed) a second that one connection hashes, and that
    arrive here from the source. The defaults are a small instance's."""

    round_trip: float = 0.002
    hashed: float = 100e6
    carried: float = 25e6


def measure_speeds(source: Session, tables: Sequence[TablePlan]) -> Speeds:
    """Hash and fetch some megabytes of the largest table, read-only. The defaults stand where the
    database is too small to tell, or the rows are longer than the sample: a row comes as one
    message, and a few hundred megabytes of it are more than the preflight's function holds."""
    pin(source)
    known = Speeds()
    began = monotonic()
    for _ in range(5):
        source.execute("SELECT 1")
    round_trip = (monotonic() - began) / 5
    largest = max(tables, key=lambda table: table.raw_bytes, default=None)
    if largest is None or largest.raw_bytes < SAMPLE_BYTES or largest.rows < 1:
        return Speeds(round_trip, known.hashed, known.carried)
    rows = max(1, int(SAMPLE_BYTES * largest.rows / largest.raw_bytes))
    shape = read_shape(source, largest.schema, largest.name)
    version = major_version(source)
    scheme = scheme_for(version, version)
    sample = sql.SQL("(SELECT * FROM (SELECT * FROM {} LIMIT {}) t WHERE {})").format(
        shape.only, sql.Literal(rows), _short(shape)
    )
    began = monotonic()
    source.execute(sql.SQL("SELECT sum({}) FROM {} AS t").format(row_hash(shape, scheme), sample))
    hashing = monotonic() - began
    began = monotonic()
    fetched = 0
    with (
        source.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sample)) as out,
    ):
        for row in out:
            fetched += len(row)
    fetching = monotonic() - began
    if fetched < SAMPLE_BYTES // 8:
        return Speeds(round_trip, known.hashed, known.carried)
    return Speeds(
        round_trip,
        hashed=max(1e6, fetched / max(hashing, 1e-6)),
        # What arrives must be written too, with its indexes: rarely faster than the default.
        carried=min(known.carried, fetched / max(fetching, 1e-6)),
    )


def _short(shape: TableShape) -> sql.Composable:
    """SQL that is true for a row t none of whose values is longer than the sample."""
    lengths = [
        sql.SQL("coalesce({}, 0) <= {}").format(
            sql.SQL("octet_length({})" if plain else "pg_column_size({})").format(
                sql.Identifier("t", column.name)
            ),
            sql.Literal(SAMPLE_BYTES // (1 if plain else COMPRESSED)),
        )
        for column in shape.columns
        for plain in [column.builtin in _PLAIN]
    ]
    return sql.SQL(" AND ").join([sql.SQL("true"), *lengths])
