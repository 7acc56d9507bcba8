"""Answering on the page: every way in which an answer counts or does not."""

from __future__ import annotations

import io
import json
import re
import runpy
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from redash_migration.approval.assembly import desk
from redash_migration.approval.deciding.finishing import finish
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER
from redash_migration.approval.gate.question import Answer
from redash_migration.record import Check
from redash_migration.record.wait import Outcome
from tests.integration.approval.approval_stage import (
    HANA,
    KEN,
    MIGRATION,
    ROOT,
    STARTER,
    Stage,
    function,
    settle_elsewhere,
)

Staging = Callable[..., Stage]
ROTATED = "fedcba9876543210" * 3


def _events(stage: Stage) -> list[str]:
    return [entry["event"] for entry in stage.record.audit_trail()]


def test_approve(stage: Stage) -> None:
    stage.ask()
    stage.at(5)
    page = stage.answer(stage.link(), "approve")
    assert page["statusCode"] == 200
    assert "Approved" in page["body"]
    ((token, result),) = stage.states.sent
    assert token == "token-RequestApproval-1"
    assert (result["decision"], result["actor"], result["reason"]) == ("approve", HANA, "")
    (decision,) = Gates(stage.record.table).decisions(MIGRATION)
    assert decision["purpose"] == "RequestApproval"
    assert decision["evidence_hash"] == result["evidence_hash"]
    assert decision["decided_at"].startswith("2026-11-23T01:35:05")
    gate = stage.gate()
    assert gate is not None
    assert gate.state == "RESUMED"
    assert _events(stage) == ["approval.requested", "approval.answered", "approval.resumed"]
    assert [step.status for step in stage.record.steps.all()] == ["SUCCEEDED"]


def test_everybody_hears_of_the_decision_once(stage: Stage) -> None:
    stage.ask()
    stage.answer(stage.link(), "reject", "the sales team is closing the month")
    stage.follow_up()
    outcome = stage.mails[2:]
    assert [mail["to"] for mail in outcome] == [HANA, KEN]
    assert all("Reason: the sales team is closing" in mail["text"] for mail in outcome)
    assert all("/approve/" not in mail["text"] for mail in outcome)


