"""A person who answers: opens the link from the mail, fills in the form, sends it.

Goes the way of a browser (GET, the form's own fields, POST), so that a scripted rehearsal proves
the page and not a short cut around it.

    .venv/bin/python -m rehearsal.approver .rehearsal/latest/mailbox --decision approve
    .venv/bin/python -m rehearsal.approver http://127.0.0.1:8080/approve/... \\
        --decision reject --reason "..."
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

LINK = re.compile(r"https?://[^\s]+/approve/[A-Za-z0-9._-]+")
TIMEOUT_SECONDS = 30.0


class NotAnswered(Exception):
    """No mail came, or the page did not take the answer; the text says which."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the page said. ``status`` is 200 when the answer counted."""

    link: str
    status: int
    decision: str
    title: str


@dataclass(slots=True)
class Form(HTMLParser):
    """The form of a page: hidden fields, choices, and the migration's name that is asked for."""

    fields: dict[str, str] = field(default_factory=dict)
    choices: list[str] = field(default_factory=list)
    name: str = ""
    title: str = ""
    _inside: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inputs, the name and the headline."""
        given = {key: value or "" for key, value in attrs}
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given["value"]
        elif tag == "input" and given.get("type") == "radio" and "disabled" not in given:
            self.choices.append(given["value"])
        elif tag == "code" and given.get("class") == "name":
            self._inside = "name"
        elif tag == "h1":
            self._inside = "title"

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if tag in {"code", "h1"}:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Text of the name or the headline."""
        if self._inside == "name":
            self.name += data.strip()
        elif self._inside == "title":
            self.title += data


def answer(
    where: Path | str,
    decision: str,
    name: str | None = None,
    reason: str = "Rehearsal",
    *,
    address: str | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> Answered:
    """Answer one question.

    ``where`` is a link, or the mailbox folder in which the newest open link is looked for, waiting
    up to ``timeout`` seconds for it to come. ``name`` is what is typed as the migration's name;
    None types what the page asks for. ``address`` limits the mails to one approver. Raises
    NotAnswered when no link comes or the page does not take the answer.
    """
    link = str(where) if _is_link(where) else wait_for_link(Path(where), decision, address, timeout)
    status, page = _open(link)
    form = read_form(page)
    if status != 200 or decision not in form.choices:
        raise NotAnswered(f"HTTP {status} {form.title.strip()!r}: {decision} can't be answered")
    typed = form.name if name is None else name
    fields = {**form.fields, "decision": decision, "name": typed, "reason": reason}
    status, page = _open(link, urllib.parse.urlencode(fields).encode())
    result = Answered(link, status, decision, read_form(page).title.strip())
    if status != 200:
        raise NotAnswered(f"HTTP {status} {result.title!r}: {decision} was not taken")
    return result


def follow(
    mailbox: Path,
    decisions: tuple[str, ...] = ("approve", "keep"),
    *,
    reason: str = "Rehearsal",
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[Answered], object] = lambda _: None,
) -> list[Answered]:
    """Answer each question as its mail comes, until all decisions are given or ``stop()`` says so.

    For a script beside a running migration; each decision is given once.
    """
    given: list[Answered] = []
    for decision in decisions:
        while not stop():
            try:
                given.append(answer(mailbox, decision, reason=reason, timeout=1.0))
            except NotAnswered:
                continue
            told(given[-1])
            break
    return given


def wait_for_link(
    mailbox: Path, decision: str, address: str | None = None, timeout: float = TIMEOUT_SECONDS
) -> str:
    """The newest link whose page offers this decision; NotAnswered when none comes in time."""
    ends, refused = time.monotonic() + timeout, set[str]()
    while True:
        for link in links(mailbox, address):
            if link in refused:
                continue
            status, page = _open(link)
            if status == 200 and decision in read_form(page).choices:
                return link
            refused.add(link)
        if time.monotonic() >= ends:
            raise NotAnswered(f"{mailbox}: no mail with a link for {decision} in {timeout:.0f} s")
        time.sleep(0.2)


def links(mailbox: Path, address: str | None = None) -> list[str]:
    """Every link in the mails, newest first."""
    found = []
    for path in sorted(mailbox.glob("*.json"), reverse=True):
        try:
            mail = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:  # it is being written just now
            continue
        if address in {None, mail["to"]}:
            found += LINK.findall(mail["text"])
    return list(dict.fromkeys(found))


def read_form(page: str) -> Form:
    """The form of a page, or an empty one."""
    form = Form()
    form.feed(page)
    return form


def _is_link(where: Path | str) -> bool:
    return isinstance(where, str) and where.startswith(("http://", "https://"))


def _open(link: str, body: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(link, body, timeout=TIMEOUT_SECONDS) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8", "replace")
    except OSError as error:
        raise NotAnswered(f"the page can't be reached: {error}") from error


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when the answer counted."""
    parser = argparse.ArgumentParser(prog="rehearsal.approver", description=__doc__)
    parser.add_argument("where", help="a link, or the mailbox folder")
    parser.add_argument("--decision", default="approve")
    parser.add_argument("--reason", default="Rehearsal")
    parser.add_argument("--name", help="what to type as the migration's name")
    parser.add_argument("--address", help="whose mail to take")
    parser.add_argument("--timeout", type=float, default=TIMEOUT_SECONDS)
    given = parser.parse_args(arguments)
    where = given.where if _is_link(given.where) else Path(given.where)
    try:
        result = answer(
            where,
            given.decision,
            given.name,
            given.reason,
            address=given.address,
            timeout=given.timeout,
        )
    except NotAnswered as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{result.title}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
