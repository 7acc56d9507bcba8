"""Thousands of sequences: ours beside the DO block of a migration by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from benchmarks.servers import Servers, ask
from benchmarks.timing import Series, measure, seconds
from redash_migration.database.sequences.fix import fix_sequences

OURS = "FixSequences"
BLOCK = "DO block, COMMIT every 500"

_BLOCK = """
DO $$
DECLARE r record; n integer := 0;
BEGIN
    FOR r IN SELECT quote_ident(s.nspname) || '.' || quote_ident(c.relname) AS sequence,
                    quote_ident(tn.nspname) || '.' || quote_ident(t.relname) AS owner,
                    quote_ident(a.attname) AS column_name
             FROM pg_class c
             JOIN pg_namespace s ON s.oid = c.relnamespace
             JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')
                             AND d.classid = 'pg_class'::regclass
             JOIN pg_class t ON t.oid = d.refobjid
             JOIN pg_namespace tn ON tn.oid = t.relnamespace
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
             WHERE c.relkind = 'S'
    LOOP
        EXECUTE format('SELECT setval(%L, coalesce((SELECT max(%s) FROM %s), 0) + 1, false)',
                       r.sequence, r.column_name, r.owner);
        n := n + 1;
        IF n % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
"""


def compare_ways(
    servers: Servers, count: int, rows: int, runs: int, say: Callable[[str], None]
) -> dict[str, Series]:
    """`count` tables with a serial key and `rows` rows each, on both sides."""
    addresses = []
    for cluster in (servers.source, servers.target):
        address = servers.create(cluster, "many_sequences")
        for first in range(0, count, 500):
            last = min(first + 500, count) - 1
            ask(
                address,
                f"DO $$BEGIN FOR n IN {first} .. {last} LOOP"
                " EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, v integer)', n);"
                f" EXECUTE format('INSERT INTO t%s (v) SELECT generate_series(1, {rows})', n);"
                " END LOOP; END$$",
            )
        ask(address, "VACUUM ANALYZE")
        addresses.append(address)
    source, target = addresses
    psql = [str(servers.target.bin_dir / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-f", "-"]

    def block() -> float:
        return seconds(
            lambda: subprocess.run(
                psql, input=_BLOCK.encode(), env=target.environment(), check=True
            )
        )

    return measure(
        {OURS: lambda: seconds(lambda: fix_sequences(source, target)), BLOCK: block}, runs, say
    )
