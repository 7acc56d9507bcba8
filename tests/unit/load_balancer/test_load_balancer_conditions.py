"""Conditions of listener rules."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.load_balancer.conditions import Asked, all_met

ASKED = Asked(
    source="198.51.100.7",
    method="POST",
    path="/api/queries/12",
    host="redash.example.jp",
    headers={"x-redash-migration": "redash-1", "accept": "text/html"},
    query=[("q", "売上"), ("page", "2")],
)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"Field": "path-pattern", "Values": ["/api/*"]}, True),
        ({"Field": "path-pattern", "PathPatternConfig": {"Values": ["/api/queries/??"]}}, True),
        ({"Field": "path-pattern", "Values": ["/API/*"]}, False),
        ({"Field": "path-pattern", "Values": ["/api"]}, False),
        ({"Field": "host-header", "Values": ["*.EXAMPLE.jp"]}, True),
        ({"Field": "host-header", "Values": ["other.jp", "redash.example.jp"]}, True),
        ({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}}, False),
        (
            {
                "Field": "http-header",
                "HttpHeaderConfig": {
                    "HttpHeaderName": "X-Redash-Migration",
                    "Values": ["redash-1"],
                },
            },
            True,
        ),
        (
            {
                "Field": "http-header",
                "HttpHeaderConfig": {"HttpHeaderName": "X-Absent", "Values": ["*"]},
            },
            False,
        ),
        (
            {
                "Field": "query-string",
                "QueryStringConfig": {"Values": [{"Key": "page", "Value": "?"}]},
            },
            True,
        ),
        (
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "売*"}]}},
            True,
        ),
        (
            {
                "Field": "query-string",
                "QueryStringConfig": {"Values": [{"Key": "q", "Value": "2"}]},
            },
            False,
        ),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["198.51.100.0/24"]}}, True),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}}, False),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["2001:db8::/32"]}}, False),
        ({"Field": "weather", "Values": ["fine"]}, False),
    ],
)
def test_one_condition(condition: dict[str, Any], met: bool) -> None:
    assert all_met([condition], ASKED) is met


def test_all_conditions_must_be_met() -> None:
    path = {"Field": "path-pattern", "Values": ["/api/*"]}
    method = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}}
    assert all_met([path], ASKED)
    assert not all_met([path, method], ASKED)
    assert all_met([], ASKED)


def test_a_pattern_is_no_regular_expression() -> None:
    condition = {"Field": "host-header", "Values": ["redashXexample.jp"]}
    dotted = {"Field": "host-header", "Values": ["redash.example.j."]}
    assert not all_met([condition], ASKED)
    assert not all_met([dotted], ASKED)