@pytest.mark.parametrize(
    ("purpose", "decision"), [(CUTOVER, "reject"), (CONFIRM, "keep"), (CONFIRM, "go_back")]
)
def test_the_other_answers(stage: Stage, purpose: Any, decision: str) -> None:
    stage.switch()
    stage.ask(purpose)
    assert stage.answer(stage.link(), decision, "because")["statusCode"] == 200
    assert [sent["decision"] for _, sent in stage.states.sent] == [decision]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Type the migration&#39;s name."),
        ({"name": "redash"}, "That is not the migration&#39;s name"),
        ({"decision": ""}, "Choose one of the answers."),
        ({"decision": "keep"}, "Choose one of the answers."),
        ({"decision": "reject"}, "Say why, in a few words."),
        ({"reason": "x" * 1001}, "Shorten the reason"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_sent(
    stage: Stage, change: dict[str, str], words: str
) -> None:
    stage.ask()
    fields = {"name": MIGRATION, "decision": "approve", "reason": "", **stage.form(stage.link())}
    before = stage.state_of_record()
    page = stage.call("POST", stage.link(), {**fields, **change})
    assert page["statusCode"] == 422
    assert words in page["body"]
    assert stage.state_of_record() == before
    assert stage.states.sent == []


def test_what_was_typed_comes_back_escaped(stage: Stage) -> None:
    stage.ask()
    page = stage.answer(stage.link(), "approve", '<b>"why"</b>', name="<script>1</script>")
    assert page["statusCode"] == 422
    assert "<script>" not in page["body"]
    assert "&lt;b&gt;&#34;why&#34;&lt;/b&gt;" in page["body"]


def test_a_warning_asks_for_a_reason(stage: Stage) -> None:
    stage.record.checks.put(Check("target.x", "WARN", "<i>odd</i>", "look"))
    stage.ask()
    page = stage.call("GET", stage.link())["body"]
    assert "&lt;i&gt;odd&lt;/i&gt;" in page
    assert stage.answer(stage.link(), "approve")["statusCode"] == 422
    assert stage.answer(stage.link(), "approve", "seen")["statusCode"] == 200


@pytest.mark.parametrize("status", ["FAIL", "UNKNOWN"])
def test_a_failed_or_unanswered_check_keeps_the_gate_closed(stage: Stage, status: str) -> None:
    stage.ask()
    stage.record.checks.put(Check("source.x", status, "no answer"))  # type: ignore[arg-type]
    assert stage.answer(stage.link(), "approve", "never mind")["statusCode"] == 422
    assert stage.answer(stage.link(), "reject", "never mind")["statusCode"] == 200


def test_the_starter_can_refuse_but_not_approve(staging: Staging) -> None:
    stage = staging(APPROVERS=f"{STARTER},{HANA}")
    stage.subscribe(STARTER)
    stage.ask()
    assert stage.answer(stage.link(STARTER), "approve")["statusCode"] == 422
    assert stage.states.sent == []
    assert stage.answer(stage.link(STARTER), "reject", "mistake")["statusCode"] == 200


def test_the_starter_may_where_that_is_allowed(staging: Staging) -> None:
    stage = staging(APPROVERS=STARTER, ALLOW_SELF_APPROVAL="true")
    stage.subscribe(STARTER)
    stage.ask()
    assert stage.answer(stage.link(STARTER), "approve")["statusCode"] == 200


class TestTwoPeople:
    @pytest.fixture
    def stage(self, staging: Staging) -> Stage:
        return staging(REQUIRED_APPROVALS="2")

    def test_both_have_to_approve(self, stage: Stage) -> None:
        stage.ask()
        first = stage.answer(stage.link(HANA), "approve")
        assert first["statusCode"] == 200
        assert "1 of 2 have approved" in first["body"]
        assert stage.states.sent == []
        again = stage.answer(stage.link(HANA), "approve", evidence="x", nonce="x")
        assert again["statusCode"] in {409, 412}
        assert "1 of 2 have approved" in stage.call("GET", stage.link(HANA))["body"]
        assert "1 of 2 so far" in stage.call("GET", stage.link(KEN))["body"]
        assert stage.answer(stage.link(KEN), "approve")["statusCode"] == 200
        assert [sent["actor"] for _, sent in stage.states.sent] == [f"{HANA}, {KEN}"]
        assert len(Gates(stage.record.table).decisions(MIGRATION)) == 2

    def test_one_refusal_ends_it(self, stage: Stage) -> None:
        stage.ask()
        stage.answer(stage.link(HANA), "approve")
        stage.answer(stage.link(KEN), "reject", "no")
        assert [sent["decision"] for _, sent in stage.states.sent] == ["reject"]

    def test_an_approval_of_older_facts_has_to_be_given_again(self, stage: Stage) -> None:
        stage.ask()
        stage.answer(stage.link(HANA), "approve")
        stage.record.checks.put(Check("source.new", "WARN", "something new"))
        assert stage.answer(stage.link(KEN), "approve", "seen")["statusCode"] == 200
        assert stage.states.sent == []
        assert stage.answer(stage.link(HANA), "approve", "seen too")["statusCode"] == 200
        assert [sent["actor"] for _, sent in stage.states.sent] == [f"{KEN}, {HANA}"]

    def test_only_those_who_have_not_answered_are_reminded(self, stage: Stage) -> None:
        stage.ask()
        stage.answer(stage.link(HANA), "approve")
        stage.at(31)
        stage.follow_up()
        assert [mail["to"] for mail in stage.mails[2:]] == [KEN]


class TestStaleEvidence:
    def test_it_is_refused_and_refreshed(self, stage: Stage) -> None:
        stage.ask()
        link = stage.link()
        fields = {**stage.form(link), "decision": "approve", "name": MIGRATION, "reason": "ok"}
        stage.record.checks.put(Check("source.new", "WARN", "something new"))
        before = stage.state_of_record()
        page = stage.call("POST", link, fields)
        assert page["statusCode"] == 412
        assert "The facts have changed" in page["body"]
        assert "something new" in page["body"]
        assert f'value="{MIGRATION}"' in page["body"]
        assert stage.state_of_record() == before
        fresh = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page["body"]))
        assert stage.call("POST", link, {**fields, **fresh})["statusCode"] == 200

    def test_a_ticking_figure_is_not_stale(self, stage: Stage) -> None:
        stage.ask()
        fields = {**stage.form(stage.link()), "decision": "approve", "name": MIGRATION}
        fact = stage.record.fact("replication") or {}
        stage.record.put_fact("replication", {**fact, "latency_seconds": 1.4})
        assert stage.call("POST", stage.link(), fields)["statusCode"] == 200

    def test_a_made_up_hash_does_not_help(self, stage: Stage) -> None:
        stage.ask()
        assert stage.answer(stage.link(), "approve", evidence="0" * 64)["statusCode"] == 412

    def test_an_old_form_is_shown_anew(self, stage: Stage) -> None:
        stage.ask(CONFIRM)
        fields = {**stage.form(stage.link()), "decision": "keep", "name": MIGRATION}
        assert stage.call("POST", stage.link(), {**fields, "nonce": ""})["statusCode"] == 412


