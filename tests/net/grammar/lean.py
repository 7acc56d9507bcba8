"""Tables that are plain but for one trait, so that nothing else decides how they are carried.

What the rest of the grammar draws is odd in five ways at once: a table with a deferrable key mostly
holds a range too, and is restored for its sake. Here the trait alone decides. Rows change after the
load, which is when most traits tell.
"""

# ruff: noqa: S608 - statements are what is generated here
from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.net.grammar.source import Source

_SPOILING = (
    "CREATE TRIGGER on_rows BEFORE INSERT OR UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION spoil()"
)
_REFERRING = (
    "CREATE TABLE {r} (id integer PRIMARY KEY, up integer)",
    "INSERT INTO {r} SELECT n, n FROM generate_series(1, 20) n WHERE n <> 7",
)
_RESTORED = "id integer PRIMARY KEY, v varchar(30), ts tsvector"


@dataclass(frozen=True)
class Trait:
    """What the table looks like, what is done to it before its changes, and its other changes.

    {t} is the table, {r} another one beside it, {beyond} a text beyond ASCII that fits into the
    encoding. Its columns id and v are filled for it.
    """

    columns: str = "id integer PRIMARY KEY, v varchar(30)"
    then: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    name: str = "lean_{n}"
    kind: str = "TABLE"
    since: int = 13


