"""The people of a rehearsal: shown each question's link, and answered for where that was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.approver import LINK, NotAnswered, answer
from rehearsal.options import Options
from rehearsal.short_address import ShortAddress, open_in_browser
from rehearsal.terminal import Progress, Screen
from rehearsal.workload import Workload
from rehearsal.world import APPROVERS, World

ATTEMPTS = 20
"""How often somebody who scripts the answer tries the page."""

WRITES_BEFORE_A_RETURN = 600
WRITES_BEFORE_A_FAULT = 120
"""Enough for a row of the matrix; a return itself is proved by many."""

NO_BROWSER = "OPEN=1: this machine has nothing that opens an address; open it yourself"

QUESTIONS = {
    "RequestApproval": "Start the cutover? Decide at",
    "ConfirmCutover": "Keep the new Redash? Decide at",
}


@contextmanager
def answering(
    world: World,
    options: Options,
    progress: Progress,
    shown: Screen,
    unanswered: frozenset[str] = frozenset(),
    *,
    workload: Workload,
) -> Iterator[None]:
    """Show each question's address, and answer it where that was asked for.

    Who is to return lets users write on the new side first.
    """
    stopping = threading.Event()
    short = ShortAddress()

    def attend() -> None:
        wanted = [
            ("RequestApproval", "reject" if options.approve == "reject" else "approve"),
            *(("ConfirmCutover", decision) for decision in options.confirm.split(", then ")),
        ]
        link = ""
        for question, decision in wanted:
            if question in unanswered:
                return
            link = _link_for(world, question, stopping, other_than=link)
            if not link:
                return
            short.leads_to = link
            shown.ask(QUESTIONS[question], short.url)
            if options.open_browser and not open_in_browser(short.url):
                shown.say(NO_BROWSER)
            if decision == "return":
                _let_users_write(
                    workload,
                    WRITES_BEFORE_A_FAULT if options.fault else WRITES_BEFORE_A_RETURN,
                    stopping,
                )
            if options.approve != "ask":
                _answer(world, question, decision, shown, stopping)
            _wait_until_decided(progress, question, stopping)
            progress.question = ""

    thread = threading.Thread(target=attend, name="people")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        short.stop()


def _answer(
    world: World, question: str, decision: str, shown: Screen, stopping: threading.Event
) -> None:
    """Give the answer; where it is not taken, try the newest mail again, as a person would."""
    for _ in range(ATTEMPTS):
        try:
            answered = answer(_links(world, question)[-1], decision, reason="Rehearsal")
        except NotAnswered as error:
            shown.say(f"not answered: {error}")
            if stopping.wait(1.0):
                return
        else:
            shown.say(f"answered: {decision} ({answered.title})")
            return


def _let_users_write(workload: Workload, writes: int, stopping: threading.Event) -> None:
    """Until the new side has taken as much as proves something."""
    until = workload.acknowledged + writes
    while workload.acknowledged < until and not stopping.wait(0.1):
        pass


def _link_for(
    world: World, question: str, stopping: threading.Event, *, other_than: str = ""
) -> str:
    """The first approver's newest link for a question, when its mail has come; a question that is
    asked once more comes with another link than before."""
    while not stopping.wait(0.1):
        if (links := _links(world, question)) and links[-1] != other_than:
            return links[-1]
    return ""


def _links(world: World, question: str) -> list[str]:
    """The first approver's links for a question; a step that was repeated has sent a new one."""
    mark = {"RequestApproval": ".c.", "ConfirmCutover": ".k."}[question]
    texts = [mail.text for mail in world.cloud.mailbox.mails(APPROVERS[0])]
    return [str(link) for text in texts for link in LINK.findall(text) if mark in link]


def _wait_until_decided(progress: Progress, question: str, stopping: threading.Event) -> None:
    while not stopping.wait(0.1):
        with progress.lock:
            if any(step.name == question and step.ended for step in progress.steps):
                return