class TestOnceOnly:
    def test_a_second_answer_is_told_who_decided(self, stage: Stage) -> None:
        stage.ask()
        fields = {
            **stage.form(stage.link(KEN)),
            "decision": "reject",
            "reason": "late",
            "name": MIGRATION,
        }
        stage.answer(stage.link(HANA), "approve", "looks good")
        for link in (stage.link(KEN), stage.link(HANA)):
            page = stage.call("GET", link)
            assert page["statusCode"] == 200
            assert 'http-equiv="refresh"' in page["body"]
            assert "<form" not in page["body"]
            assert HANA in page["body"]
            assert "looks good" in page["body"]
        assert stage.call("POST", stage.link(KEN), fields)["statusCode"] == 409
        assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]
        assert len(Gates(stage.record.table).decisions(MIGRATION)) == 1

    def test_of_many_at_once_one_decides(self, stage: Stage) -> None:
        stage.ask()
        forms = []
        for person in (HANA, KEN):
            link = stage.link(person)
            base = {**stage.form(link), "name": MIGRATION, "reason": "now"}
            forms += [(link, {**base, "decision": answer}) for answer in ("approve", "reject")] * 3
        with ThreadPoolExecutor(12) as pool:
            pages = list(pool.map(lambda form: stage.call("POST", form[0], form[1]), forms))
        statuses = sorted(page["statusCode"] for page in pages)
        assert statuses == [200] + [409] * 11
        assert len(stage.states.sent) == 1
        assert len(Gates(stage.record.table).decisions(MIGRATION)) == 1


class TestDelivery:
    def test_a_decision_that_could_not_be_sent_is_sent_later(self, stage: Stage) -> None:
        stage.ask()
        stage.states.failure = "InternalError"
        page = stage.answer(stage.link(), "approve")
        assert page["statusCode"] == 200
        assert "could not be told just now" in page["body"]
        assert stage.states.sent == []
        stage.follow_up()
        assert stage.states.sent == []
        stage.states.failure = ""
        stage.follow_up()
        stage.follow_up()
        assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]
        assert _events(stage).count("approval.resumed") == 1

    def test_a_crash_right_after_the_decision_is_healed(self, stage: Stage) -> None:
        gate = stage.ask()
        given = Answer(HANA, "approve", "", "hash", "2026-11-23T01:31:00.000000Z", "page")
        assert desk(stage.record).gates.answer(gate, given, decided=True)
        stage.follow_up()
        assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]
        assert len(stage.mails) == 4

    def test_a_retried_step_hears_of_a_decision_made_meanwhile(self, stage: Stage) -> None:
        gate = stage.ask()
        given = Answer(HANA, "approve", "", "hash", "2026-11-23T01:31:00.000000Z", "page")
        desk(stage.record).gates.answer(gate, given, decided=True)
        stage.ask()
        assert [token for token, _ in stage.states.sent] == ["token-RequestApproval-2"]

    def test_an_answer_that_another_is_just_sending_is_not_sent_twice(self, stage: Stage) -> None:
        """A second sender would hear that the token is closed, and mistake that for the end."""
        gate = stage.ask()
        given = Answer(HANA, "approve", "", "hash", "2026-11-23T01:31:00.000000Z", "page")
        decided = desk(stage.record).gates.answer(gate, given, decided=True)
        wait = stage.record.waits.get(CUTOVER.state)
        assert decided is not None
        assert wait is not None
        stage.record.waits.settle(wait, Outcome.success(decided.result()))
        assert finish(desk(stage.record), decided) == "PENDING"
        assert stage.states.sent == []
        latest = stage.gate()
        assert latest is not None
        assert latest.state == "DECIDED"
        stage.follow_up()
        assert [sent["decision"] for _, sent in stage.states.sent] == ["approve"]
        assert len(stage.mails) == 4

    def test_an_execution_that_is_gone(self, stage: Stage) -> None:
        stage.ask()
        stage.states.known.clear()
        page = stage.answer(stage.link(), "approve")
        assert page["statusCode"] == 410
        assert "no longer waits" in page["body"]
        assert "no longer waits" in stage.call("GET", stage.link())["body"]
        assert len(stage.mails) == 2

    def test_a_wait_that_was_settled_elsewhere(self, stage: Stage) -> None:
        stage.ask()
        settle_elsewhere(stage)
        before = stage.state_of_record()
        page = stage.call("GET", stage.link())
        assert "no longer waits" in page["body"]
        assert "<form" not in page["body"]
        assert stage.state_of_record() == before


