"""The people of a rehearsal: a question is shown, and opened where that was asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rehearsal.answering import NO_BROWSER, answering
from rehearsal.options import Options
from rehearsal.terminal import Progress
from rehearsal.workload import Workload
from rehearsal.world import World

MAIL = SimpleNamespace(text=f"http://127.0.0.1:1/approve/k.{'g' * 22}.a1b2c3d4e5f6.c.1.seal\n")


class Shown:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.over = threading.Event()

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        """See Screen."""
        self.said.append(text)
        self.over.set()

    def ask(self, question: str, address: str) -> None:
        """See Screen."""
        self.said.append(question)

    def happened(self, record: Mapping[str, Any]) -> None:
        """See Screen."""


def test_a_browser_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    mailbox = SimpleNamespace(mails=lambda _: [MAIL])
    world = cast(World, SimpleNamespace(cloud=SimpleNamespace(mailbox=mailbox)))
    shown = Shown()
    with answering(
        world,
        Options(directory=tmp_path, open_browser=True),
        Progress(),
        shown,
        workload=cast(Workload, None),
    ):
        assert shown.over.wait(10)
    assert shown.said == ["Start the cutover? Decide at", NO_BROWSER]
