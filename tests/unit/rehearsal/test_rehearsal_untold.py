"""A disk that is full, a reader that has gone: told once, by the one who watches."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud.journal import Journal, Record
from rehearsal.terminal.terminal import Terminal


class _Full:
    """A file on a full disk; what was written before is lost with it."""

    closed = False

    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        self.closed = True
        self.flush()


def test_what_can_t_be_kept_is_told_to_listeners_and_ends_nobody(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.ndjson")
    told: list[Record] = []
    journal.listeners.append(told.append)
    journal._file.close()
    full: Any = _Full()
    journal._file = full
    journal.record("state_entered", state="Begin")
    journal.close()
    assert [record["state"] for record in told] == ["Begin"]
    assert journal.unable is not None
    assert journal.unable.errno == errno.ENOSPC


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EPIPE])
def test_what_can_t_be_shown_is_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reason: int
) -> None:
    def shown(_: Record) -> None:
        raise OSError(reason, os.strerror(reason))

    journal = Journal(tmp_path / "events.ndjson")
    told: list[Record] = []
    journal.listeners += [shown, told.append]
    journal.record("state_entered", state="Begin")
    journal.close()
    assert len(told) == 1
    assert journal.unable is not None
    assert journal.unable.errno == reason
    assert capsys.readouterr().err == ""


def test_another_mistake_of_a_listener_is_shown_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def mistaken(_: Record) -> None:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    journal = Journal(tmp_path / "events.ndjson")
    journal.listeners.append(mistaken)
    journal.record("state_entered", state="Begin")
    journal.close()
    assert journal.unable is None
    assert "FileNotFoundError" in capsys.readouterr().err


class _Unread(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def test_a_reader_that_has_gone_ends_no_thread_of_ours() -> None:
    """Rich's own answer is SystemExit, which a thread takes for its end, in silence."""
    with pytest.raises(BrokenPipeError):
        Terminal(file=_Unread()).print("x")


def test_help_that_is_read_in_part_ends_without_a_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "rehearsal", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert ended.returncode == 130
    assert ended.stderr.count("\n") == 1