class TestBadLinks:
    def test_one_and_the_same_answer_for_every_bad_link(self, stage: Stage) -> None:
        stage.ask()
        link = stage.link()
        parts = link.rsplit("/", 1)[1].split(".")
        other = stage.link(KEN).rsplit("/", 1)[1].split(".")
        bad = [
            "/approve/",
            "/approve/x",
            "/",
            "/favicon.ico",
            link + "x",
            link[:-1],
            # Another person's name, question, gate or time, under this signature.
            "/approve/" + ".".join([*parts[:2], other[2], *parts[3:]]),
            "/approve/" + ".".join([*parts[:3], "k", *parts[4:]]),
            "/approve/" + ".".join([parts[0], "A" * 22, *parts[2:]]),
            "/approve/" + ".".join([*parts[:4], "9999999999", parts[5]]),
        ]
        pages = [stage.call("GET", path) for path in bad]
        assert {page["statusCode"] for page in pages} == {404}
        assert len({page["body"] for page in pages}) == 1
        assert MIGRATION not in pages[0]["body"]

    def test_a_genuine_link_to_nothing(self, stage: Stage) -> None:
        from redash_migration.approval.links.link import Link
        from redash_migration.approval.links.stored_keys import keys

        gate = stage.ask()
        expires = int(gate.expires_at.timestamp())
        for link in (
            Link("A" * 22, gate.approvers[0].key, "RequestApproval", expires),
            Link(gate.gate_id, "0" * 12, "RequestApproval", expires),
            Link(gate.gate_id, gate.approvers[0].key, "ConfirmCutover", expires),
        ):
            assert stage.call("GET", f"/approve/{link.sign(keys())}")["statusCode"] == 404

    def test_expired(self, stage: Stage) -> None:
        stage.ask()
        fields = {**stage.form(stage.link()), "decision": "approve", "name": MIGRATION}
        stage.at(60)
        before = stage.state_of_record()
        shown, sent = stage.call("GET", stage.link()), stage.call("POST", stage.link(), fields)
        assert (shown["statusCode"], sent["statusCode"]) == (200, 410)
        for page in (shown, sent):
            assert "can no longer decide" in page["body"]
            assert "<form" not in page["body"]
        assert stage.state_of_record() == before
        stage.follow_up()
        assert "Nobody answered in time" in stage.call("GET", stage.link())["body"]

    def test_a_rotated_key_keeps_old_links(self, stage: Stage) -> None:
        stage.ask()
        from redash_migration.approval.links import stored_keys
        from redash_migration.approval.settings import link_secret

        secret = link_secret()
        boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=ROTATED)
        stored_keys._keys.cache_clear()
        assert stage.answer(stage.link(), "approve")["statusCode"] == 200


def test_evidence_is_kept_under_the_hash_of_the_decision(stage: Stage) -> None:
    gate = stage.ask()
    stage.record.checks.put(Check("source.new", "WARN", "something new"))
    stage.answer(stage.link(), "approve", "seen")
    from redash_migration import wiring

    (decision,) = Gates(stage.record.table).decisions(MIGRATION)
    name = f"approval/{gate.gate_id}/{decision['evidence_hash']}.json"
    kept = wiring.artifacts(MIGRATION).get_json(name)
    assert kept["hash"] == decision["evidence_hash"] != gate.evidence_hash
    assert kept["findings"][0]["detail"] == "something new"


def test_who_has_been_taken_off_the_list_decides_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ask()
    link = stage.link()
    assert stage.call("GET", link)["statusCode"] == 200
    monkeypatch.setenv("APPROVERS", KEN)
    assert stage.call("GET", link)["statusCode"] == 404
    assert stage.call("POST", link, {"decision": "approve", "name": MIGRATION})["statusCode"] == 404
    assert Gates(stage.record.table).decisions(MIGRATION) == []


def test_a_reason_is_counted_as_it_is_kept(stage: Stage) -> None:
    stage.ask()
    long = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 900
    assert stage.answer(stage.link(), "reject", long)["statusCode"] == 422


def test_the_page_s_function_can_be_called_past_the_gateway(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """With the program of docs/approval.md itself."""
    text = (ROOT / "docs/approval.md").read_text(encoding="utf-8")
    script = tmp_path / "decide.py"
    script.write_text(text.partition("```python\n")[2].partition("```")[0], encoding="utf-8")
    page = function("approval_page")

    class Functions:
        def invoke(self, **given: str) -> dict[str, Any]:
            assert given["FunctionName"] == "page"
            answer = page.handler(json.loads(given["Payload"]), None)
            return {"Payload": io.StringIO(json.dumps(answer))}

    stage.ask()
    real = boto3.client
    with monkeypatch.context() as there:
        there.setattr(boto3, "client", lambda name: Functions() if name == "lambda" else real(name))
        there.setattr(sys, "argv", ["decide.py", "page", stage.link(), MIGRATION, "approve", ""])
        runpy.run_path(str(script))
    assert capsys.readouterr().out.splitlines()[-1].startswith("200 Approved")
    gate = stage.gate()
    assert gate is not None
    assert gate.decision == "approve"
