"""What the proof said, in the new network and in the old server's container."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

OLD_ANSWERS = "old_answers"
"""Fact: what the old home answered to the smoke test's questions, status by check."""

TARGET_FACT = "target_database"
"""Fact: which database the migration fills, as the preflight found it."""

ANSWERING = "answering_sources"
"""Fact: the data sources that answered from the new network."""

_LINE = re.compile(r"@proof (\{.*\})")
_SMOKE = re.compile(r"@smoke (smoke\.\w+) (PASS|WARN|FAIL|UNKNOWN)( .*)?")


@dataclass(frozen=True, slots=True)
class Proof:
    """The facts of one proof by kind; ``source`` is there once a data source, ``address`` once for
    each that Redash calls besides."""

    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    addresses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    complete: bool = False


def proof(lines: Iterable[str]) -> Proof:
    """The facts among lines that may hold anything else besides."""
    facts: dict[str, Mapping[str, Any]] = {}
    sources: dict[int, Mapping[str, Any]] = {}
    addresses: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        said = _LINE.fullmatch(line.strip())
        try:
            fact = json.loads(said[1]) if said else {}
        except ValueError:
            continue
        if fact.get("kind") == "sources":
            known, lacks = fact.get("who", {}), fact.get("lacks", {})
            for number in fact["ids"]:
                sources[int(number)] = {
                    **fact,
                    "who": known.get(str(number), ""),
                    "lacks": lacks.get(str(number), []),
                }
        elif fact.get("kind") == "address":
            addresses[str(fact["id"])] = fact
        elif fact:
            facts[str(fact["kind"])] = fact
    return Proof(facts, sources, addresses, "end" in facts)


def old_answers(lines: Iterable[str]) -> dict[str, str]:
    """Check -> status of the smoke test's questions, as the old home answered them."""
    said = (_SMOKE.fullmatch(line.strip()) for line in lines)
    return {found[1]: found[2] for found in said if found}
