"""Defect: a rejected definition breaks the next ones in the same process.

The preprocessor keeps the query language of each scope in a list that belongs to the class.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """A list for each definition."""
    from moto.stepfunctions.parser.asl.parse import asl_parser, preprocessor

    original = preprocessor.Preprocessor

    def make(*arguments: Any, **named: Any) -> Any:
        made = original(*arguments, **named)
        made._query_language_per_scope = []
        return made

    replace(asl_parser, "Preprocessor", make)
