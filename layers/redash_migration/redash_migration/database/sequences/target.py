"""Setting the target's sequences, in one round trip per connection.

A DO block runs on each of a few connections. For every sequence it looks up the extremes of the
columns that use it (an index gives each at once) and sets the sequence where goal.py says, by the
same rules. It commits now and then, because the locks of thousands of tables
don't fit one transaction, and hands the outcome back in one message. A DO block takes no
parameters: what is to be set reaches it as JSON in a setting of the session.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from redash_migration.database.sequences.source import (
    LOCKS_PER_STATEMENT,
    SourceSequence,
    counted_uses,
)
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.failure_text import primary

CONNECTIONS = 2
"""The work is the server's CPU alone, and the smallest servers have two cores."""
SEQUENCES_PER_CONNECTION = 500
"""Below so many sequences a further connection costs more than it saves."""

_SETTING = "redash_migration.sequences"


class TargetState(NamedTuple):
    """A sequence after it was set: its value, whether that was handed out, the columns' extreme.
    `error` holds the server's words when it could not be set."""

    extreme: int | None
    last_value: int
    called: bool
    error: str = ""


_BLOCK = """
DO $block$
DECLARE
    each record; place integer := 0; outcome text[] := '{{}}';
    sequence regclass; extreme bigint; own bigint; failure text;
    goal bigint; called boolean; step numeric; direction integer;
BEGIN
    FOR each IN
        SELECT format('%I.%I', work ->> 'schema', work ->> 'name') AS name,
               (work ->> 'value')::bigint AS value, (work ->> 'called')::boolean AS called,
               (work ->> 'increment')::numeric AS increment, (work ->> 'cycle')::boolean AS cycle,
               only_table,
               CASE WHEN jsonb_array_length(work -> 'columns') < 2 THEN lookups
               ELSE format('SELECT %s(found) FROM (%s) AS columns', work ->> 'pick', lookups)
               END AS lookup
        FROM jsonb_array_elements(current_setting({setting})::jsonb) AS handed_over(work),
             LATERAL (
                SELECT string_agg(
                           format('SELECT %s(%I)::bigint AS found FROM %I.%I', work ->> 'pick',
                                  used ->> 2, used ->> 0, used ->> 1), ' UNION ALL '),
                       CASE WHEN (work -> 'alone')::boolean
                       THEN min(format('%I.%I', used ->> 0, used ->> 1)) END
                FROM jsonb_array_elements(work -> 'columns') AS columns(used)
             ) AS composed(lookups, only_table)
    LOOP
        extreme := NULL; failure := ''; goal := each.value; called := each.called;
        step := each.increment; direction := sign(step);
        {guard_begin}
            sequence := each.name::regclass;
            -- An empty table is told by its size, at a fraction of what planning a query costs.
            IF each.lookup IS NOT NULL AND (
                each.only_table IS NULL OR pg_relation_size(each.only_table::regclass) > 0
            ) THEN EXECUTE each.lookup INTO extreme; END IF;
            IF NOT each.cycle THEN
                IF direction * (extreme::numeric - goal - CASE WHEN called THEN step ELSE 0 END)
                    >= 0 THEN
                    goal := goal + floor((extreme - goal::numeric) / step) * step;
                    called := true;
                END IF;
                own := pg_sequence_last_value(sequence);
                IF direction * (own - goal::numeric + CASE WHEN called THEN 0 ELSE step END) >= 0
                THEN goal := own; called := true; END IF;
            END IF;
            PERFORM setval(sequence, goal, called);
        {guard_end}
        place := place + 1;
        outcome[place] := json_build_array(
            extreme, goal, called, failure)::text;
        IF place % {batch} = 0 THEN COMMIT; END IF;
    END LOOP;
    RAISE INFO '[%]', array_to_string(outcome, ',');
END $block$
"""

_GUARD_BEGIN = "BEGIN"
_GUARD_END = """
        EXCEPTION WHEN OTHERS THEN
            failure := SQLSTATE || ' ' || SQLERRM; goal := each.value; called := false;
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

    # Names as they are: in SQL_ASCII a server takes no \u for a letter beyond ASCII.
    work = json.dumps([_work(each) for each in sequences], ensure_ascii=False)
    with closing(open_session(target, purpose="set-sequences", write=True)) as session:
        session.add_notice_handler(keep)
        session.execute("SELECT set_config(%s, %s, false)", (_SETTING, work))
        try:
            session.execute(_block(guarded=False))
        except psycopg.OperationalError:
            raise
        except psycopg.Error:
            # One can't be set. Guarding each costs a subtransaction, so only now.
            session.execute(_block(guarded=True))
    return [
        TargetState(extreme, value, called, _told(error))
        for extreme, value, called, error in json.loads(messages[0])
    ]


def _told(error: str) -> str:
    state, _, message = error.partition(" ")
    return (primary(state, message) or f"SQLSTATE {state}") if error else ""


def _work(sequence: SourceSequence) -> dict[str, Any]:
    """What the block needs of a sequence. It is `alone` in one plain table when nothing else uses
    it; a partitioned table has no size of its own."""
    uses = sequence.uses
    return {
        "schema": sequence.schema,
        "name": sequence.name,
        "pick": "max" if sequence.increment > 0 else "min",
        "value": sequence.last_value,
        "called": sequence.called,
        "increment": sequence.increment,
        "cycle": sequence.cycle,
        "alone": len(uses) == 1 and not uses[0].partitioned,
        "columns": [[use.schema, use.table, use.column] for use in counted_uses(sequence)],
    }


def _block(*, guarded: bool) -> sql.Composed:
    return sql.SQL(_BLOCK).format(
        setting=sql.Literal(_SETTING),
        batch=sql.Literal(LOCKS_PER_STATEMENT),
        guard_begin=sql.SQL(_GUARD_BEGIN if guarded else ""),
        guard_end=sql.SQL(_GUARD_END if guarded else ""),
    )