TRAITS = {
    "none": Trait(),
    "none, restored": Trait(columns=_RESTORED),
    "beyond ASCII": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x varchar(9) DEFAULT '{beyond}'"
    ),
    "beyond ASCII, restored": Trait(columns=_RESTORED + ", x text DEFAULT '{beyond}'"),
    "inheritance": Trait(
        then=(
            "CREATE TABLE {r} (extra varchar(9), PRIMARY KEY (id)) INHERITS ({t})",
            "INSERT INTO {r} SELECT n, 'c', 'e' FROM generate_series(15, 25) n",
        ),
        changes=("UPDATE {r} SET v = 'd' WHERE id = 16", "UPDATE ONLY {t} SET v = 'p'"),
    ),
    **{
        f"{state.lower()}trigger{where}": Trait(
            columns=f"id integer PRIMARY KEY, v varchar(30), spoiled varchar(20){column}",
            then=(_SPOILING, f"ALTER TABLE {{t}} ENABLE {state}TRIGGER on_rows"),
        )
        for state in ("", "ALWAYS ", "REPLICA ")
        for where, column in (("", ""), (", restored", ", ts tsvector"))
    },
    **{
        f"{state.lower()} rule": Trait(
            columns=_RESTORED,
            then=(
                "CREATE RULE kept AS ON DELETE TO {t} DO INSTEAD NOTHING",
                f"ALTER TABLE {{t}} ENABLE {state} RULE kept",
            ),
        )
        for state in ("ALWAYS", "REPLICA")
    },
    "include": Trait(
        columns="id integer, v varchar(30), name varchar(9), PRIMARY KEY (id) INCLUDE (name)",
        changes=("UPDATE {t} SET name = 'n' WHERE id = 2",),
    ),
    "include, restored": Trait(
        columns="id integer, v varchar(30), name text, ts tsvector, PRIMARY KEY (id) INCLUDE (name)"
    ),
    "columns called as ours": Trait(
        columns="id integer, v varchar(30), gone integer DEFAULT 1, row_hash text DEFAULT 'h',"
        " source_hash integer DEFAULT 2, ts tsvector, PRIMARY KEY (id, gone, row_hash, source_hash)"
    ),
    "views of views": Trait(
        then=(
            "CREATE MATERIALIZED VIEW zz_{n} AS SELECT count(*) FROM {t}",
            "CREATE VIEW between_{n} AS SELECT * FROM zz_{n}",
            "CREATE MATERIALIZED VIEW aa_{n} AS SELECT * FROM between_{n}",
        ),
    ),
    "row security": Trait(
        then=(
            "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY p ON {t} USING (id % 3 > 0)",
        ),
    ),
    "key of an own type": Trait(columns="id own PRIMARY KEY, v varchar(30)"),
    "key that is a text": Trait(columns="id text PRIMARY KEY, v varchar(30)"),
    "text of any length": Trait(columns="id integer PRIMARY KEY, v varchar NOT NULL"),
    "partition": Trait(
        then=(
            "CREATE TABLE {r} (id integer PRIMARY KEY, v varchar(30)) PARTITION BY LIST (id)",
            "CREATE TABLE {r}_1 PARTITION OF {r} FOR VALUES IN (1, 2, 3)",
            "CREATE TABLE {r}_2 PARTITION OF {r} DEFAULT",
            "INSERT INTO {r} SELECT n, 'v' FROM generate_series(1, 20) n",
        ),
        changes=("UPDATE {r} SET id = id + 30 WHERE id IN (2, 8)",),
    ),
    "partition that refers": Trait(
        then=(
            "CREATE TABLE {r} (id integer PRIMARY KEY, up integer REFERENCES {t} ON DELETE CASCADE)"
            " PARTITION BY HASH (id)",
            "CREATE TABLE {r}_1 PARTITION OF {r} FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
            "INSERT INTO {r} SELECT n, n FROM generate_series(1, 20) n",
        ),
        changes=("INSERT INTO {r} VALUES (100, 3)",),
    ),
    "unique value that moves": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), ts tsvector, u text UNIQUE",
        then=(
            "INSERT INTO {t} SELECT n, repeat('x', 25), NULL, 'u' || n"
            " FROM generate_series(100, 1500) n",
        ),
        changes=(
            "UPDATE {t} SET u = NULL WHERE id = 1500",
            "UPDATE {t} SET u = 'u1500' WHERE id = 101",
            "UPDATE {t} SET u = NULL WHERE id = 100",
            "UPDATE {t} SET u = 'u100' WHERE id = 1499",
        ),
    ),
    "sequence of an odd name": Trait(
        then=(
            'CREATE SEQUENCE "odd\\\'s{n}"',
            "ALTER TABLE {t} ALTER id SET DEFAULT nextval('\"odd\\''s{n}\"')",
        ),
    ),
    "deferrable key": Trait(columns="id integer PRIMARY KEY DEFERRABLE, v varchar(30)"),
    "no identity": Trait(then=("ALTER TABLE {t} REPLICA IDENTITY NOTHING",)),
    "full identity": Trait(then=("ALTER TABLE {t} REPLICA IDENTITY FULL",)),
    "no key": Trait(columns="id integer NOT NULL, v varchar(30)"),
    "unlogged": Trait(kind="UNLOGGED TABLE"),
    "not null": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), words text NOT NULL DEFAULT 'few'",
    ),
    "named not null": Trait(
        columns="id integer PRIMARY KEY, v varchar(30),"
        " words text CONSTRAINT named_{n} NOT NULL DEFAULT 'few'",
        then=("COMMENT ON CONSTRAINT named_{n} ON {t} IS 'kept'",),
        since=18,
    ),
    "altered numbers": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x numeric(9, 2) DEFAULT 'NaN'"
    ),
    "altered floats": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x double precision DEFAULT 'NaN'"
    ),
    "altered times": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x timestamptz DEFAULT 'infinity'"
    ),
    "times that travel as texts": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), p pair DEFAULT '(1,x)',"
        " at timestamptz DEFAULT '2020-02-13 10:00+00'",
        then=(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET datestyle TO ''German, DMY''',"
            " current_database()); END $$",
        ),
    ),
    "numeric": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x numeric DEFAULT 0.123456789"
    ),
    "mood": Trait(columns="id integer PRIMARY KEY, v varchar(30), x mood DEFAULT 'awe'"),
    "many moods": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x mood[] DEFAULT '{{awe,zeal}}'"
    ),
    "many prices": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), ts tsvector, x price[] DEFAULT '{{1.5}}'"
    ),
    "names of objects": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x regclass[]",
        # No default: a dump need not name what a text in one is the name of before it.
        then=("UPDATE {t} SET x = '{{shared}}'",),
    ),
    "empty tsquery": Trait(columns="id integer PRIMARY KEY, v varchar(30), x tsquery DEFAULT ''"),
    "wildcard": Trait(name='"lean%{n}"'),
    "alike": Trait(
        name='"Lean_{n}"',
        then=(
            'CREATE TABLE "LEAN_{n}" (id integer PRIMARY KEY, v varchar(30))',
            "INSERT INTO \"LEAN_{n}\" VALUES (1, 'other')",
        ),
    ),
    "check on a LOB": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), words text DEFAULT 'few'"
        " CHECK (words IS NOT NULL)"
    ),
    "not valid": Trait(
        then=(
            "UPDATE {t} SET v = 'w' WHERE id < 6",
            "ALTER TABLE {t} ADD CONSTRAINT lean_check CHECK (v <> 'w') NOT VALID",
        )
    ),
    "domain that forbids NULL": Trait(
        columns="id integer PRIMARY KEY, v varchar(30), x label DEFAULT 'none'"
    ),
    "identity": Trait(columns="id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v varchar(30)"),
    "stored": Trait(
        columns="id integer PRIMARY KEY, v varchar(30),"
        " made integer GENERATED ALWAYS AS (twice(id)) STORED"
    ),
    "key in no text order": Trait(
        columns="id double precision PRIMARY KEY, v varchar(30), ts tsvector",
        then=(
            "INSERT INTO {t} SELECT n - 2000.5, repeat('x', 25) FROM generate_series(1, 1500) n",
        ),
        changes=("UPDATE {t} SET v = 'moved' WHERE id < -1990", "DELETE FROM {t} WHERE id > -600"),
    ),
    "referred to": Trait(
        then=(*_REFERRING, "ALTER TABLE {r} ADD FOREIGN KEY (up) REFERENCES {t} ON DELETE CASCADE"),
        changes=("INSERT INTO {r} VALUES (100, 3)",),
    ),
    "index of partitions": Trait(
        columns="id integer PRIMARY KEY, v varchar(30)",
        then=(
            "CREATE TABLE {r} (id integer, v varchar(30)) PARTITION BY RANGE (id)",
            "CREATE TABLE {r}_1 PARTITION OF {r} DEFAULT",
            "CREATE INDEX on_part_lean ON {r} (v)",
            "INSERT INTO {r} SELECT n, 'v' FROM generate_series(1, 20) n",
        ),
        changes=("UPDATE {r} SET v = 'p' WHERE id < 4",),
    ),
    "index with a comment": Trait(
        columns=_RESTORED,
        then=(
            "CREATE INDEX lean_index ON {t} (v) WHERE id > 3",
            "COMMENT ON INDEX lean_index IS 'kept'",
        ),
    ),
}


def tables(draw: st.DrawFn, source: Source, version: int) -> None:
    """Some of them, each with the rows and changes that show its trait."""
    known = [name for name, trait in TRAITS.items() if trait.since <= version]
    held, written = draw(st.booleans()), draw(st.booleans())
    for number, name in enumerate(
        draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    ):
        _make(source, number, TRAITS[name], held=held, written=written)


def _make(source: Source, number: int, trait: Trait, *, held: bool, written: bool) -> None:
    table = trait.name.format(n=number)
    words = {"t": table, "r": f"beside_{number}", "n": number, "beyond": source.beyond}
    override = " OVERRIDING SYSTEM VALUE" if "ALWAYS AS IDENTITY" in trait.columns else ""
    insert = f"INSERT INTO {table} (id, v){override}"
    source.made += [
        f"CREATE {trait.kind} {table} ({trait.columns.format(**words)})",
        f"{insert} SELECT n, 'v' || n FROM generate_series(1, 20) n",
        *(each.format(**words) for each in trait.then),
    ]
    if held:
        source.kept_open.append(f"UPDATE {table} SET v = 'held' WHERE id = '11'")
    if written:
        source.meanwhile += [
            f"UPDATE {table} SET v = 'meanwhile' WHERE id IN ('4', '9') AND v <> 'meanwhile'",
            f"DELETE FROM {table} WHERE id = '8'",
        ]
    source.changes += [
        f"{insert} VALUES (50, 'new')",
        f"UPDATE {table} SET v = 'changed' WHERE id IN ('3', '9')",
        f"DELETE FROM {table} WHERE id = '7'",
        *(each.format(**words) for each in trait.changes),
    ]
