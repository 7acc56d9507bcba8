"""The rules of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import (
    Finding,
    NewSide,
    WayHome,
)
from redash_migration.approval.gate.people import (
    approvers,
    plain_address,
    same_person,
    slack_approvers,
)
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.gate.rules import (
    Problem,
    Proposal,
    clean,
    decides,
    offered,
    problems,
)
from redash_migration.approval.messages.chat_messages import request_blocks, section
from redash_migration.approval.messages.mails import request_mail
from redash_migration.approval.texts import Texts
from redash_migration.clock import moment
from redash_migration.errors import InvalidInput
from tests.evidence import clear_evidence

NAME = "redash-20261123-013005"
OPENED = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NOW = OPENED + timedelta(minutes=10)
GATE = Gate(
    migration_id=NAME,
    gate_id="g" * 22,
    purpose=CUTOVER,
    state="OPEN",
    version=1,
    opened_at=OPENED,
    expires_at=OPENED + timedelta(hours=1),
    approvers=approvers(["hana@example.com", "ken@example.com"]),
    required=1,
    requested_by="starter@example.com",
    allow_self=False,
    language="en",
    evidence_hash="",
    answers={},
)
CLEAR = clear_evidence(CUTOVER, NAME)
WARNED = replace(CLEAR, findings=(Finding("x", "WARN"),))
FAILED = replace(CLEAR, findings=(Finding("x", "UNKNOWN"),))
HANA = Proposal("hana@example.com", "approve", "", CLEAR.hash, "page", NAME)


@pytest.mark.parametrize(
    ("gate", "evidence", "proposal", "expected"),
    [
        (GATE, CLEAR, HANA, []),
        (GATE, CLEAR, replace(HANA, name=f"  {NAME.upper()}\n"), []),
        (GATE, CLEAR, replace(HANA, name="ｒｅｄａｓｈ－２０２６１１２３－０１３００５"), []),
        (GATE, CLEAR, replace(HANA, name=""), ["name_missing"]),
        (GATE, CLEAR, replace(HANA, name="redash"), ["name_wrong"]),
        (GATE, CLEAR, replace(HANA, name=NAME + "x"), ["name_wrong"]),
        (GATE, CLEAR, replace(HANA, decision=""), ["decision_missing"]),
        (GATE, CLEAR, replace(HANA, decision="keep"), ["decision_missing"]),
        (GATE, CLEAR, replace(HANA, decision="expire"), ["decision_missing"]),
        (GATE, CLEAR, replace(HANA, decision="reject"), ["reason_missing"]),
        (GATE, CLEAR, replace(HANA, decision="reject", reason=" \u200b "), ["reason_missing"]),
        (GATE, CLEAR, replace(HANA, decision="reject", reason="no"), []),
        (GATE, CLEAR, replace(HANA, reason="x" * 1001), ["reason_too_long"]),
        (GATE, WARNED, HANA, ["reason_missing"]),
        (GATE, WARNED, replace(HANA, reason="seen"), []),
        (GATE, FAILED, replace(HANA, reason="seen"), ["blocked"]),
        (GATE, FAILED, replace(HANA, decision="reject", reason="seen"), []),
        (GATE, CLEAR, replace(HANA, actor="starter@example.com"), ["starter"]),
        (
            GATE,
            CLEAR,
            replace(HANA, actor="starter@example.com", decision="reject", reason="no"),
            [],
        ),
        (replace(GATE, allow_self=True), CLEAR, replace(HANA, actor="starter@example.com"), []),
        (GATE, CLEAR, replace(HANA, actor="slack:U1", name=None), ["person_unknown"]),
        (
            replace(GATE, requested_by=""),
            CLEAR,
            replace(HANA, actor="slack:U1", name=None),
            [],
        ),
        (
            replace(GATE, requested_by="", required=2),
            CLEAR,
            replace(HANA, actor="slack:U1", name=None),
            ["person_unknown"],
        ),
        (replace(GATE, purpose=CONFIRM), FAILED, replace(HANA, decision="keep", reason="x"), []),
        (
            replace(GATE, purpose=CONFIRM),
            CLEAR,
            replace(HANA, decision="go_back"),
            ["reason_missing"],
        ),
        (replace(GATE, purpose=CONFIRM), CLEAR, HANA, ["decision_missing"]),
    ],
)
def test_what_an_answer_needs(
    gate: Gate, evidence: Evidence, proposal: Proposal, expected: list[Problem]
) -> None:
    assert problems(gate, evidence, proposal, NOW) == expected


@pytest.mark.parametrize(
    ("begin_at", "expected"),
    [
        (None, []),
        ("invalid", ["begin_invalid"]),
        (NOW, ["begin_passed"]),
        (NOW + timedelta(minutes=1), []),
        (GATE.expires_at - timedelta(minutes=5), []),
        (GATE.expires_at - timedelta(minutes=4), ["begin_late"]),
    ],
)
def test_a_planned_beginning_lies_within_the_question_s_time(
    begin_at: Any, expected: list[Problem]
) -> None:
    assert problems(GATE, CLEAR, replace(HANA, begin_at=begin_at), NOW) == expected


def _answer(actor: str, decision: str = "approve", evidence: str = "h") -> Answer:
    return Answer(actor, decision, "", evidence, "2026-11-23T01:40:00.000000Z", "page")


class TestTwoPeople:
    gate = replace(GATE, required=2)

    def test_one_is_not_enough(self) -> None:
        assert not decides(self.gate, _answer("hana@example.com"), NOW)

    def test_two_are(self) -> None:
        gate = replace(self.gate, answers={"hana@example.com": _answer("hana@example.com")})
        assert decides(gate, _answer("ken@example.com"), NOW)

    def test_the_same_person_twice_is_not(self) -> None:
        gate = replace(self.gate, answers={"hana@example.com": _answer("hana@example.com")})
        assert not decides(gate, _answer("Hana@Example.com"), NOW)

    def test_an_approval_of_older_facts_does_not_count(self) -> None:
        old = _answer("hana@example.com", evidence="old")
        gate = replace(self.gate, answers={"hana@example.com": old})
        assert not decides(gate, _answer("ken@example.com"), NOW)

    def test_enough_people_for_later_decide_when_the_later_of_their_times_comes(self) -> None:
        at_two, at_four = (
            replace(_answer(actor), begin_at=f"2026-11-23T0{hour}:00:00.000000Z")
            for actor, hour in (("hana@example.com", 2), ("ken@example.com", 4))
        )
        gate = replace(self.gate, answers={at_four.actor: at_four})
        assert not decides(gate, at_two, NOW)
        assert not decides(gate, at_two, moment("2026-11-23T03:59:00Z"))
        assert decides(gate, at_two, moment("2026-11-23T04:00:00Z"))
        assert not decides(self.gate, at_two, moment("2026-11-23T05:00:00Z"))

    def test_one_refusal_ends_it(self) -> None:
        assert decides(self.gate, _answer("ken@example.com", "reject"), NOW)


@pytest.mark.parametrize(
    ("requested_by", "actor", "same"),
    [
        ("hana@example.com", "Hana@example.com", True),
        ("arn:aws:sts::1:assumed-role/Admin/hana@example.com", "hana@example.com", True),
        ("arn:aws:iam::1:user/hana", "hana@example.com", True),
        ("hana", "hana@example.com", True),
        ("U123ABC", "slack:U123ABC", True),
        ("hana@example.com", "hana@other.example", False),
        ("ken", "hana@example.com", False),
        ("hana+ops@example.com", "hana@example.com", True),
        ("hana@example.com", "hana+ops@example.com", True),
        ("ｈａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "hana@example.com", True),
        ("Hana Example <hana@example.com>", "hana@example.com", True),
        ("Hana Example", "hana.example@example.com", True),
        ("HANA_EXAMPLE", "hana-example@example.com", True),
        ("arn:aws:sts::1:assumed-role/Admin/botocore-session-1", "hana@example.com", False),
        ("h\u0430na@example.com", "hana@example.com", True),
        ("hana@ex\u0430mple.com", "hana@example.com", True),
        ("\u041d\u0430na Example", "hana.example@example.com", True),
        ("hána@example.com", "hana@example.com", True),
        ("ha\u0301na@example.com", "hana@example.com", True),
        ("ha\u00adna@example.com", "hana@example.com", True),
        ("hana@example.com.", "hana@example.com", True),
        ("hana.@example.com", "hana@example.com", True),
        ("h.a.n.a@example.com", "hana@example.com", True),
        ('"hana"@example.com', "hana@example.com", True),
        ("hana(ops)@example.com", "hana@example.com", True),
        ("mailto:hana@example.com", "hana@example.com", True),
        ("花@example.com", "hana@example.com", False),
        ("花子@example.com", "花@example.com", False),
        ("hana@example.org", "hana@example.com", False),
        ("", "hana@example.com", False),
        ("a", "hana@example.com", False),
    ],
)
def test_who_is_the_same_person(requested_by: str, actor: str, same: bool) -> None:
    assert same_person(requested_by, actor) is same


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("hana@example.com", "hana@example.com"),
        (" Ｈana@Example.com ", "hana@example.com"),
        ("Hana <hana@example.com>", None),
        ("hana@example.com, ken@example.com", None),
        *(
            (odd, None)
            for odd in ("h\u0430na@example.com", "hana@ex\u0430mple.com", "hána@example.com")
        ),
        *((odd, None) for odd in ("hana@example.com.", "hana.@example.com", ".hana@example.com")),
        *((odd, None) for odd in ("hana(ops)@example.com", "mailto:hana@example.com", "a@-b.com")),
        ("ken.o'neil+ops@mail-1.example.co.jp", "ken.o'neil+ops@mail-1.example.co.jp"),
        ("arn:aws:sts::1:assumed-role/Admin/botocore-session-1", None),
        ("Ken Example", None),
        ("", None),
    ],
)
def test_only_one_plain_address_says_who_it_is(said: str, address: str | None) -> None:
    assert plain_address(said) == address


def test_settings_name_what_is_wrong() -> None:
    with pytest.raises(InvalidInput, match="APPROVERS: 'hana' is not"):
        approvers(["hana"])
    with pytest.raises(InvalidInput, match="SLACK_APPROVERS: 'hana'"):
        slack_approvers(["hana"])
    assert len(approvers(["a@b.example", "A@b.example"])) == 1
    (mapped,) = slack_approvers(["U0123ABCD:hana@example.com"])
    assert mapped.actor == "hana@example.com"


def test_clean_drops_what_nobody_typed() -> None:
    assert clean(" ａb\u202e\u0000c\n") == "abc"


@pytest.mark.parametrize(
    ("possible", "failed", "expected"),
    [
        (True, "", ("keep", "return")),
        (True, "FenceNotHeld", ("keep", "return", "go_back")),
        (False, "", ("keep", "go_back")),
        (None, "", ("keep", "go_back")),
        ("never measured", "", ("keep", "go_back")),
    ],
)
def test_a_return_is_offered_where_everything_is_known_to_come_home(
    possible: Any, failed: str, expected: tuple[str, ...]
) -> None:
    way = None if possible == "never measured" else WayHome(possible, 9.0, {}, failed, "")
    assert offered(replace(GATE, purpose=CONFIRM), replace(CLEAR, way_home=way)) == expected
    assert offered(GATE, replace(CLEAR, way_home=way)) == CUTOVER.decisions


NEW_SIDE = NewSide(
    switched_at="2026-11-23T01:45:00.000000Z",
    smoke=(),
    healthy_targets=1,
    all_targets=1,
    errors=0,
    writes=51,
    write_pause_seconds=31.0,
    as_of="",
)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_whoever_is_asked_again_after_a_failed_return_hears_that_it_failed(language: str) -> None:
    gate, texts = replace(GATE, purpose=CONFIRM), Texts(language)
    failed, untried = (
        replace(CLEAR, new_side=NEW_SIDE, way_home=WayHome(True, 9.0, {}, name, ""))
        for name in ("FenceNotHeld", "")
    )

    def told(evidence: Evidence) -> list[bool]:
        _, blocks = request_blocks(texts, gate, evidence, "https://x.example", buttons=False)
        mail = request_mail(texts, gate, evidence, "https://x.example").text
        return ["FenceNotHeld" in mail, "FenceNotHeld" in str(blocks)]

    assert told(failed) == [True, True]
    assert told(untried) == [False, False]


def test_a_long_paragraph_in_slack_ends_with_a_whole_line_and_says_so() -> None:
    text = section("\n".join(["a &amp; b"] * 500))["text"]["text"]
    assert len(text) <= 3000
    assert text.endswith("\na &amp; b\n…")
    assert section("short")["text"]["text"] == "short"
