"""Questions in a terminal: a sentence each, candidates by number, Enter for what is proposed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redash_migration.plain_text import plain

WIDTH = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, and what is shown beside it."""

    value: str
    shown: str = ""


class Terminal:
    """``read`` asks for one line (EOFError: nobody answers), ``write`` shows one."""

    def __init__(
        self, read: Callable[[str], str] = input, write: Callable[[str], object] = print
    ) -> None:
        self._read = read
        # Names in the account are other people's: a tag holds what its writer liked.
        self._write: Callable[[str], object] = lambda text: write(plain(text, keep="\n"))

    def say(self, text: str = "") -> None:
        """A paragraph, wrapped."""
        self._write(textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False))

    def heading(self, text: str) -> None:
        """What the next lines are about."""
        self._write("")
        self.say(text)

    def noted(self, name: str, value: str, where: str) -> None:
        """A value that was found and is not asked for."""
        self._beside(f"  {name} = ", value or "(none)", where)

    def _beside(self, before: str, value: str, remark: str) -> None:
        """A value with a remark; one too long for a line stands whole on the next."""
        line = f"{before}{value}" + (f"   {remark}" if remark else "")
        if len(line) <= WIDTH:
            self._write(line)
            return
        indent = " " * (len(before) - len(before.lstrip()))
        text = f"{before.strip(' =')}   {remark}".rstrip()
        deeper = indent + "  "
        self._write(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=deeper))
        self._write(f"{deeper}{value}")

    def ask(
        self,
        name: str,
        sentence: str,
        refuse: Callable[[str], str],
        *,
        choices: Sequence[Choice] = (),
        proposed: str | None = None,
    ) -> str:
        """An answer that ``refuse`` has nothing to say against; a number picks a choice."""
        self._write("")
        self.say(f"{name}: {sentence}")
        for number, choice in enumerate(choices, start=1):
            self._beside(f"  {number}) ", choice.value, choice.shown)
        hint = "" if proposed is None else f" [{proposed or 'none'}]"
        while True:
            given = self._read(f"{name}{hint}: ").strip()
            if choices and given.isdecimal():
                if not 1 <= int(given) <= len(choices):
                    self.say(f"  {given}: this list has no such number.")
                    continue
                given = choices[int(given) - 1].value
            elif not given and proposed is not None:
                given = proposed
            elif given.lower() == "none":
                given = ""
            problem = refuse(given)
            if not problem:
                return given
            self.say(f"  {given or 'Nothing'}: {problem}.")

    def agree(self, question: str) -> bool:
        """Yes or no; Enter is no."""
        self._write("")
        self.say(question)
        return self._read("[y/N]: ").strip().lower() in {"y", "yes"}
