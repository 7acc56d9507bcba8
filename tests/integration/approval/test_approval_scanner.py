"""A scanner let loose on every link: it changes nothing and learns nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from redash_migration.adapters import clients
from redash_migration.approval.gate.purposes import CONFIRM
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, Stage

Staging = Callable[..., Stage]

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def _links(stage: Stage) -> list[str]:
    stage.switch()
    stage.ask()
    cutover = [stage.link(HANA), stage.link(KEN)]
    stage.ask(CONFIRM)
    return [*cutover, stage.link(HANA), stage.link(KEN)]


def test_looking_changes_nothing(stage: Stage) -> None:
    links = _links(stage)
    before = stage.state_of_record()
    objects = clients.client("s3").list_objects_v2(Bucket="artifacts")["KeyCount"]
    for link in links:
        for method in ("GET", "HEAD", "OPTIONS", "GET", "PUT", "DELETE", "PATCH", "TRACE"):
            stage.call(method, link)
            stage.call(method, f"{link}?decision=approve&name={MIGRATION}&reason=x")
    assert stage.state_of_record() == before
    assert clients.client("s3").list_objects_v2(Bucket="artifacts")["KeyCount"] == objects
    assert stage.states.sent == []


@pytest.mark.parametrize("decision", ["approve", "reject", "keep", "go_back"])
def test_pressing_every_button_changes_nothing(stage: Stage, decision: str) -> None:
    """A scanner that runs the form with its own fields, but types no name."""
    links = _links(stage)
    before = stage.state_of_record()
    for link in links:
        hidden = stage.form(link)
        for more in ({}, {"name": ""}, {"name": "test", "reason": "test"}):
            page = stage.call("POST", link, {**hidden, "decision": decision, **more})
            assert page["statusCode"] == 422
    assert stage.state_of_record() == before
    assert stage.states.sent == []


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"origin": "https://evil.example"}, None, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, None, 403),
        ({"content-type": "text/plain"}, None, 415),
        ({"content-type": "application/json"}, '{"decision": "approve"}', 415),
        ({}, "reason=" + "x" * 40_000, 413),
        ({"content-type": "application/x-www-form-urlencoded"}, "%%%&&&===", 412),
        ({"content-type": "application/x-www-form-urlencoded"}, "", 412),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(
    stage: Stage, headers: dict[str, str], body: str | None, status: int
) -> None:
    stage.ask()
    link = stage.link()
    fields = {**stage.form(link), "decision": "approve", "name": MIGRATION}
    before = stage.state_of_record()
    if body is None:
        page = stage.call("POST", link, fields, headers)
    else:
        page = stage.call("POST", link, None, headers, body)
    assert page["statusCode"] == status
    assert stage.state_of_record() == before


@pytest.mark.parametrize(
    "change", [{"nonce": ""}, {"nonce": "x"}, {"evidence": ""}, {"evidence": "0" * 64}]
)
def test_a_form_that_was_not_made_here_changes_nothing(
    stage: Stage, change: dict[str, str]
) -> None:
    stage.ask()
    before = stage.state_of_record()
    page = stage.answer(stage.link(), "approve", **change)
    assert page["statusCode"] == 412
    assert stage.state_of_record() == before


def test_the_nonce_of_one_person_is_of_no_use_to_another(stage: Stage) -> None:
    stage.ask()
    stolen = stage.form(stage.link(HANA))
    fields = {**stolen, "decision": "approve", "name": MIGRATION}
    assert stage.call("POST", stage.link(KEN), fields)["statusCode"] == 412


def test_head_and_get_agree_and_head_is_empty(stage: Stage) -> None:
    stage.ask()
    for path in (stage.link(), "/approve/x"):
        get, head = stage.call("GET", path), stage.call("HEAD", path)
        assert head["body"] == ""
        assert (head["statusCode"], head["headers"]) == (get["statusCode"], get["headers"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(stage: Stage, method: str) -> None:
    stage.ask()
    page = stage.call(method, stage.link())
    assert page["statusCode"] == 405
    assert page["headers"]["Allow"] == "GET, HEAD, POST, OPTIONS"


def _pages(stage: Stage) -> dict[str, dict[str, Any]]:
    stage.ask()
    link = stage.link()
    pages = {
        "page": stage.call("GET", link),
        "options": stage.call("OPTIONS", link),
        "refused": stage.answer(link, "approve", name="x"),
        "unknown": stage.call("GET", "/approve/x"),
        "decided": stage.answer(link, "approve"),
        "used": stage.call("GET", link),
    }
    stage.at(61)
    pages["expired"] = stage.call("GET", link)
    return pages


def test_every_answer_has_the_headers(stage: Stage) -> None:
    for name, page in _pages(stage).items():
        assert HEADERS.items() <= page["headers"].items(), name
        policy = page["headers"]["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-"), name
        for rule in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy, name
        assert "unsafe" not in policy
        assert "script" not in policy


def test_the_policy_names_the_style_that_is_sent(stage: Stage) -> None:
    import base64
    import hashlib

    for page in _pages(stage).values():
        for style in re.findall(r"<style>(.*?)</style>", page["body"], re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in page["headers"]["Content-Security-Policy"]
        assert not re.search(r"<script|javascript:|\son\w+=|\sstyle=", page["body"])


def test_trouble_is_a_calm_page(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.ask()
    stage.lose_the_table()
    page = stage.call("GET", stage.link())
    assert page["statusCode"] == 503
    assert "try again in a minute" in page["body"]
    assert "dynamodb" not in page["body"].lower()
    assert page["headers"]["Retry-After"] == "60"


def test_no_link_is_logged(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.ask()
    link = stage.link()
    stage.answer(link, "approve")
    stage.call("GET", link)
    stage.lose_the_table()
    stage.call("GET", link)
    out = "".join(capsys.readouterr())
    assert link.rsplit(".", 1)[1] not in out
    assert "token-Request" not in out
