"""The HTTP API: payload format 2.0 both ways."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.error
import urllib.request
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import pytest

from rehearsal.cloud import Cloud, Deployment
from rehearsal.cloud.lambdas.function import Answer
from rehearsal.cloud.web.http_api import HttpApi


def ask(
    url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, Message, bytes]:
    """One request: status, headers, body."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=names)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.headers, problem.read()


def test_a_request_reaches_the_function_as_an_event(deployment: Deployment) -> None:
    url = deployment.approval_url + "/page/a%20b/c?x=1&x=2&y=%C3%A4&z="
    status, headers, body = ask(url, Cookie="one=1; two=2", User_Agent="test", X_Custom="v")
    assert status == 200
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert headers["content-type"] == "application/json"
    event = json.loads(body)
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /page/{proxy+}"
    assert event["rawPath"] == "/page/a b/c"
    assert event["rawQueryString"] == "x=1&x=2&y=%C3%A4&z="
    assert event["queryStringParameters"] == {"x": "1,2", "y": "ä", "z": ""}
    assert event["pathParameters"] == {"proxy": "a b/c"}
    assert event["cookies"] == ["one=1", "two=2"]
    assert event["headers"]["x-custom"] == "v"
    assert "cookie" not in event["headers"]
    assert event["requestContext"]["http"] == {
        "method": "GET",
        "path": "/page/a b/c",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "test",
    }
    assert event["isBase64Encoded"] is False
    assert "body" not in event


def test_bodies_are_text_or_base64(deployment: Deployment) -> None:
    url = deployment.approval_url + "/page/x"
    form = "application/x-www-form-urlencoded"
    _, _, body = ask(url, "POST", "name=日本".encode(), Content_Type=form)
    event = json.loads(body)
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]).decode() == "name=日本"
    _, _, body = ask(url, "POST", '{"name": "日本"}'.encode(), Content_Type="application/json")
    event = json.loads(body)
    assert (event["body"], event["isBase64Encoded"]) == ('{"name": "日本"}', False)
    _, _, body = ask(url, "POST", b"\x00\xff", Content_Type="application/octet-stream")
    event = json.loads(body)
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x00\xff"


def test_head_has_no_body(deployment: Deployment) -> None:
    status, headers, body = ask(deployment.approval_url + "/page/x", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0


def test_an_unknown_route_answers_as_api_gateway_does(deployment: Deployment) -> None:
    status, _, body = ask(deployment.approval_url + "/elsewhere")
    assert (status, json.loads(body)) == (404, {"message": "Not Found"})


def test_a_failing_function_shows_nothing(cloud: Cloud, deployment: Deployment) -> None:
    from rehearsal.cloud import Fault

    cloud.invoke_fault = lambda *_: Fault.error("Boom", "secret detail")
    status, _, body = ask(deployment.approval_url + "/page/x")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})
    cloud.invoke_fault = lambda *_: Fault.throttle()
    assert ask(deployment.approval_url + "/page/x")[0] == 429


def test_a_connection_is_kept(deployment: Deployment) -> None:
    connection = http.client.HTTPConnection(urlsplit(deployment.approval_url).netloc, timeout=10)
    for _ in range(2):
        connection.request("GET", "/page/x")
        assert connection.getresponse().read()
    connection.close()


@pytest.mark.parametrize(
    ("given", "status", "body", "kind"),
    [
        ({"statusCode": 201, "body": "made"}, 201, b"made", "text/plain; charset=utf-8"),
        ({"statusCode": "204"}, 204, b"", "text/plain; charset=utf-8"),
        ({"hello": "you"}, 200, b'{"hello": "you"}', "application/json"),
        ("plain", 200, b'"plain"', "application/json"),
        (
            {"statusCode": 200, "body": "AP8=", "isBase64Encoded": True},
            200,
            b"\x00\xff",
            "text/plain; charset=utf-8",
        ),
        (
            {"statusCode": 200, "body": {"not": "text"}},
            500,
            b'{"message": "Internal Server Error"}',
            "application/json",
        ),
    ],
)
def test_answers(given: Any, status: int, body: bytes, kind: str) -> None:
    api = HttpApi("abc", lambda *_: Answer(json.dumps(given).encode()))
    try:
        api.add_route("$default", "arn")
        found = ask(api.url + "/anything")
    finally:
        api.stop()
    assert (found[0], found[2], found[1]["content-type"]) == (status, body, kind)


def test_the_most_specific_route_wins() -> None:
    api = HttpApi("abc", lambda function, _: Answer(json.dumps(function).encode()))
    try:
        routes = {
            "$default": "rest",
            "ANY /{proxy+}": "greedy",
            "GET /a/{id}": "variable",
            "ANY /a/b": "any",
            "GET /a/b": "exact",
        }
        for key, function in routes.items():
            api.add_route(key, function)
        asked = {
            ("GET", "/a/b"): "exact",
            ("POST", "/a/b"): "any",
            ("GET", "/a/c"): "variable",
            ("GET", "/a/c/d"): "greedy",
            ("DELETE", "/"): "rest",
        }
        for (method, path), function in asked.items():
            assert json.loads(ask(api.url + path, method)[2]) == function
    finally:
        api.stop()
