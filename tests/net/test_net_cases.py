"""Kinds of tables at the edges of what can be carried: which way each goes, and that it arrives.

For each kind: what the preflight plans for the table (or why it refuses), the ways its ranges took
early and in the write pause, and that the target is what pg_dump and psql would have made of the
source. Everything is done by the project's own functions in the machine's order (carriage.py) and
judged by other means (oracle.py).
"""

# ruff: noqa: S608 - the statements are made of constants
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from redash_migration.database.session.address import DatabaseAddress
from tests.net.carriage import Refused
from tests.net.laboratory import Laboratory, execute
from tests.net.trial import judge


@dataclass(frozen=True)
class Kind:
    """A source, what changes on it before the freeze, and what has to come of it.

    `methods` are the plan's by table; `ways` the ways of the ranges by table, early ones first.
    `refused` is the id of the check that keeps it from being begun, `early` what ends it later, but
    before the changes: while users write.
    """

    schema: str
    changes: str = ""
    methods: dict[str, str] = field(default_factory=dict)
    ways: dict[str, list[str]] = field(default_factory=dict)
    refused: str = ""
    early: str = ""
    pieces: bool = False


COPIED = ["copy", "delta"]
ALWAYS_COPIED = ["copy", "copy"]
"""First for trial: nothing of it stays."""

