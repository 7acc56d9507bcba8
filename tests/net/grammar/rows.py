"""Rows, and what becomes of them between the early copies and the freeze."""

# ruff: noqa: S608 - statements are what is generated here
from __future__ import annotations

from hypothesis import strategies as st

from tests.net.grammar.source import Table, quoted


def fill(draw: st.DrawFn, statements: list[str], table: Table, more: int) -> None:
    """Rows with keys of their own; their other values turn through the types' lists."""
    if not more:
        return
    columns = [quoted(name) for name, _ in table.key]
    values = [f"({type_.key})" for _, type_ in table.key]
    for place, (name, type_, not_null) in enumerate(table.columns):
        chosen = list(type_.values)
        if not not_null:
            chosen.append("NULL")
        typed = [f"({value})::{type_.sql.split(' COLLATE')[0]}" for value in chosen]
        columns.append(quoted(name))
        turn = draw(st.integers(1, 5)) * (place + 1)
        values.append(_choice(typed, f"(n::integer * {turn}) % {len(chosen)}"))
    first, last = table.rows + 1, table.rows + more
    table.rows = last
    if not columns:
        statements.append(f"INSERT INTO {table.name} SELECT FROM generate_series({first}, {last})")
        return
    statements.append(
        f"INSERT INTO {table.name} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(values)} FROM generate_series({first}::bigint, {last}) n"
    )


def _choice(values: list[str], place: str) -> str:
    """One of several values by a number; a CASE, since arrays of arrays are something else."""
    cases = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    return f"CASE {place} {cases} END"


def change(draw: st.DrawFn, changes: list[str], table: Table) -> None:
    """Rows inserted, updated, deleted; keys that move; values that change places."""
    fill(draw, changes, table, draw(st.integers(0, 8)))
    every = f"(hashtext(t::text) & 7) = {draw(st.integers(0, 7))}"
    if draw(st.booleans()) and table.columns:
        name, type_, not_null = draw(st.sampled_from(table.columns))
        value = draw(st.sampled_from((*type_.values, *(() if not_null else ("NULL",)))))
        changes.append(f"UPDATE {table.name} t SET {quoted(name)} = {value} WHERE {every}")
    if draw(st.booleans()):
        changes.append(f"DELETE FROM {table.name} t WHERE {every}")
    if draw(st.booleans()) and table.key:
        name, type_ = table.key[0]
        moved = type_.key.replace("n", str(table.rows + 70)) if type_.key == "n" else ""
        if moved:
            changes.append(
                f"UPDATE {table.name} SET {name} = {moved}"
                f" WHERE {name} = (SELECT min({name}) FROM {table.name})"
            )
