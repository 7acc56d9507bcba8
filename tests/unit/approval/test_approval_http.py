"""Payload format 2.0, and what a browser says about where a form came from."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from redash_migration.approval.page.http import Request, Response


def _event(**more: Any) -> dict[str, Any]:
    return {
        "rawPath": "/approve/x",
        "rawQueryString": "lang=ja&lang=en",
        "headers": {"Host": "page.example", "Content-Type": "text/plain"},
        "requestContext": {
            "domainName": "page.example",
            "stage": "$default",
            "http": {"method": "get"},
        },
        **more,
    }


def test_an_event_is_read() -> None:
    request = Request.from_event(_event())
    assert (request.method, request.path, request.host) == ("GET", "/approve/x", "page.example")
    assert request.headers["content-type"] == "text/plain"
    assert not request.is_form


def test_a_stage_is_taken_off() -> None:
    context = {"stage": "prod", "http": {"method": "GET"}}
    for path, expected in [("/prod/slack", "/slack"), ("/prod", "/"), ("/product", "/product")]:
        assert Request.from_event(_event(rawPath=path, requestContext=context)).path == expected


def test_a_body_may_be_encoded() -> None:
    body = base64.b64encode("name=花&name=2&reason=".encode()).decode()
    request = Request.from_event(_event(body=body, isBase64Encoded=True))
    assert request.form == {"name": "花", "reason": ""}
    broken = Request.from_event(_event(body="!", isBase64Encoded=True))
    assert broken.body == b""


@pytest.mark.parametrize("event", [{}, {"headers": None, "requestContext": None, "body": None}])
def test_a_strange_event_is_an_empty_request(event: dict[str, Any]) -> None:
    assert Request.from_event(event).path == "/"


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null"}, True),
        ({"origin": "https://page.example", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://["}, False),
        ({"origin": "https://[page.example"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "https://page.example.evil.example"}, False),
        ({"sec-fetch-site": "same-site"}, False),
    ],
)
def test_where_a_form_came_from(headers: dict[str, str], own: bool) -> None:
    request = Request.from_event(_event(headers={"host": "page.example", **headers}))
    assert request.from_own_page() is own


def test_head_has_no_body() -> None:
    response = Response(200, "text", {"A": "b"})
    assert response.to_event(with_body=False)["body"] == ""
    assert response.to_event(with_body=True)["body"] == "text"
