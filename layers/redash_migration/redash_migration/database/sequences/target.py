"""Setting the target's sequences, in one round trip per connection.

A DO block runs on each of a few connections. For every sequence it looks up the extremes of the
columns that use it (an index gives each at once) and sets the sequence past them and past the
source's value, never backwards. It commits now and then, because the locks of thousands of tables
don't fit one transaction, and hands the outcome back in one message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from redash_migration.database.address import DatabaseAddress
from redash_migration.database.data_session import open_session
from redash_migration.database.sequences.source import LOCKS_PER_STATEMENT, SourceSequence

CONNECTIONS = 4
SEQUENCES_PER_CONNECTION = 1000
"""Below so many sequences a further connection costs more than it saves."""


@dataclass(frozen=True, slots=True)
class TargetState:
    """A sequence after it was set: its value, whether that was handed out, the columns' extreme.
    `error` holds the server's words when it could not be set."""

    extreme: int | None
    last_value: int
    called: bool
    error: str = ""


_BLOCK = """
DO $block$
DECLARE
    names text[] := {names};
    tables text[] := {tables};
    lookups text[] := {lookups};
    wanted bigint[] := {wanted};
    called boolean[] := {called};
    steps integer[] := {steps};
    outcome text[] := '{{}}';
    sequence regclass; extreme bigint; goal bigint; failure text;
BEGIN
    FOR i IN 1 .. coalesce(array_length(names, 1), 0) LOOP
        extreme := NULL; failure := '';
        {guard_begin}
            sequence := names[i]::regclass;
            -- An empty table is told by its size, at a fraction of what planning a query costs.
            IF lookups[i] <> '' AND (tables[i] = '' OR pg_relation_size(tables[i]::regclass) > 0)
            THEN EXECUTE lookups[i] INTO extreme; END IF;
            IF steps[i] > 0 THEN
                goal := greatest(CASE WHEN called[i] THEN wanted[i] END, extreme,
                                 pg_sequence_last_value(sequence));
            ELSE
                goal := least(CASE WHEN called[i] THEN wanted[i] END, extreme,
                              pg_sequence_last_value(sequence));
            END IF;
            PERFORM setval(sequence, coalesce(goal, wanted[i]), goal IS NOT NULL);
        {guard_end}
        outcome[i] := json_build_array(
            extreme, coalesce(goal, wanted[i]), goal IS NOT NULL, failure)::text;
        IF i % {batch} = 0 THEN COMMIT; END IF;
    END LOOP;
    RAISE INFO '[%]', array_to_string(outcome, ',');
END $block$
"""

_GUARD_BEGIN = "BEGIN"
_GUARD_END = """
        EXCEPTION WHEN OTHERS THEN
            failure := SQLERRM; goal := NULL;
        END;
"""


def set_sequences(
    target: DatabaseAddress, sequences: Sequence[SourceSequence], connections: int = CONNECTIONS
) -> list[TargetState]:
    """Set them all; one TargetState for each, in their order.

    A sequence that can't be set is told by its `error`; the others are set nevertheless. Raises
    psycopg.Error when the server can't be used at all.
    """
    workers = max(1, min(connections, len(sequences) // SEQUENCES_PER_CONNECTION))
    shares = [sequences[worker::workers] for worker in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        outcomes = list(pool.map(lambda share: _set(target, share), shares))
    return [outcomes[place % workers][place // workers] for place in range(len(sequences))]


def _set(target: DatabaseAddress, sequences: Sequence[SourceSequence]) -> list[TargetState]:
    messages: list[str] = []

    def keep(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "INFO":
            messages.append(diagnostic.message_primary or "[]")

    with closing(open_session(target, purpose="set-sequences", write=True)) as session:
        session.add_notice_handler(keep)
        try:
            session.execute(_block(session, sequences, guarded=False))
        except psycopg.OperationalError:
            raise
        except psycopg.Error:
            # One can't be set. Guarding each costs a subtransaction, so only now.
            session.execute(_block(session, sequences, guarded=True))
    return [TargetState(*state) for state in json.loads(messages[0])]


def _block(
    session: psycopg.Connection[Any], sequences: Sequence[SourceSequence], *, guarded: bool
) -> sql.Composed:
    def table_of(sequence: SourceSequence) -> str:
        """The one plain table that uses it; a partitioned one has no size of its own."""
        plain = [use for use in sequence.uses if not use.partitioned]
        if len(sequence.uses) != 1 or not plain:
            return ""
        return sql.Identifier(plain[0].schema, plain[0].table).as_string(session)

    return sql.SQL(_BLOCK).format(
        names=sql.Literal([each.identifier.as_string(session) for each in sequences]),
        tables=sql.Literal([table_of(each) for each in sequences]),
        lookups=sql.Literal([_lookup(each).as_string(session) for each in sequences]),
        wanted=sql.Literal([each.last_value for each in sequences]),
        called=sql.Literal([each.called for each in sequences]),
        steps=sql.Literal([1 if each.increment > 0 else -1 for each in sequences]),
        batch=sql.Literal(LOCKS_PER_STATEMENT),
        guard_begin=sql.SQL(_GUARD_BEGIN if guarded else ""),
        guard_end=sql.SQL(_GUARD_END if guarded else ""),
    )


def _lookup(sequence: SourceSequence) -> sql.Composable:
    """The extreme of all integer columns that use the sequence, as one SELECT; "" if none does."""
    function = sql.SQL("max" if sequence.increment > 0 else "min")
    selects = [
        sql.SQL("SELECT {}({})::bigint FROM {}").format(
            function, sql.Identifier(use.column), sql.Identifier(use.schema, use.table)
        )
        for use in sequence.uses
        if use.type in {"int2", "int4", "int8", "numeric"}
    ]
    if len(selects) < 2:
        return selects[0] if selects else sql.SQL("")
    return sql.SQL("SELECT {}(extreme) FROM ({}) AS columns(extreme)").format(
        function, sql.SQL(" UNION ALL ").join(selects)
    )
