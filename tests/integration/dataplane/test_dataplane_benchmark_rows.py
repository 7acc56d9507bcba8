"""The benchmarks' rows are what they are said to be: documents all alike are an easy index."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.servers import Rows, define, fill
from redash_migration.database.session.address import DatabaseAddress

Run = Callable[..., list[tuple[object, ...]]]

_TEXTS = "SELECT count(DISTINCT query), count(DISTINCT search_vector) FROM queries"
_IN_ONE_DOCUMENT = """
SELECT 100 * count(*) FILTER (WHERE ndoc = 1) / count(*)
FROM ts_stat('SELECT search_vector FROM queries') WHERE word LIKE 't.%'
"""


def test_every_query_has_a_text_of_its_own_and_as_many_words_of_its_own_as_asked(
    source_database: DatabaseAddress, run: Run
) -> None:
    define(source_database)
    alone = []
    for own_words in (0, 50):
        run(
            source_database,
            "TRUNCATE query_results, queries, visualizations, events RESTART IDENTITY",
        )
        fill(source_database, Rows(queries=600, results=50, events=10, own_words=own_words))
        assert run(source_database, _TEXTS) == [(600, 600)]
        alone += [percent for (percent,) in run(source_database, _IN_ONE_DOCUMENT)]
    shared, own = alone
    assert isinstance(shared, int)
    assert isinstance(own, int)
    assert shared < 20
    assert own > 60
