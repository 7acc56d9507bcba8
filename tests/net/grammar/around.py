"""What stands around a table: indexes, constraints, triggers, rules, policies, views."""

# ruff: noqa: S608 - statements are what is generated here
from __future__ import annotations

from tests.net.grammar.source import Table, quoted

Options = list[list[str]]


def of_table(number: int, table: Table) -> Options:
    name = table.name
    spoiling = (
        f"CREATE TRIGGER on_rows BEFORE INSERT OR UPDATE ON {name}"
        " FOR EACH ROW EXECUTE FUNCTION spoil()"
    )
    return [
        [f"CREATE VIEW view_{number} AS SELECT * FROM {name}"],
        [f"CREATE MATERIALIZED VIEW kept_{number} AS SELECT count(*) FROM {name}"],
        [f"CREATE MATERIALIZED VIEW kept_{number} AS SELECT 1 AS one WITH NO DATA"],
        [
            f"CREATE VIEW view_{number} AS SELECT 1 AS one",
            f"CREATE RULE written AS ON INSERT TO view_{number} DO INSTEAD NOTHING",
        ],
        [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY p ON {name} USING (length({name}::text) % 3 > 0)",
        ],
        [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        ],
        [f"COMMENT ON TABLE {name} IS 'about it'"],
        [f"ALTER TABLE {name} REPLICA IDENTITY FULL"],
        [f"ALTER TABLE {name} REPLICA IDENTITY NOTHING"],
        [
            f"CREATE RULE kept AS ON DELETE TO {name} DO INSTEAD NOTHING",
            f"ALTER TABLE {name} ENABLE REPLICA RULE kept",
        ],
        [spoiling],
        *(
            [spoiling, f"ALTER TABLE {name} {state} TRIGGER on_rows"]
            for state in ("ENABLE ALWAYS", "ENABLE REPLICA", "DISABLE")
        ),
        [
            f"CREATE TABLE refer_{number} (id integer PRIMARY KEY, to_it integer, ts tsvector)",
            f"INSERT INTO refer_{number} SELECT n, n FROM generate_series(1, 9) n",
            f"ALTER TABLE refer_{number} ADD CONSTRAINT refers FOREIGN KEY (to_it)"
            f" REFERENCES {name} DEFERRABLE NOT VALID",
        ],
        [
            f"CREATE TABLE refer_{number} (id integer PRIMARY KEY, to_it integer)",
            f"ALTER TABLE refer_{number} ADD CONSTRAINT refers FOREIGN KEY (to_it)"
            f" REFERENCES {name} ON DELETE CASCADE",
            f"INSERT INTO refer_{number} SELECT n, n FROM generate_series(1, 3) n",
        ],
        [f"ALTER TABLE {name} ADD gone integer", f"ALTER TABLE {name} DROP gone"],
    ]


def of_column(number: int, table: Table, column: str, version: int) -> Options:
    name, q = table.name, quoted(column)
    options = [
        [f"CREATE INDEX ON {name} ({q})"],
        [
            f"CREATE INDEX desc_{number} ON {name} ({q} DESC NULLS LAST) WHERE {q} IS NOT NULL",
            f"COMMENT ON INDEX desc_{number} IS 'kept'",
        ],
        [f"CREATE INDEX expr_{number} ON {name} (({q}::text))"],
        [f"CREATE INDEX ON {name} USING gin ({q})"],
        [f"CREATE INDEX ON {name} USING brin ({q})"],
        [f"CREATE UNIQUE INDEX ON {name} ({q})"],
        [f"CREATE UNIQUE INDEX once_{number} ON {name} (coalesce({q}::text, 'none'))"],
        [f"ALTER TABLE {name} ADD CONSTRAINT one_{number} UNIQUE ({q}) DEFERRABLE"],
        [f"ALTER TABLE {name} ADD EXCLUDE USING gist ({q} WITH &&)"],
        [f"ALTER TABLE {name} ADD EXCLUDE USING btree ({q} WITH =)"],
        [
            f"ALTER TABLE {name} ADD CONSTRAINT check_{number}"
            f" CHECK (hashtext({q}::text) % 2 = 0) NOT VALID",
            f"COMMENT ON CONSTRAINT check_{number} ON {name} IS 'not all keep it'",
        ],
        [f"ALTER TABLE {name} ADD CONSTRAINT check_{number} CHECK ({q} IS NOT NULL)"],
        [f"ALTER TABLE {name} ALTER {q} SET STATISTICS 55"],
        [f"ALTER TABLE {name} ALTER {q} SET STORAGE EXTERNAL"],
        [f"CREATE STATISTICS ON {q}, tableoid FROM {name}"],
        [f"ALTER TABLE {name} CLUSTER ON desc_{number}"],
    ]
    if version >= 15:
        options += [[f"CREATE UNIQUE INDEX ON {name} ({q}) NULLS NOT DISTINCT"]]
    if version >= 18:
        check = f"ALTER TABLE {name} ADD CONSTRAINT check_{number} CHECK ({q} IS NULL) NOT ENFORCED"
        options += [
            [check],
            [f"ALTER TABLE {name} ADD CONSTRAINT full_{number} NOT NULL {q} NOT VALID"],
            [
                f"CREATE TABLE booked_{number} (id int4range, during daterange,"
                " PRIMARY KEY (id, during WITHOUT OVERLAPS))",
                f"INSERT INTO booked_{number} VALUES ('[1,2)', '[2020-01-01,2020-02-01)')",
            ],
        ]
    return options
