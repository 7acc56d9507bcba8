"""Hundreds of data sources: what the old host says of them has to fit into a command's output."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from docs_generator.host_document import programs_in_redash
from redash_migration.host.answer import OUTPUT_LIMIT
from redash_migration.traffic.proof.answers import Proof, proof
from redash_migration.traffic.proof.judging import judge

PROVER = programs_in_redash(Path(__file__).parents[3])["prover"]


def said(state: str, why: str, capsys: pytest.CaptureFixture[str]) -> Proof:
    prover: dict[str, Any] = {"__name__": "prover"}
    exec(PROVER, prover)  # noqa: S102 - as in the container
    for number in range(1, 301):
        who = str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) if state == "answers" else ""
        prover["of_source"](number, ("pg", "mysql", "athena")[number % 3], state, why, who)
    prover["sources_said"]()
    prover["say"]("end")
    lines = capsys.readouterr().out
    assert len(lines) < OUTPUT_LIMIT * 0.75, (
        "queues, settings and the smoke test's answers come too"
    )
    assert max(map(len, lines.split("\n"))) < 4000
    return proof(lines.split("\n"))


def test_all_of_them_are_told_and_some_named(capsys: pytest.CaptureFixture[str]) -> None:
    old = said("answers", "", capsys)
    assert sorted(old.sources) == list(range(1, 301))
    assert old.sources[7]["type"] == "mysql"
    assert old.sources[7]["who"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "7"))
    new = said("fails", "no answer in time", capsys)
    [check] = [one for one in judge(new, old, []) if one.id == "proof.data_sources"]
    assert check.status == "WARN"
    assert check.detail.startswith("data source 1 (mysql): fails, no answer in time; from the old")
    assert check.detail.endswith("; and 280 more")
