"""Sequences: how they go on, whose columns draw from them, and where they stand."""

from __future__ import annotations

from tests.net.grammar.source import Source, Table
from tests.net.grammar.tables import COUNTED

Options = list[list[str]]


def alone(number: int) -> Options:
    """Sequences that no column draws from."""
    return [
        [
            f"CREATE SEQUENCE seq_{number} AS smallint START 5 INCREMENT -1 MAXVALUE 9000"
            " MINVALUE -9000",
            f"SELECT nextval('seq_{number}')",
        ],
        [f"CREATE SEQUENCE seq_{number} START 7", f"ALTER SEQUENCE seq_{number} RESTART WITH 99"],
        [f"CREATE SEQUENCE seq_{number} MAXVALUE 20 CYCLE", f"SELECT setval('seq_{number}', 20)"],
    ]


def of_column(number: int, table: Table) -> Options:
    """Sequences that the first column of an integer key draws from, in one way or another."""
    if not table.key or table.key[0][1].key not in {"n", "n - 10"}:
        return []
    if table.identity:
        restart = f"ALTER TABLE {table.name} ALTER {table.key[0][0]} RESTART WITH"
        return [[f"{restart} 70000"], [f"{restart} 3"]]
    if table.key[0][1].sql not in COUNTED:
        return []
    place = f"{table.name}.{table.key[0][0]}"
    default = f"ALTER TABLE {table.name} ALTER {table.key[0][0]} SET DEFAULT"
    ways: list[tuple[str, ...]] = [
        (
            "MINVALUE 1 MAXVALUE 2000 CYCLE",
            "{default} nextval('{name}')",
            "SELECT setval('{name}', 5)",
        ),
        ("INCREMENT 2", "{default} nextval('{name}')", "{owned}"),
        ("START 4", "{owned}"),
        ("START 4", "{default} 1000 - nextval('{name}')", "{owned}"),
        (
            "START 4",
            "CREATE FUNCTION next_{name}() RETURNS integer LANGUAGE sql AS"
            " 'SELECT nextval(''{name}'')::integer'",
            "{default} next_{name}()",
        ),
        ("INCREMENT -7 START -1", "{default} nextval('{name}')", "SELECT nextval('{name}')"),
    ]
    options = []
    for way, (options_of_it, *then) in enumerate(ways):
        name = f"drawn_{number}_{way}"
        words = {
            "name": name,
            "default": default,
            "owned": f"ALTER SEQUENCE {name} OWNED BY {place}",
        }
        options.append(
            [f"CREATE SEQUENCE {name} {options_of_it}", *(each.format(**words) for each in then)]
        )
    return options


def later(source: Source) -> Options:
    """What may happen to them before the freeze."""
    names = {
        word
        for statement in source.made
        if statement.startswith("CREATE SEQUENCE ")
        for word in statement.split()[2:3]
    }
    return [
        ["SELECT nextval('shared')"],
        ["SELECT setval('shared', 1000, false)"],
        *([f"SELECT nextval('{name}'), nextval('{name}')"] for name in sorted(names)),
    ]
