"""The scripted approver goes through the page like a person."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from redash_migration.approval.gate.purposes import CONFIRM
from rehearsal.approver import NotAnswered, answer, follow, main
from rehearsal.cloud.web.http_api import HttpApi
from tests.integration.approval.approval_stage import HANA, KEN, MIGRATION, Stage, function, staged


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage whose page is behind an HTTP API."""
    page = function("approval_page")

    def invoke(_: str, event: Any) -> Any:
        return SimpleNamespace(value=page.handler(event, None), error="", throttled=False)

    api = HttpApi("page", invoke)
    api.add_route("ANY /{proxy+}", "page")
    with staged(monkeypatch, api.url) as stage:
        yield stage
    api.stop()


@pytest.fixture
def mailbox(tmp_path: Path, served: Stage) -> Callable[[], Path]:
    """``mailbox()`` -> the folder with every mail so far."""
    folder = tmp_path / "mailbox"
    folder.mkdir()

    def fill() -> Path:
        for number, mail in enumerate(served.mails, 1):
            text = json.dumps(mail, ensure_ascii=False)
            (folder / f"{number:04}.json").write_text(text, encoding="utf-8")
        return folder

    return fill


def test_it_answers_a_link(served: Stage, mailbox: Callable[[], Path]) -> None:
    served.ask()
    answered = answer(mailbox(), "approve", reason="by script", address=KEN)
    assert (answered.status, answered.title) == (200, "Approved")
    assert [(s["actor"], s["reason"]) for _, s in served.states.sent] == [(KEN, "by script")]
    with pytest.raises(NotAnswered, match="HTTP 200 'Approved'"):
        answer(answered.link, "reject")


def test_it_types_what_it_is_told(served: Stage, mailbox: Callable[[], Path]) -> None:
    served.ask()
    with pytest.raises(NotAnswered, match="HTTP 422"):
        answer(mailbox(), "approve", name="something else")
    assert served.states.sent == []


def test_it_takes_the_question_that_has_this_answer(
    served: Stage, mailbox: Callable[[], Path]
) -> None:
    served.switch()
    served.ask()
    served.ask(CONFIRM)
    answer(mailbox(), "approve")
    answer(mailbox(), "go_back")
    assert [sent["decision"] for _, sent in served.states.sent] == ["approve", "go_back"]


def test_no_mail_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotAnswered, match="no mail with a link for approve"):
        answer(tmp_path, "approve", timeout=0.1)


def test_following_waits_for_the_mails(served: Stage, mailbox: Callable[[], Path]) -> None:
    folder, told, stopped = mailbox(), [], threading.Event()
    thread = threading.Thread(
        target=lambda: told.extend(follow(folder, stop=stopped.is_set)), daemon=True
    )
    thread.start()
    served.ask()
    mailbox()
    _until(lambda: len(served.states.sent) == 1)
    served.switch()
    served.ask(CONFIRM)
    mailbox()
    thread.join(20)
    stopped.set()
    assert [sent["decision"] for _, sent in served.states.sent] == ["approve", "keep"]
    assert [one.decision for one in told] == ["approve", "keep"]


def test_the_command_line(
    served: Stage, mailbox: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    served.ask()
    assert main([str(mailbox()), "--decision", "reject", "--reason", "no", "--address", HANA]) == 0
    assert main([str(mailbox()), "--timeout", "0.1", "--name", MIGRATION]) == 1
    said = capsys.readouterr()
    assert "Rejected" in said.out
    assert "no mail with a link" in said.err


def _until(reached: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not reached() and time.monotonic() < ends:
        time.sleep(0.05)
    assert reached()
