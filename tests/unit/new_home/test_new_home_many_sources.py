"""Hundreds of data sources: what the old host says of them has to fit into a command's output."""

from __future__ import annotations

import uuid

import pytest

from redash_migration.host.answer import OUTPUT_LIMIT
from redash_migration.traffic.proof import prover
from redash_migration.traffic.proof.answers import Proof, proof
from redash_migration.traffic.proof.judging import judge


def said(state: str, why: str, capsys: pytest.CaptureFixture[str], monkeypatch: object) -> Proof:
    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setattr(prover, "SOURCES", {})
    for number in range(1, 301):
        who = str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) if state == "answers" else ""
        prover.of_source(number, ("pg", "mysql", "athena")[number % 3], state, why, who)
    prover.sources_said()
    prover.say("end")
    lines = capsys.readouterr().out
    assert len(lines) < OUTPUT_LIMIT * 0.75, (
        "queues, settings and the smoke test's answers come too"
    )
    assert max(map(len, lines.split("\n"))) < 4000
    return proof(lines.split("\n"))


def test_all_of_them_are_told_and_some_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = said("answers", "", capsys, monkeypatch)
    assert sorted(old.sources) == list(range(1, 301))
    assert old.sources[7]["type"] == "mysql"
    assert old.sources[7]["who"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "7"))
    new = said("fails", "no answer in time", capsys, monkeypatch)
    [check] = [one for one in judge(new, old, None) if one.id == "proof.data_sources"]
    assert check.status == "WARN"
    assert check.detail.startswith("data source 1 (mysql): fails, no answer in time; from the old")
    assert check.detail.endswith("; and 280 more")