KINDS = {
    "inheritance": Kind(
        "CREATE TABLE parent (id int PRIMARY KEY, t text);"
        "CREATE TABLE child (PRIMARY KEY (id), extra int) INHERITS (parent);"
        "CREATE TABLE ref (id int PRIMARY KEY, p int REFERENCES parent);"
        "INSERT INTO parent SELECT n, 'p' FROM generate_series(1, 20) n;"
        "INSERT INTO child SELECT n, 'c', n FROM generate_series(10, 40) n;"
        "INSERT INTO ref SELECT n, n FROM generate_series(1, 20) n;",
        "UPDATE ONLY parent SET t = 'q' WHERE id < 5; DELETE FROM ONLY child WHERE id = 40;"
        "UPDATE child SET t = 'd' WHERE id = 12; INSERT INTO parent VALUES (40, 'new');",
        methods={"public.parent": "restore", "public.child": "restore", "public.ref": "dms"},
        ways={"public.parent": COPIED, "public.child": COPIED},
    ),
    "partitions-with-indexes": Kind(
        "CREATE TABLE p (id int, at int, t text, PRIMARY KEY (id, at), UNIQUE (t, at))"
        " PARTITION BY RANGE (at);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000);"
        "CREATE TABLE p2 PARTITION OF p DEFAULT;"
        "CREATE INDEX on_parent ON p (t); CREATE INDEX on_child ON p1 (lower(t));"
        "CREATE TABLE r (id int PRIMARY KEY, pid int, pat int,"
        " FOREIGN KEY (pid, pat) REFERENCES p (id, at));"
        # Before 18 a partitioned table takes no foreign key NOT VALID.
        "CREATE TABLE q (id int PRIMARY KEY, rid int REFERENCES r) PARTITION BY HASH (id);"
        "CREATE TABLE q1 PARTITION OF q FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
        "INSERT INTO p SELECT n, n, 't' || n FROM generate_series(1, 2500) n;"
        "INSERT INTO r SELECT n, n, n FROM generate_series(1, 50) n;"
        "INSERT INTO q SELECT n, n FROM generate_series(1, 50) n;",
        "UPDATE p SET at = at + 1000 WHERE id BETWEEN 900 AND 950;"
        "INSERT INTO p SELECT n, n, 't' || n FROM generate_series(2501, 2600) n;",
        methods={"public.p1": "restore", "public.p2": "restore", "public.r": "dms"},
        ways={"public.p1": COPIED, "public.p2": COPIED},
    ),
    "always-and-replica-triggers": Kind(
        "CREATE TABLE t (id int PRIMARY KEY, v text, ts tsvector);"
        "CREATE TABLE d (id int PRIMARY KEY, v text);"
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.v := 'spoiled'; RETURN NEW; END$$;"
        "INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 30) n;"
        "INSERT INTO d SELECT n, 'v' || n FROM generate_series(1, 30) n;"
        "CREATE TRIGGER a BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION spoil();"
        "CREATE TRIGGER b BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION spoil();"
        "CREATE TRIGGER c BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION spoil();"
        "CREATE TRIGGER a BEFORE INSERT OR UPDATE ON d FOR EACH ROW EXECUTE FUNCTION spoil();"
        "ALTER TABLE t ENABLE ALWAYS TRIGGER a; ALTER TABLE t ENABLE REPLICA TRIGGER b;"
        "ALTER TABLE t DISABLE TRIGGER c; ALTER TABLE d ENABLE REPLICA TRIGGER a;"
        "CREATE RULE kept AS ON DELETE TO t DO INSTEAD NOTHING;"
        "ALTER TABLE t ENABLE ALWAYS RULE kept;",
        "UPDATE d SET v = 'changed' WHERE id = 3; INSERT INTO d VALUES (100, 'new');"
        "UPDATE t SET v = 'x' WHERE id = 7;",
        methods={"public.t": "restore", "public.d": "dms"},
        ways={"public.t": COPIED},
    ),
    "triggers-of-partitions": Kind(
        # Found by the net with PostgreSQL 13, where a partition's triggers count as internal.
        "CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p DEFAULT;"
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.v := 'spoiled'; RETURN NEW; END$$;"
        "INSERT INTO p SELECT n, 'v' FROM generate_series(1, 9) n;"
        "CREATE TRIGGER a BEFORE INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION spoil();"
        "ALTER TABLE p ENABLE ALWAYS TRIGGER a;",
        "DELETE FROM p WHERE id = 3;",
        methods={"public.p1": "restore"},
        ways={"public.p1": COPIED},
    ),
    "values-that-are-not-read-back": Kind(
        # Found by the net: the binary form of an empty tsquery is refused by the server itself.
        "CREATE DOMAIN asked AS tsquery;"
        "CREATE TABLE t (id int PRIMARY KEY, q tsquery, many tsquery[], d asked);"
        "INSERT INTO t VALUES (1, '', ARRAY[''::tsquery, 'a'], ''), (2, 'a & !b', NULL, NULL);",
        "UPDATE t SET q = '' WHERE id = 2",
        methods={"public.t": "restore"},
        ways={"public.t": COPIED},
    ),
    "values-that-name-objects": Kind(
        # Objects of the same name have other numbers on the two sides.
        "CREATE DOMAIN named AS regclass; CREATE TABLE filler (); DROP TABLE filler;"
        "CREATE TYPE pair AS (c regclass, n int); CREATE DOMAIN paired AS pair;"
        "CREATE TABLE t (id int PRIMARY KEY, many regclass[], one named, ones named[],"
        " two paired, twos paired[], why regproc[]);"
        "INSERT INTO t VALUES (1, '{t,alembic_version}', 't', '{t}', '(t,1)',"
        " ARRAY['(t,1)']::paired[], '{now}')",
        "INSERT INTO t VALUES (2, '{alembic_version}', 'alembic_version')",
        methods={"public.t": "restore"},
        ways={"public.t": COPIED},
    ),
    "key-that-includes-a-column": Kind(
        "CREATE TABLE t (id int, name text, ts tsvector, PRIMARY KEY (id) INCLUDE (name));"
        "CREATE TABLE d (id int, name varchar(9), PRIMARY KEY (id) INCLUDE (name));"
        "INSERT INTO t SELECT n, CASE WHEN n % 3 > 0 THEN 'n' END, 'a'"
        " FROM generate_series(1, 30) n;"
        "INSERT INTO d SELECT n, CASE WHEN n % 3 > 0 THEN 'n' END FROM generate_series(1, 30) n;",
        "UPDATE t SET ts = 'b' WHERE id < 9; UPDATE d SET name = NULL WHERE id < 5;",
        methods={"public.t": "restore", "public.d": "dms"},
        ways={"public.t": COPIED},
    ),
    "foreign-tables-that-inherit": Kind(
        # ANALYZE of the parent would ask the foreign server.
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a');"
        "CREATE FOREIGN TABLE f () INHERITS (t) SERVER s;",
        "INSERT INTO t VALUES (2, 'b')",
        methods={"public.t": "restore"},
        ways={"public.t": COPIED},
    ),
    "identity-keys": Kind(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text, ts tsvector);"
        "CREATE TABLE b (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text);"
        "INSERT INTO t (v, ts) SELECT 'v', 'a' FROM generate_series(1, 30);"
        "INSERT INTO b (v) SELECT 'v' FROM generate_series(1, 30);"
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.ts := 'a'; RETURN NEW; END$$;"
        "CREATE TRIGGER a BEFORE INSERT OR UPDATE OF v ON t"
        " FOR EACH ROW EXECUTE FUNCTION fill();",
        "INSERT INTO t (v) VALUES ('new'); INSERT INTO b (v) VALUES ('new');"
        "UPDATE t SET v = 'x' WHERE id = 4;",
        methods={"public.t": "restore", "public.b": "dms"},
        ways={"public.t": COPIED},
    ),
    "identity-of-partitioned-tables": Kind(
        # From 17 on a partition has its parent's identity; before, none.
        "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5), r int,"
        " PRIMARY KEY (id, r)) PARTITION BY RANGE (r);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE p2 PARTITION OF p DEFAULT;"
        "INSERT INTO p (r) SELECT n FROM generate_series(1, 20) n;",
        "INSERT INTO p (r) VALUES (99)",
        ways={"public.p1": COPIED, "public.p2": COPIED},
    ),
    "checks-that-old-rows-break": Kind(
        "CREATE TABLE t (id int PRIMARY KEY, n int, ts tsvector);"
        "CREATE TABLE d (id int PRIMARY KEY, n int);"
        "INSERT INTO t SELECT n, n FROM generate_series(1, 30) n;"
        "INSERT INTO d SELECT n, n FROM generate_series(1, 30) n;"
        "ALTER TABLE t ADD CONSTRAINT few CHECK (n < 10) NOT VALID;"
        "ALTER TABLE d ADD CONSTRAINT few CHECK (n < 10) NOT VALID;"
        "CREATE DOMAIN small AS int; CREATE TABLE o (id int PRIMARY KEY, s small);"
        "INSERT INTO o SELECT n, n FROM generate_series(1, 30) n;"
        "ALTER DOMAIN small ADD CONSTRAINT little CHECK (VALUE < 10) NOT VALID;"
        # Found by the net: the comment on a constraint of a table whose name holds a space.
        'CREATE TABLE "sp ace" (id int PRIMARY KEY, n int); INSERT INTO "sp ace" VALUES (1, 30);'
        'ALTER TABLE "sp ace" ADD CONSTRAINT "a few" CHECK (n < 10) NOT VALID;'
        """COMMENT ON CONSTRAINT "a few" ON "sp ace" IS 'about old rows';"""
        "COMMENT ON CONSTRAINT few ON t IS 'about old rows';"
        # Found by the net: what inherits it later has it proved.
        "CREATE TABLE kin (PRIMARY KEY (id)) INHERITS (t); INSERT INTO kin VALUES (200, 3, 'k');",
        "INSERT INTO t VALUES (100, 1); UPDATE d SET n = 2 WHERE id = 20;"
        "UPDATE o SET s = 3 WHERE id = 30",
        methods={"public.t": "restore", "public.d": "dms"},
        ways={"public.t": COPIED},
    ),
    "foreign-keys-that-old-rows-break": Kind(
        "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 9);"
        "CREATE TABLE c (id int PRIMARY KEY, p int);"
        "INSERT INTO c SELECT n, n FROM generate_series(1, 30) n;"
        "ALTER TABLE c ADD CONSTRAINT loose FOREIGN KEY (p) REFERENCES p NOT VALID;",
        "INSERT INTO c VALUES (100, 5)",
    ),
    "invalid-unique-index": Kind(
        "CREATE TABLE t (id int PRIMARY KEY, n int, ts tsvector);"
        "INSERT INTO t SELECT n, n / 2 FROM generate_series(1, 3000) n;"
        "CREATE INDEX fine ON t (n);"
        "UPDATE pg_index SET indisunique = true, indisvalid = false, indimmediate = true"
        " WHERE indexrelid = (SELECT oid FROM pg_class WHERE relname = 'fine');"
        "CREATE INDEX other ON t (n) WHERE n > 5; COMMENT ON INDEX other IS 'kept';"
        "CREATE INDEX expression ON t ((n + 1));"
        "ALTER INDEX expression ALTER COLUMN 1 SET STATISTICS 77;",
        "INSERT INTO t VALUES (5000, 50000)",
        methods={"public.t": "restore"},
    ),
    "ids-at-the-maximum": Kind(
        "CREATE TABLE a (id smallint PRIMARY KEY, t text);"
        "CREATE TABLE b (id int PRIMARY KEY, t text);"
        "CREATE TABLE c (id bigint PRIMARY KEY, t text);"
        "INSERT INTO a SELECT 32767 - n, 't' FROM generate_series(0, 300) n;"
        "INSERT INTO b SELECT 2147483647 - n, 't' FROM generate_series(0, 300) n;"
        "INSERT INTO c SELECT 9223372036854775807 - n, 't' FROM generate_series(0, 300) n;"
        "INSERT INTO c VALUES (-9223372036854775808, 'least'); ANALYZE;",
        "UPDATE a SET t = 'u' WHERE id = 32767; UPDATE b SET t = 'u' WHERE id = 2147483647;"
        "UPDATE c SET t = 'u' WHERE id = 9223372036854775807;",
        pieces=True,
    ),
    "keys-whose-text-order-is-not-theirs": Kind(
        "CREATE DOMAIN code AS int; CREATE TYPE mood AS ENUM ('zz', 'mm', 'aa');"
        "CREATE TABLE a (id numeric PRIMARY KEY, ts tsvector);"
        "CREATE TABLE b (id float8 PRIMARY KEY, ts tsvector);"
        "CREATE TABLE c (id code PRIMARY KEY, ts tsvector);"
        "CREATE TABLE d (id text PRIMARY KEY, ts tsvector);"
        "CREATE TABLE e (id date PRIMARY KEY, ts tsvector);"
        "CREATE TABLE f (id int[] PRIMARY KEY, ts tsvector);"
        "CREATE TABLE g (id interval PRIMARY KEY, ts tsvector);"
        "CREATE TABLE h (id money PRIMARY KEY, ts tsvector);"
        "CREATE TABLE i (id mood, n int, ts tsvector, PRIMARY KEY (id, n));"
        "CREATE TABLE j (id char(5) PRIMARY KEY, ts tsvector);"
        "INSERT INTO a SELECT n - 100, 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO b SELECT n - 100.5, 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO c SELECT n - 100, 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO d SELECT chr(60 + n % 60) || n, 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO e SELECT date '0990-01-01' + n * 200, 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO f SELECT ARRAY[n, -n], 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO g SELECT n * interval '7 hours', 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO h SELECT n::money, 'a' FROM generate_series(1, 300) n;"
        "INSERT INTO i SELECT (ARRAY['zz', 'mm', 'aa'])[n % 3 + 1]::mood, n, 'a'"
        " FROM generate_series(1, 300) n;"
        "INSERT INTO j SELECT n, 'a' FROM generate_series(1, 300) n; ANALYZE;",
        "".join(
            f"UPDATE {name} SET ts = 'b' WHERE hashtext(id::text) % 5 = 0;"
            f" DELETE FROM {name} WHERE hashtext(id::text) % 7 = 0;"
            for name in "abcdefghij"
        ),
        methods={f"public.{name}": "restore" for name in "abcdefghij"},
        pieces=True,
    ),
    "equal-keys-that-are-not-the-same": Kind(
        "CREATE TABLE a (id numeric PRIMARY KEY, ts tsvector);"
        "CREATE TABLE b (id float8 PRIMARY KEY, ts tsvector);"
        "CREATE TABLE c (id interval PRIMARY KEY, ts tsvector);"
        "INSERT INTO a VALUES (1.0), (2), ('NaN'); INSERT INTO b VALUES (0), (1), ('Infinity');"
        "INSERT INTO c VALUES ('1 day'), ('1 month');",
        "UPDATE a SET id = 1.00 WHERE id = 1; UPDATE b SET id = '-0' WHERE id = 0;"
        "UPDATE c SET id = '24 hours' WHERE id = '1 day';",
        ways={"public.a": COPIED, "public.b": COPIED, "public.c": COPIED},
    ),
    "deferrable-keys": Kind(
        "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, v text);"
        "CREATE TABLE u (id int PRIMARY KEY, v int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 30) n;"
        "INSERT INTO u SELECT n, n FROM generate_series(1, 30) n;",
        "UPDATE t SET v = 'x' WHERE id = 3; UPDATE t SET id = id + 1; UPDATE u SET v = 31 - v;",
        methods={"public.t": "restore", "public.u": "dms"},
        ways={"public.t": COPIED},
    ),
    "values-that-move-between-ranges": Kind(
        "CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE, ts tsvector);"
        "INSERT INTO t SELECT n, 'u' || n, 'a' FROM generate_series(1, 900) n; ANALYZE;",
        "UPDATE t SET u = 'swap' WHERE id = 1; UPDATE t SET u = 'u1' WHERE id = 900;"
        "UPDATE t SET u = 'u900' WHERE id = 1; UPDATE t SET u = 'gone' WHERE id = 800;"
        "UPDATE t SET u = 'u800' WHERE id = 2;",
        methods={"public.t": "restore"},
        pieces=True,
    ),
    "tables-without-columns": Kind(
        "CREATE TABLE nothing (); INSERT INTO nothing SELECT FROM generate_series(1, 7);"
        "CREATE TABLE computed (g int GENERATED ALWAYS AS (1) STORED);"
        "INSERT INTO computed SELECT FROM generate_series(1, 7);"
        "CREATE TABLE keyless (v text); INSERT INTO keyless VALUES ('a'), ('a'), (NULL);",
        "INSERT INTO nothing SELECT; INSERT INTO keyless VALUES ('a'); INSERT INTO computed SELECT",
        methods={f"public.{name}": "restore" for name in ("nothing", "computed", "keyless")},
        ways={f"public.{name}": ALWAYS_COPIED for name in ("nothing", "computed", "keyless")},
    ),
    "names-that-are-wildcards": Kind(
        'CREATE TABLE "100%" (id int PRIMARY KEY); INSERT INTO "100%" VALUES (1);'
        'CREATE TABLE "a[b]" (id int PRIMARY KEY); INSERT INTO "a[b]" VALUES (1);'
        'CREATE SCHEMA "s%"; CREATE TABLE "s%".t (id int PRIMARY KEY);'
        'INSERT INTO "s%".t VALUES (1); CREATE TABLE a_b (id int PRIMARY KEY);'
        """CREATE TABLE "a.b ""c'" (id int PRIMARY KEY, "x y.z" text);"""
        """INSERT INTO "a.b ""c'" VALUES (1, 'x');""",
        'INSERT INTO "100%" VALUES (2); INSERT INTO "a[b]" VALUES (2); INSERT INTO a_b VALUES (2);',
        methods={
            **dict.fromkeys(("public.100%", "public.a[b]", "s%.t"), "restore"),
            "public.a_b": "dms",
        },
    ),
    "columns-that-are-called-as-ours": Kind(
        "CREATE TABLE a (gone int PRIMARY KEY, ts tsvector);"
        "INSERT INTO a VALUES (1, 'a'), (2, '');"
        "CREATE TABLE b (row_hash int, added text, ts tsvector, PRIMARY KEY (row_hash, added));"
        "INSERT INTO b VALUES (1, 'x', 'a'), (2, 'y', 'b');"
        "CREATE TABLE c (t int, s int, d text, source_hash int, ts tsvector,"
        " PRIMARY KEY (t, s, source_hash)); INSERT INTO c VALUES (1, 2, 'd', 3, 'a');",
        "UPDATE a SET ts = 'c' WHERE gone = 1; DELETE FROM a WHERE gone = 2;"
        "INSERT INTO b VALUES (3, 'z', ''); UPDATE c SET t = 7, d = 'e';",
        ways={"public.a": COPIED, "public.b": COPIED, "public.c": COPIED},
    ),
    "keys-that-only-their-own-operators-compare": Kind(
        # As an extension brings them: ltree, hstore, vector.
        "CREATE TYPE own; CREATE FUNCTION own_in(cstring) RETURNS own IMMUTABLE STRICT"
        " LANGUAGE internal AS 'int4in'; CREATE FUNCTION own_out(own) RETURNS cstring IMMUTABLE"
        " STRICT LANGUAGE internal AS 'int4out'; CREATE TYPE own (INPUT = own_in,"
        " OUTPUT = own_out, LIKE = int4);"
        + "".join(
            f"CREATE FUNCTION own_{name}(own, own) RETURNS boolean IMMUTABLE STRICT"
            f" LANGUAGE internal AS 'int4{name}'; CREATE OPERATOR {sign} (LEFTARG = own,"
            f" RIGHTARG = own, FUNCTION = own_{name});"
            for name, sign in {"lt": "<", "le": "<=", "eq": "=", "ge": ">=", "gt": ">"}.items()
        )
        + "CREATE FUNCTION own_cmp(own, own) RETURNS int IMMUTABLE STRICT LANGUAGE internal"
        " AS 'btint4cmp'; CREATE OPERATOR CLASS own_ops DEFAULT FOR TYPE own USING btree AS"
        " OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,"
        " FUNCTION 1 own_cmp(own, own);"
        "CREATE TABLE t (id own PRIMARY KEY, v text);"
        "INSERT INTO t SELECT n::text::own, repeat('v', 99) FROM generate_series(1, 400) n;"
        "CREATE TABLE r (id int PRIMARY KEY, t own REFERENCES t); INSERT INTO r VALUES (1, '7');"
        "ANALYZE",
        "UPDATE t SET v = 'w' WHERE id = '3'; DELETE FROM t WHERE id = '9'",
        methods={"public.t": "restore", "public.r": "restore"},
        ways={"public.t": ALWAYS_COPIED},
        pieces=True,
    ),
    "tables-that-read-alike": Kind(
        'CREATE SCHEMA a; CREATE SCHEMA "a.b"; CREATE TABLE a."b.c" (id int PRIMARY KEY);'
        'CREATE TABLE "a.b".c (id int PRIMARY KEY);',
        refused="source.names",
    ),
    "schemas-that-read-as-a-heading-of-the-dump": Kind(
        'CREATE SCHEMA "s; Type: ACL; Schema: x";'
        'CREATE TABLE "s; Type: ACL; Schema: x".t (id int PRIMARY KEY);'
        'CREATE TABLE "t; Type: ACL; Schema: x; Owner: y" (id int PRIMARY KEY);',
        refused="source.names",
    ),
    "functions-that-the-search-path-finds": Kind(
        "CREATE FUNCTION called(n int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT n > 0';"
        "CREATE FUNCTION calling(n int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS"
        " 'BEGIN RETURN called(n); END';"
        "CREATE TABLE t (id int PRIMARY KEY CHECK (calling(id)), ts tsvector);"
        "INSERT INTO t VALUES (1, 'a');",
        refused="source.search_path",
    ),
    "functions-that-read-the-time-zone": Kind(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone TO Japan', current_database());"
        " END $$; CREATE FUNCTION day(at timestamptz) RETURNS date IMMUTABLE LANGUAGE sql AS"
        " 'SELECT at::date'; CREATE TABLE t (id int PRIMARY KEY, at timestamptz, ts tsvector);"
        "CREATE INDEX ON t (day(at)); INSERT INTO t VALUES (1, '2020-01-01 23:00+00');",
        refused="source.search_path",
    ),
    **{
        f"texts-that-a-setting-prints-otherwise-{type_}": Kind(
            # PostgreSQL itself calls them IMMUTABLE.
            f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', current_database());"
            f" END $$; CREATE TABLE t (id int PRIMARY KEY, v {type_}, ts tsvector);"
            f"{made}; INSERT INTO t (id, v) VALUES (1, {value});",
            refused="source.search_path",
        )
        for type_, setting, value, made in (
            (
                *("interval", "intervalstyle TO iso_8601", "'1 day'"),
                "CREATE FUNCTION said(i interval) RETURNS text IMMUTABLE LANGUAGE sql AS"
                " 'SELECT i::text'; CREATE INDEX ON t (said(v))",
            ),
            (
                *("float8", "extra_float_digits TO 0", "0.1::float8 + 0.2"),
                "CREATE UNIQUE INDEX ON t (id) WHERE length(v::text) > 3",
            ),
            (
                *("bytea", "bytea_output TO escape", "'a'"),
                "ALTER TABLE t ADD made text GENERATED ALWAYS AS (v::text) STORED",
            ),
        )
    },
    "texts-that-no-setting-prints-otherwise": Kind(
        "CREATE TABLE t (id int PRIMARY KEY, x float8, b bytea, ts tsvector);"
        "CREATE INDEX ON t ((x::text), (b::text));"
        "INSERT INTO t VALUES (1, 0.1::float8 + 0.2, 'a')",
        methods={"public.t": "restore"},
    ),
    "functions-that-bring-their-time-zone": Kind(
        # Found by the net: by bytea_output the very same bytes print otherwise.
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone TO Japan', current_database());"
        " EXECUTE format('ALTER DATABASE %I SET bytea_output TO escape', current_database());"
        " END $$; CREATE FUNCTION day(at timestamptz) RETURNS date IMMUTABLE LANGUAGE sql"
        " SET timezone = 'Japan' AS 'SELECT at::date';"
        "CREATE TABLE t (id int PRIMARY KEY, at timestamptz, ts tsvector,"
        " d date GENERATED ALWAYS AS (day(at)) STORED);"
        "CREATE INDEX ON t (day(at)); INSERT INTO t VALUES (1, '2020-01-01 23:00+00');",
        "INSERT INTO t VALUES (2, '2020-01-02 23:00+00');",
        methods={"public.t": "restore"},
    ),
    "functions-that-bring-their-search-path": Kind(
        "CREATE FUNCTION called(n int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT n > 0';"
        "CREATE FUNCTION calling(n int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql"
        " SET search_path = public AS 'BEGIN RETURN called(n); END';"
        "CREATE DOMAIN positive AS int CHECK (calling(VALUE));"
        "CREATE TABLE t (id int PRIMARY KEY CHECK (calling(id)), p positive, ts tsvector,"
        " g boolean GENERATED ALWAYS AS (calling(id)) STORED);"
        "CREATE INDEX ON t (calling(id)); INSERT INTO t VALUES (1, 1, 'a');"
        "CREATE TABLE d (id int PRIMARY KEY CHECK (calling(id))); INSERT INTO d VALUES (1)",
        "INSERT INTO t VALUES (2, 2, 'b'); INSERT INTO d VALUES (2)",
        methods={"public.t": "restore", "public.d": "dms"},
    ),
    "hash-partitions-by-an-enumeration": Kind(
        "CREATE TYPE mood AS ENUM ('zz', 'mm', 'aa'); CREATE DOMAIN moods AS mood[];"
        "CREATE TABLE p (m moods, n int) PARTITION BY HASH (n, m);"
        "CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);",
        refused="databases.hash_partitions",
    ),
    "settings-by-which-a-time-prints-otherwise": Kind(
        # Found by the net from PostgreSQL 13: when counters were reset, as two sessions print it.
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \"DateStyle\" TO German',"
        " current_database()); EXECUTE format('ALTER DATABASE %I SET timezone TO Japan',"
        " current_database()); END $$; SELECT pg_stat_reset();"
        "CREATE TABLE t (id int PRIMARY KEY, at timestamptz DEFAULT '2020-01-02 03:04', d date);"
        "INSERT INTO t (id, d) VALUES (1, '2020-01-02');",
        "INSERT INTO t (id, d) VALUES (2, '2020-03-04')",
        methods={"public.t": "dms"},
    ),
    "settings-that-sessions-begin-with": Kind(
        "DO $$ DECLARE s text; BEGIN FOREACH s IN ARRAY ARRAY["
        "'default_transaction_isolation TO serializable', 'default_transaction_deferrable TO on',"
        "'quote_all_identifiers TO on', 'array_nulls TO off', 'statement_timeout TO 700',"
        "'lock_timeout TO 50'] LOOP"
        " EXECUTE format('ALTER DATABASE %I SET %s', current_database(), s); END LOOP; END $$;"
        "CREATE TYPE mood AS ENUM ('zz', 'aa');"
        "CREATE TABLE t (id int PRIMARY KEY CHECK (id > 0), m mood[], ts tsvector);"
        "INSERT INTO t VALUES (1, ARRAY['zz', NULL]::mood[], 'a');"
        "CREATE TABLE d (id int PRIMARY KEY REFERENCES t); INSERT INTO d VALUES (1);",
        "INSERT INTO t VALUES (2, ARRAY[NULL]::mood[], 'b'); INSERT INTO d VALUES (2)",
        methods={"public.t": "restore", "public.d": "dms"},
    ),
    "settings-by-which-a-dump-is-spelt-otherwise": Kind(
        "SET escape_string_warning = off;"
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings TO off',"
        " current_database()); END $$;"
        r"CREATE TABLE t (id int PRIMARY KEY, v text DEFAULT E'a\\b', m money DEFAULT 12.5,"
        r" CHECK (v <> E'\\')); COMMENT ON TABLE t IS E'back\\slash'; INSERT INTO t VALUES (1)",
        r"INSERT INTO t VALUES (2, E'c\\d')",
    ),
    "partitions-made-in-several-ways": Kind(
        "CREATE TYPE row AS (id int, v text, ts tsvector);"
        "CREATE TABLE typed OF row (PRIMARY KEY (id)); INSERT INTO typed VALUES (1, 'a', 'b');"
        "CREATE TABLE p (id int, r text COLLATE \"C\", v text DEFAULT 'p') PARTITION BY RANGE (r);"
        "CREATE TABLE p1 (v text DEFAULT 'other', junk int, r text COLLATE \"C\", id int);"
        "ALTER TABLE p1 DROP junk;"
        "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('a') TO ('m');"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('m') TO ('z') PARTITION BY LIST (id);"
        "CREATE TABLE p21 PARTITION OF p2 FOR VALUES IN (1, 2);"
        "CREATE TABLE p22 PARTITION OF p2 DEFAULT;"
        "INSERT INTO p VALUES (1, 'b'), (1, 'n'), (7, 'n');",
        "INSERT INTO p VALUES (2, 'c'), (2, 'o'); UPDATE typed SET v = 'z';"
        "UPDATE p SET r = 'q' WHERE r = 'b'",
        methods=dict.fromkeys(("public.typed", "public.p1", "public.p21", "public.p22"), "restore"),
    ),
    "sequences-that-a-default-computes-with": Kind(
        # Found by the net: 1000 - nextval() is no place of the sequence.
        "CREATE SEQUENCE a; CREATE SEQUENCE b; CREATE SEQUENCE c; CREATE SEQUENCE d;"
        "CREATE DOMAIN code AS int;"
        "CREATE TABLE t (id int PRIMARY KEY DEFAULT 1000 - nextval('a'),"
        " two bigint DEFAULT nextval('b') * 100, own int, many code DEFAULT nextval('d'));"
        "ALTER SEQUENCE a OWNED BY t.id; ALTER SEQUENCE c OWNED BY t.own;"
        "INSERT INTO t SELECT n, 100 * n, n, n FROM generate_series(1, 30) n;"
        "ALTER SEQUENCE b RESTART WITH 31;"
        # Found by the net: owned, while the column draws from another.
        "CREATE SEQUENCE spare START 4; ALTER SEQUENCE spare OWNED BY t.many;"
        # Its name is quoted in a default.
        r"""CREATE SEQUENCE "e\f's"; CREATE TABLE u (id int PRIMARY KEY DEFAULT """
        r"""nextval('"e\f''s"')); INSERT INTO u VALUES (40);""",
        "SELECT nextval('a'); INSERT INTO t (id) VALUES (77)",
    ),
    "keyless-rows-that-the-target-refuses": Kind(
        "CREATE TABLE t (id int, v text); INSERT INTO t VALUES (1, 'a'), (1, 'b');"
        "CREATE INDEX fine ON t (id); UPDATE pg_index SET indisunique = true, indimmediate = true"
        " WHERE indexrelid = 'fine'::regclass",
        early="could not create unique index",
    ),
    "values-that-dms-alters": Kind(
        "CREATE TABLE a (id int PRIMARY KEY, n numeric(9, 2)); INSERT INTO a VALUES (1, 'NaN');"
        "CREATE TABLE b (id int PRIMARY KEY, t timestamptz); INSERT INTO b VALUES (1, 'infinity');"
        "CREATE TABLE c (id int PRIMARY KEY, d date); INSERT INTO c VALUES (1, '-infinity');"
        "CREATE TABLE d (id int PRIMARY KEY, f float8); INSERT INTO d VALUES (1, 'NaN');"
        "CREATE TABLE e (id int PRIMARY KEY, n numeric(9, 2)[]); INSERT INTO e VALUES (1, '{NaN}');"
        "CREATE DOMAIN price AS numeric(9, 2); CREATE TABLE f (id int PRIMARY KEY, p price);"
        "INSERT INTO f VALUES (1, 'NaN');"
        "CREATE TABLE g (id int PRIMARY KEY, n numeric(9, 2), t timestamptz, d date, f float4);"
        "INSERT INTO g VALUES (1, 2, now(), '2020-01-01', 3.5), (2, NULL, NULL, NULL, NULL);",
        "UPDATE a SET n = 1 WHERE id = 2; INSERT INTO g VALUES (3, 1)",
        methods={
            **{f"public.{name}": "restore" for name in "abcdf"},
            **{f"public.{name}": "dms" for name in "eg"},
        },
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_carried_exactly_or_refused(
    name: str, laboratory: Laboratory, source: Callable[[str], DatabaseAddress]
) -> None:
    kind = KINDS[name]
    old = source(kind.schema)
    size = 16_000 if kind.pieces else None
    carriage = laboratory.carriage(old, piece_bytes=size, early_bytes=1 if kind.pieces else None)
    if kind.early:
        with pytest.raises(Exception, match=kind.early):
            carriage.carry(lambda: pytest.fail("the write pause begins"))
        return
    try:
        carriage.carry(lambda: execute(old, kind.changes))
    except Refused as refused:
        assert list(refused.reasons) == [kind.refused], refused  # noqa: PT017
        return
    assert not kind.refused
    methods = {table.qualified_name: table.method for table in carriage.plan.tables}
    assert {name: methods[name] for name in kind.methods} == kind.methods
    assert {name: carriage.ways[name] for name in kind.ways} == kind.ways
    judge(laboratory, carriage)
