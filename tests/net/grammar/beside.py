"""What lives beside the tables: rights, settings, rows of extensions, large objects, odd bytes."""

from __future__ import annotations

from tests.net.grammar.source import READER, STRANGER, Table

Options = list[list[str]]


def of_table(table: Table) -> Options:
    """Rights on a table and on its columns, and whose it is."""
    column = '"' + table.columns[0][0].replace('"', '""') + '"' if table.columns else "tableoid"
    return [
        [f"GRANT SELECT, UPDATE ON {table.name} TO {READER} WITH GRANT OPTION"],
        [f"GRANT SELECT ({column}) ON {table.name} TO {READER}"],
        [f"GRANT SELECT ON {table.name} TO PUBLIC"],
        [f"ALTER TABLE {table.name} OWNER TO {READER}"],
    ]


def of_database() -> Options:
    """Rights and settings of the database: left behind with their statements."""
    return [
        [f"GRANT USAGE ON SCHEMA other TO {READER}"],
        ["REVOKE EXECUTE ON FUNCTION twice(integer) FROM PUBLIC"],
        [f"GRANT USAGE ON SEQUENCE shared TO {READER}"],
        [f"ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO {READER}"],
        [f"ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO {READER} WITH GRANT OPTION"],
        ["ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"],
        ["REVOKE USAGE ON TYPE mood FROM PUBLIC", f"GRANT USAGE ON TYPE mood TO {READER}"],
        [f"GRANT USAGE ON TYPE price TO {READER}"],
        _of_this_database("SET timezone TO ''Asia/Tokyo''"),
        _of_this_database("SET search_path TO other, public"),
        _of_this_database("SET \"DateStyle\" TO ''German, DMY''"),
        _of_this_database("SET bytea_output TO escape"),
        _of_this_database("SET my.own TO ''it''''s''"),
        [
            f"DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {READER}',"
            " current_database()); END $$"
        ],
        [
            "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC',"
            " current_database()); END $$"
        ],
        ["CREATE PUBLICATION theirs"],
        ["CREATE PUBLICATION whole FOR TABLES IN SCHEMA other WITH (publish = insert)"],
        [
            "CREATE TABLE brought (id integer PRIMARY KEY)",
            "ALTER EXTENSION plpgsql ADD TABLE brought",
        ],
    ]


READ_ALIKE = ('"a.b".c', 'a."b.c"')


def not_carried() -> Options:
    """What has to be refused, whatever the encoding."""
    return [
        ["SELECT lo_from_bytea(0, 'large')"],
        [
            "CREATE FUNCTION found(n integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS"
            " 'SELECT n > 0'",
            "CREATE FUNCTION finding(n integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS"
            " 'BEGIN RETURN found(n); END'",
            "CREATE TABLE sought (id integer PRIMARY KEY CHECK (finding(id)), ts tsvector)",
            "INSERT INTO sought VALUES (1, 'a')",
        ],
        [
            "CREATE TABLE told (tag text)",
            "CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO public.told VALUES (tg_tag); END'",
            "CREATE EVENT TRIGGER telling ON ddl_command_end EXECUTE FUNCTION tell()",
            "ALTER EVENT TRIGGER telling ENABLE ALWAYS",
        ],
        [
            "CREATE TABLE scattered (m mood, n integer) PARTITION BY HASH (m)",
            *(
                f"CREATE TABLE scattered_{part} PARTITION OF scattered"
                f" FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
                for part in range(4)
            ),
            "INSERT INTO scattered SELECT unnest(enum_range(NULL::mood)), 1",
        ],
        [
            "CREATE TABLE parent (id integer PRIMARY KEY)",
            "CREATE TABLE orphan (id integer PRIMARY KEY REFERENCES parent)",
            "ALTER TABLE orphan DISABLE TRIGGER ALL",
            "INSERT INTO orphan VALUES (1)",
        ],
        [
            'CREATE SCHEMA "a.b"',
            "CREATE SCHEMA a",
            *(
                statement
                for table in READ_ALIKE
                for statement in (
                    f"CREATE TABLE {table} (id integer PRIMARY KEY, v text, ts tsvector)",
                    f"INSERT INTO {table} VALUES (1, 'read alike')",  # noqa: S608
                )
            ),
        ],
        [
            "CREATE TABLE kept_from (id integer PRIMARY KEY, v varchar(9))",
            f"CREATE POLICY theirs ON kept_from TO {STRANGER} USING (true)",
        ],
        [
            "CREATE TABLE configured (id integer PRIMARY KEY, v text)",
            "INSERT INTO configured VALUES (1, 'by hand')",
            "ALTER EXTENSION plpgsql ADD TABLE configured",
            # As pg_extension_config_dump() does it, which only an extension's script may call.
            "UPDATE pg_extension SET extconfig = ARRAY['configured'::regclass::oid],"
            " extcondition = ARRAY[''] WHERE extname = 'plpgsql'",
        ],
    ]


def odd_texts(encoding: str) -> Options:
    """Texts that this encoding takes and that can't be carried into UTF8."""
    options: Options = []
    odd = {"SQL_ASCII": r"E'\xe9'", "EUC_JP": r"E'\xf5\xa1'"}.get(encoding)
    if odd:
        options.append(
            [
                "CREATE TABLE odd (id integer PRIMARY KEY, v text)",
                f"INSERT INTO odd VALUES (1, {odd})",  # noqa: S608
            ]
        )
        options += [
            ["CREATE TABLE odd (id integer PRIMARY KEY)", f"COMMENT ON TABLE odd IS {odd}"],
            [
                "CREATE TYPE odds AS RANGE (subtype = text)",
                "CREATE TABLE odd (id integer PRIMARY KEY, v odds)",
                f"INSERT INTO odd VALUES (1, odds({odd}, NULL))",  # noqa: S608
            ],
        ]
    if encoding == "EUC_JP":
        options.append(
            [
                "CREATE TABLE keyed (id integer PRIMARY KEY, v jsonb)",
                """INSERT INTO keyed VALUES (1, '{"亜": 1, "一": 2}')""",
            ]
        )
    return options


def alterations(tables: list[Table], emptied: list[str]) -> Options:
    """Changes of the schema that somebody may make after the preflight."""
    name = tables[0].name
    return [
        ["CREATE TABLE newcomer (id integer PRIMARY KEY)"],
        [f"ALTER TABLE {name} ADD newcomer integer DEFAULT 3"],
        [f"CREATE POLICY newcomer ON {name} USING (true)"],
        [f"COMMENT ON TABLE {name} IS 'of late'"],
        ["ALTER FUNCTION twice(integer) COST 77"],
        ["ALTER TYPE mood ADD VALUE 'newcomer' BEFORE 'zeal'"],
        ["ALTER SEQUENCE shared INCREMENT 9"],
        ["ALTER SEQUENCE shared OWNED BY lean_0.id"],
        ["CREATE VIEW newcomer AS SELECT 1 AS one"],
        [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"],
        ["CREATE CAST (mood AS integer) WITH FUNCTION ranked(mood)"],
        ["SELECT lo_from_bytea(0, 'of late')"],
        *([[f"TRUNCATE {', '.join(emptied)} CASCADE"]] if emptied else []),
    ]


def _of_this_database(setting: str) -> list[str]:
    return [
        f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {setting}', current_database()); END $$"
    ]
