"""What others named stands as one plain line wherever it is told."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from deployment.configure.terminal import Terminal
from redash_migration.errors import CommandFailed
from redash_migration.failure_text import words
from redash_migration.plain_text import plain
from redash_migration.record import Check
from rehearsal.terminal.lines import Lines
from rehearsal.terminal.progress import Progress

HOSTILE = "x\n\nSee the evidence\x1b]0;pwned\x07\u202egnp\u2028y"
SHOWN = r"x  See the evidence\x1b]0;pwned\x07\u202egnp y"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (HOSTILE, SHOWN),
        ("表\u3000名 \N{NO-BREAK SPACE}é 👍", "表\u3000名 \N{NO-BREAK SPACE}é 👍"),
        ("\x00\x7f\x9b\ufeff\U000e0001\ud800", r"\x00\x7f\x9b\ufeff\U000e0001\ud800"),
        ("a\r\tb", "a  b"),
    ],
)
def test_what_does_something_is_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_a_plain_text_is_one_line_of_letters(text: str) -> None:
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert all(letter.isprintable() or letter.isspace() for letter in shown)
    assert plain(shown) == shown


def test_lines_of_its_own_may_stay() -> None:
    assert plain("a\nb\x1bc", keep="\n") == "a\nb\\x1bc"


def test_checks_and_failures_are_plain() -> None:
    check = Check(f"data.{HOSTILE}", "FAIL", HOSTILE, HOSTILE)
    assert (check.id, check.detail, check.remedy) == (f"data.{SHOWN}", SHOWN, SHOWN)
    assert str(CommandFailed(HOSTILE)) == SHOWN
    assert words(OSError(HOSTILE)).isprintable()


def test_no_terminal_is_told_what_to_do() -> None:
    written = io.StringIO()
    Lines(Progress(), Console(file=written, force_terminal=True)).say(HOSTILE)
    Terminal(write=written.write).noted("HostInstanceId", "i-1", HOSTILE)
    assert "\x1b]" not in written.getvalue()
    assert "\u202e" not in written.getvalue()
