"""A range of a table's primary key: the unit in which large tables are carried and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redash_migration.errors import InvalidInput

if TYPE_CHECKING:
    from psycopg import sql

    from redash_migration.database.tables.shape import TableShape


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys from `lower` (included) up to `upper` (excluded), as texts; None is open."""

    lower: tuple[str, ...] | None = None
    upper: tuple[str, ...] | None = None

    @property
    def whole(self) -> bool:
        """Whether it leaves no row out."""
        return self.lower is None and self.upper is None

    def condition(self, shape: TableShape) -> sql.Composable:
        """SQL that is true for the rows of the range; columns are qualified with t."""
        from psycopg import sql  # planning needs ranges, but no database

        terms: list[sql.Composable] = []
        for bound, comparison in ((self.lower, sql.SQL(">=")), (self.upper, sql.SQL("<"))):
            if bound is None:
                continue
            if len(bound) != len(shape.key) or not bound:
                raise InvalidInput(
                    f"lower/upper: {len(bound)} values for the {len(shape.key)} key columns of "
                    f"{shape.qualified_name}; plan the copies again"
                )
            left = sql.SQL(", ").join(
                sql.Identifier("t", column.name) for column in shape.key_columns
            )
            right = sql.SQL(", ").join(
                sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(column.type))
                for value, column in zip(bound, shape.key_columns, strict=True)
            )
            terms.append(sql.SQL("({}) {} ({})").format(left, comparison, right))
        return sql.SQL(" AND ").join(terms) if terms else sql.SQL("true")

    def to_json(self) -> dict[str, Any]:
        """Bounds as lists of texts; null for an open end."""
        return {
            "lower": None if self.lower is None else list(self.lower),
            "upper": None if self.upper is None else list(self.upper),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> KeyRange:
        """Raises InvalidInput when a bound is neither null nor a list of texts."""
        return cls(_bound(value, "lower"), _bound(value, "upper"))


@dataclass(frozen=True, slots=True)
class KeyRanges:
    """Several ranges that don't overlap; none at all holds no row."""

    ranges: tuple[KeyRange, ...]

    def condition(self, shape: TableShape) -> sql.Composable:
        """SQL that is true for the rows of any of the ranges."""
        from psycopg import sql

        if not self.ranges:
            return sql.SQL("false")
        each = [sql.SQL("({})").format(part.condition(shape)) for part in self.ranges]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(each))


def _bound(value: Mapping[str, Any], field: str) -> tuple[str, ...] | None:
    bound = value.get(field)
    if bound is None:
        return None
    if not isinstance(bound, Sequence) or isinstance(bound, str):
        raise InvalidInput(f"{field}: null or a list of texts is required")
    return tuple(str(part) for part in bound)
