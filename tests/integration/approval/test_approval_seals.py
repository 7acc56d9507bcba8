"""What was written into the record past the page and Slack counts for nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from redash_migration.adapters import clients
from redash_migration.approval.assembly import desk
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, PURPOSES, Purpose
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.gate.seal import decided_to_go_back, demand, demand_approval
from redash_migration.approval.links import stored_keys
from redash_migration.approval.links.stored_keys import keys
from redash_migration.clock import stamp
from redash_migration.errors import NotApproved
from redash_migration.record import Record
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, Stage

Staging = Callable[..., Stage]


def _written(stage: Stage, purpose: Purpose = CUTOVER, **values: Any) -> None:
    """By whoever may write the table."""
    stage.record.table.update(MIGRATION, f"GATE#{purpose.state}", values=values)


def _answers(gate: Gate, *answers: Answer) -> str:
    return json.dumps([one.to_json() for one in (*gate.answers.values(), *answers)])


def test_the_pause_begins_on_a_sealed_approval_and_on_no_other(stage: Stage) -> None:
    with pytest.raises(NotApproved, match="nobody has approved"):
        demand_approval(stage.record, keys())
    stage.ask()
    with pytest.raises(NotApproved, match="nobody has approved"):
        demand_approval(stage.record, keys())
    stage.answer(stage.link(), "approve")
    demand_approval(stage.record, keys())


@pytest.mark.parametrize(
    "forged",
    [
        {"state": "RESUMED", "decision": "approve", "actor": HANA, "seal": ""},
        {"state": "DECIDED", "decision": "approve", "actor": HANA, "seal": "k1.AAAA"},
    ],
)
def test_an_approval_that_was_written_past_the_page_opens_nothing(
    stage: Stage, forged: dict[str, str]
) -> None:
    stage.ask()
    stage.record.table.update(MIGRATION, "GATE#RequestApproval", values=forged)
    with pytest.raises(NotApproved, match="its seal is wrong"):
        demand_approval(stage.record, keys())


def test_a_decision_that_was_made_before_a_redrive_counts_where_it_is_put_back(
    stage: Stage,
) -> None:
    """People made it, for this very question; that it was asked anew stands in the record alone."""
    stage.ask()
    stage.answer(stage.link(), "approve")
    made = dict(stage.table.items[MIGRATION, "GATE#RequestApproval"])
    _written(stage, state="CLOSED", decision="")
    stage.ask()
    with pytest.raises(NotApproved):
        demand_approval(stage.record, keys())
    stage.table.items[MIGRATION, "GATE#RequestApproval"] = made
    demand_approval(stage.record, keys())


@pytest.mark.parametrize("purpose", [CUTOVER, CONFIRM])
def test_a_decision_of_another_migration_or_question_counts_for_nothing(
    stage: Stage, purpose: Purpose
) -> None:
    """Whole seal and all, as it once stood there."""
    if purpose is CONFIRM:
        stage.switch()
    stage.ask(purpose)
    stage.answer(stage.link(), purpose.agree)
    made = stage.table.items[MIGRATION, f"GATE#{purpose.state}"]
    other = Record(stage.table, "redash-20270101-000000")
    for one in PURPOSES:
        place = (other.migration_id, f"GATE#{one.state}")
        stage.table.items[place] = {**made, "pk": place[0], "sk": place[1]}
        for decision in one.decisions:
            with pytest.raises(NotApproved):
                demand(other, keys(), one, decision)
    demand(stage.record, keys(), purpose, purpose.agree)


@pytest.mark.parametrize("field", ["evidence_hash", "actor", "decided_at"])
def test_a_sealed_approval_can_not_be_altered(stage: Stage, field: str) -> None:
    stage.ask()
    stage.answer(stage.link(), "approve")
    stage.record.table.update(MIGRATION, "GATE#RequestApproval", values={field: "other"})
    with pytest.raises(NotApproved, match="its seal is wrong"):
        demand_approval(stage.record, keys())


@pytest.mark.parametrize("seal", ["", "k1.AAAA"])
def test_the_first_of_two_approvers_can_not_be_written_there(staging: Staging, seal: str) -> None:
    stage = staging(REQUIRED_APPROVALS="2")
    gate = stage.ask()
    evidence = desk(stage.record).evidence(gate).hash
    forged = Answer(KEN, "approve", "", evidence, gate.opened_at.isoformat(), "page", seal=seal)
    _written(stage, answers=_answers(gate, forged))
    assert "1 of 2 have approved" in stage.answer(stage.link(HANA), "approve")["body"]
    stage.follow_up()
    assert stage.states.sent == []


def test_an_answer_can_not_be_taken_over_by_another_name(staging: Staging) -> None:
    stage = staging(REQUIRED_APPROVALS="2")
    stage.ask()
    stage.answer(stage.link(HANA), "approve")
    gate = stage.gate()
    assert gate is not None
    (given,) = gate.answers.values()
    _written(stage, answers=_answers(gate, replace(given, actor=KEN)))
    stage.follow_up()
    assert "1 of 2 have approved" in stage.call("GET", stage.link(HANA))["body"]
    assert stage.states.sent == []


def test_no_time_to_begin_can_be_written_there(stage: Stage) -> None:
    gate = stage.ask()
    evidence = desk(stage.record).evidence(gate).hash
    at = gate.opened_at.isoformat()
    forged = Answer(HANA, "approve", "", evidence, at, "page", begin_at=at)
    _written(stage, answers=_answers(gate, forged))
    stage.at(5)
    stage.follow_up()
    assert stage.states.sent == []


@pytest.mark.parametrize(
    "terms",
    [
        {"required": 1},
        {"allow_self": True},
        {"requested_by": "nobody@example.com"},
        {"approvers": json.dumps([["0123456789ab", "thief@example.com"]])},
        {"open_until": "2031-01-01T00:00:00.000000Z"},
        {"terms_seal": ""},
    ],
)
def test_a_question_with_other_terms_is_nobody_s(staging: Staging, terms: dict[str, Any]) -> None:
    stage = staging(REQUIRED_APPROVALS="2")
    stage.ask()
    link, fields = stage.link(HANA), stage.form(stage.link(HANA))
    _written(stage, **terms)
    given = {**fields, "decision": "approve", "name": MIGRATION, "reason": ""}
    assert stage.call("POST", link, given)["statusCode"] == 503
    stage.follow_up()
    assert stage.states.sent == []
    assert any("NotApproved" in problem for problem in stage.problems)


def test_links_lead_to_the_stack_s_own_page_whatever_a_question_says(stage: Stage) -> None:
    """Who follows a link gives it to the page that it leads to."""
    stage.ask()
    _written(stage, base_url="https://thief.example", language="xx")
    stage.at(31)
    stage.follow_up()
    reminded = [mail for mail in stage.mails if "thief" in mail["text"]]
    assert (reminded, stage.problems) == ([], [])
    assert len(stage.mails) == 4


@pytest.mark.parametrize("decision", CONFIRM.decisions)
def test_the_second_question_s_answer_is_sealed_too(stage: Stage, decision: str) -> None:
    stage.switch()
    stage.ask(CONFIRM)
    _written(stage, CONFIRM, state="DECIDED", decision=decision, actor=HANA, seal="k1.AAAA")
    stage.follow_up()
    assert stage.states.sent == []
    with pytest.raises(NotApproved, match="its seal is wrong"):
        demand(stage.record, keys(), CONFIRM, decision)
    assert not decided_to_go_back(stage.record, keys)


@pytest.mark.parametrize("purpose", [CUTOVER, CONFIRM])
@pytest.mark.parametrize("forged", [{"required": 0}, {"opened_at": 5}, {"state": "x"}])
def test_a_question_that_was_forged_is_asked_anew(
    stage: Stage, purpose: Purpose, forged: dict[str, Any]
) -> None:
    """By the execution that asks next; its old links lead nowhere, the new ones decide."""
    stage.switch()
    first = stage.ask(purpose)
    old = stage.link()
    _written(stage, purpose, **forged)
    second = stage.ask(purpose)
    assert first.gate_id != second.gate_id
    assert stage.call("GET", old)["statusCode"] == 404
    stage.answer(stage.link(), purpose.agree)
    demand(stage.record, keys(), purpose, purpose.agree)


def test_a_forged_first_question_keeps_the_second_from_nothing(stage: Stage) -> None:
    stage.ask()
    stage.answer(stage.link(), "approve")
    stage.switch()
    stage.ask(CONFIRM)
    _written(stage, required=0)
    stage.at(61)
    stage.follow_up()
    assert [result["decision"] for _, result in stage.states.sent] == ["approve", "expire"]
    assert any("NotApproved" in problem for problem in stage.problems)


def test_nobody_is_told_of_an_expiry_before_its_time(stage: Stage) -> None:
    stage.ask()
    _written(stage, state="DECIDED", decision="expire", decided_at=stamp(stage.now))
    stage.at(5)
    stage.follow_up()
    assert stage.states.sent == []


def test_who_keeps_the_new_side_does_so_and_nothing_else(stage: Stage) -> None:
    stage.switch()
    stage.ask(CONFIRM)
    stage.answer(stage.link(), "keep")
    demand(stage.record, keys(), CONFIRM, "keep")
    assert not decided_to_go_back(stage.record, keys)
    with pytest.raises(NotApproved, match="nobody has decided to return"):
        demand(stage.record, keys(), CONFIRM, "return")


def test_whoever_looks_changes_nothing(stage: Stage) -> None:
    """Mail scanners follow every link: a look leaves neither an entry nor an artifact behind."""
    stage.ask()

    def everything() -> tuple[object, object]:
        items = stage.state_of_record()
        kept = boto3.client("s3").list_objects_v2(Bucket="artifacts")["Contents"]
        return items, [(one["Key"], one["ETag"], one["LastModified"]) for one in kept]

    before = everything()
    for link in (stage.link(HANA), stage.link(KEN)):
        for text in (link, f"{link}?still", f"{link}?language=ja", f"{link}x"):
            stage.call("GET", text)
    assert everything() == before


def test_a_seal_of_a_key_that_was_rotated_a_moment_ago_is_whole(stage: Stage) -> None:
    """The page may know the new key, and the function of the write pause still the old one."""
    before = keys()
    clients.client("secretsmanager").put_secret_value(
        SecretId=os.environ["LINK_SIGNING_SECRET_ARN"], SecretString="fedcba9876543210" * 3
    )
    stored_keys._keys.cache_clear()
    after = keys()
    assert after.current != before.current
    signature = after.signature("purpose", "message")
    assert before.accepts("purpose", "message", after.current, signature)
    assert not before.accepts("purpose", "another", after.current, signature)
    assert not before.accepts("purpose", "message", "nobody's", signature)


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 200), ("AccessDenied", 503)])
def test_keys_that_can_not_be_read_again_go_on_while_the_service_is_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    """A minute of throttling keeps nobody from deciding; a right taken away counts at once."""
    stage.ask()
    link = stage.link()
    later = time.monotonic() + stored_keys.KEYS_LIFE_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)

    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": code}}, "GetSecretValue")

    monkeypatch.setattr(stored_keys, "_read", refuse)
    assert stage.call("GET", link)["statusCode"] == status
