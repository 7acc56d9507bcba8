"""Entries as no function writes them: of every kind that there is, without fields, of other types.

Every function's role may write a migration's own partition (docs/security.md). ``KINDS`` has every
kind of entry; ``Watched`` notices one that is read and isn't there.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from redash_migration.record.table import Item, Value
from tests.memory import Memory

NAME = "redash-20260131-020000"
AT = "2026-01-31T02:00:00.000000Z"
DEEP = "[" * 50_000

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "WAIT#": (
        ("StopServices", "RequestApproval", "Odd"),
        ("kind", "token", "resource", "state", "since", "details", "outcome", "run"),
    ),
    "MILESTONE#": (("started", "pause_began", "pause_ended", "Odd"), ("at",)),
    "STEP#": (
        ("RollBack", "StopServices", "Odd"),
        ("started_at", "ended_at", "status", "attempts", "error", "work", "cold"),
    ),
    "TABLE#": (("public.users", ""), ("v_match", "v_rows", "v_bytes", "v_source_checksum", "v_x")),
    "RETURN#TABLE#": (("public.users", ""), ("v_rows", "v_match")),
    "CHECK#": (("source.disk", "return.taken_back", "odd"), ("id", "status", "detail", "remedy")),
    "ATTEMPT#": (
        ("StopServices#1", "GoForward#2", "Odd"),
        ("state", "open", "deadline", "service", "execution_arn"),
    ),
    "FACT#": (
        ("gone", "roll_back", "ending", "ending_told", "request", "prediction", "odd"),
        ("body", "at"),
    ),
    "RETURN#FACT#": (
        ("pause", "failed_pauses", "switch", "failed", "opened", "left_open", "way_home"),
        ("body", "at"),
    ),
    "RETURN#MILESTONE#": (("pause_began", "pause_ended", "switch_began", "Odd"), ("at",)),
    "GATE#": (
        ("RequestApproval", "ConfirmCutover", "Odd"),
        (
            *("state", "version", "purpose", "gate_id", "migration_id", "opened_at", "open_until"),
            *("approvers", "answers", "required", "requested_by", "allow_self", "language"),
            *("decision", "actor", "reason", "decided_at", "evidence_hash", "seal", "terms_seal"),
        ),
    ),
    "DECISION#": (
        (f"{AT}#gate#ken@example.com", ""),
        ("purpose", "decision", "actor", "reason", "evidence_hash", "decided_at", "channel"),
    ),
    "MESSAGE#": (
        ("ending#FAILED-1#hana@example.com", "ending#FAILED-1#slack", "", "gate#request#slack"),
        ("claimed_at", "attempts", "sent_at", "failure", "channel", "ts", "thread"),
    ),
    "COUNTER#": (("audit", "roll_back"), ("value",)),
    "AUDIT#": (("", AT), ("at", "event", "body")),
    "RETURN#UNDO#": (("set_actions#listener", "odd#"), ("number", "arguments", "state", "seal")),
    "UNDO#": (
        ("set_actions#listener", "start_services#", "odd#", "", "lift_fence"),
        ("number", "arguments", "where", "service", "state", "tries", "put_off", "seal"),
    ),
}
"""Kind -> names and fields. The undo list has a partition of its own."""
inside: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.just(AT),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
WORDS = (
    *("began", "ended", "led_forward", "since", "pauses", "name", "cause", "state", "possible"),
    *("seconds", "parts", "execution", "occasion", "given_up", "status", "failures", "decided"),
    *("not_taken_back", "attempt", "mode", "requested_by", "low", "high", "basis", "at"),
)
"""What facts are made of."""
values: st.SearchStrategy[Value] = st.one_of(
    st.dictionaries(st.sampled_from(WORDS), inside, max_size=6).map(json.dumps),
    st.sampled_from(
        [
            *(
                "",
                "x",
                AT,
                "2026-01-31",
                "9999-12-31T23:59:59.999999Z",
                "OPEN",
                "SETTLED",
                "PENDING",
            ),
            *("RUNNING", "FAILED", "PASS", "{}", "[]", "null", "1e999", "nan", "eJw=", DEEP),
            *('{"result": 1}', '{"error": 2}', '{"result": {}, "odd": 1}', '{"began": 5}', "true"),
            *('"x"', "{", "-1", "Infinity", "\ud800"[:0], "x" * 100_000),
        ]
    ),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
Odd = tuple[tuple[str, str], dict[str, Value], bool]


def odd_of(kind: str) -> st.SearchStrategy[Odd]:
    """A place, what is written there, and whether the rest of what was there stays."""
    names, fields = KINDS[kind]
    partition = f"UNDO#{NAME}" if kind.endswith("UNDO#") else NAME
    place = st.sampled_from(names).map(lambda name: (partition, f"{kind}{name}"))
    written = st.dictionaries(st.sampled_from(fields), values, max_size=len(fields))
    return st.tuples(place, written, st.booleans())


odd_items = st.lists(st.sampled_from(tuple(KINDS)).flatmap(odd_of), min_size=1, max_size=4)


def put(table: Memory, items: list[Odd]) -> None:
    """Written by whoever may, over what was there or beside it."""
    for place, fields, over in items:
        before: Item = table.items.get(place, {}) if over else {}
        table.items[place] = {**before, "pk": place[0], "sk": place[1], **fields}


class Watched(Memory):
    """Knows what was read of which no odd entry is made."""

    def __init__(self) -> None:
        super().__init__()
        self.unknown: set[str] = set()

    def get(self, pk: str, sk: str) -> Item | None:
        """As the table does it."""
        self._see(pk, sk, named=True)
        return super().get(pk, sk)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """As the table does it."""
        self._see(pk, prefix, named=False)
        return super().query(pk, prefix)

    def _see(self, pk: str, sk: str, *, named: bool) -> None:
        if sk in {pk, "GATE"}:  # of the owner, of links: with partitions of their own
            return
        kind = max((one for one in KINDS if sk.startswith(one)), key=len, default="")
        if not kind or (named and kind.endswith("FACT#") and sk not in FACTS):
            self.unknown.add(sk)


FACTS = {f"{kind}{name}" for kind in KINDS if kind.endswith("FACT#") for name in KINDS[kind][0]}
"""Facts are read each in its own way, so each is named."""

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
