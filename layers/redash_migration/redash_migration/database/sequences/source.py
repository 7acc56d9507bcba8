"""What the source's sequences say, and which columns draw their values from them."""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.catalog import OWN_SCHEMAS

LOCKS_PER_STATEMENT = 500
"""Reading a sequence locks it until the transaction ends; the lock table is finite
(max_locks_per_transaction), so no statement touches more than so many."""


class Use(NamedTuple):
    """A column that draws from a sequence: as its owner, by a default, or as an identity."""

    schema: str
    table: str
    column: str
    type: str
    partitioned: bool


class SourceSequence(NamedTuple):
    """A sequence on the source. `last_value` was the last one handed out when `called`, else it
    is the one to be handed out first."""

    schema: str
    name: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cycle: bool
    last_value: int
    called: bool
    uses: tuple[Use, ...]

    @property
    def qualified_name(self) -> str:
        """``schema.sequence``, unquoted, as in the report."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        """As it stands in a statement."""
        return sql.Identifier(self.schema, self.name)


_COUNTED = frozenset({"int2", "int4", "int8", "numeric"})


def counted_uses(sequence: SourceSequence) -> list[Use]:
    """The columns whose values are numbers as the sequence hands them out."""
    return [use for use in sequence.uses if use.type in _COUNTED]


DRAWN = r"""
pg_catalog.pg_get_expr(f.adbin, f.adrelid)
    ~ $re$^\(?nextval\('([^']|'')*'::regclass\)\)?(::[a-z]+)?$$re$
"""
"""Whether a column's default f is the sequence's next value itself. What a default merely makes of
that value (1000 - nextval(...)) says nothing of where the sequence stands."""

_SEQUENCES = f"""
WITH uses AS (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS attnum
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass
      AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.refobjsubid > 0
      AND (d.deptype = 'i' OR d.deptype = 'a' AND NOT EXISTS (
          -- A column with a default is drawn for by that, from whatever sequence it is.
          SELECT FROM pg_catalog.pg_attrdef f
          WHERE f.adrelid = d.refobjid AND f.adnum = d.refobjsubid))
  UNION
    SELECT d.refobjid, f.adrelid, f.adnum
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'n' AND {DRAWN}
), used AS (
    SELECT u.sequence, json_agg(json_build_array(
               n.nspname, c.relname, a.attname, coalesce(b.typname, t.typname),
               c.relkind = 'p')) AS uses
    FROM uses u
    JOIN pg_catalog.pg_class c ON c.oid = u.relation AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype -- of a domain
    GROUP BY u.sequence
)
SELECT s.seqrelid::bigint, n.nspname, c.relname, s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
       s.seqcycle, used.uses
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN used ON used.sequence = s.seqrelid
WHERE n.nspname <> ALL (%s) AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
"""  # noqa: S608 - made of constants

_LAST_VALUES = """
SELECT o, pg_catalog.pg_sequence_last_value(o::oid) FROM unnest(%s::bigint[]) AS read(o)
"""


def read_sequences(session: Session) -> list[SourceSequence]:
    """All sequences with their values: the catalog, then the values in one round trip (a second
    one for those that never handed out a value).

    A role without USAGE or SELECT on a sequence sees no value; then psycopg raises
    InsufficientPrivilege, for a value that can't be read must not pass for one never used.
    """
    found = session.execute(_SEQUENCES, (OWN_SCHEMAS,)).fetchall()
    values = _last_values(session, [row[0] for row in found])
    sequences = [_sequence(row, values[row[0]]) for row in found]
    idle = [place for place, row in enumerate(found) if values[row[0]] is None]
    for place, (value, called) in zip(
        idle, _states(session, [sequences[place] for place in idle]), strict=True
    ):
        sequences[place] = sequences[place]._replace(last_value=value, called=called)
    return sequences


def _sequence(row: tuple[Any, ...], last_value: int | None) -> SourceSequence:
    _, schema, name, start, increment, minimum, maximum, cycle, uses = row
    return SourceSequence(
        schema,
        name,
        start,
        increment,
        minimum,
        maximum,
        cycle,
        start if last_value is None else last_value,
        last_value is not None,
        tuple(Use(*use) for use in uses or ()),
    )


def _batches(items: list[Any]) -> list[list[Any]]:
    return [
        items[first : first + LOCKS_PER_STATEMENT]
        for first in range(0, len(items), LOCKS_PER_STATEMENT)
    ]


def _last_values(session: Session, oids: list[int]) -> dict[int, int | None]:
    """Every sequence's last value, None where it was never called; sent all at once."""
    values: dict[int, int | None] = {}
    with session.pipeline() as pipeline:
        cursors = []
        for batch in _batches(oids):
            cursors.append(session.execute(_LAST_VALUES, (batch,)))
            pipeline.sync()  # ends the implicit transaction, and with it the locks
        for cursor in cursors:
            values.update(cursor.fetchall())
    return values


def _states(session: Session, sequences: list[SourceSequence]) -> list[tuple[int, bool]]:
    """last_value and is_called as the sequences themselves hold them."""
    states: list[tuple[int, bool]] = []
    with session.pipeline() as pipeline:
        cursors = []
        for batch in _batches(sequences):
            query = sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {}, last_value, is_called FROM {}").format(
                    sql.Literal(place), sequence.identifier
                )
                for place, sequence in enumerate(batch)
            )
            cursors.append(session.execute(query))
            pipeline.sync()
        for cursor in cursors:
            states += [(value, called) for _, value, called in sorted(cursor.fetchall())]
    return states
