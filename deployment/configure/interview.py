"""Parameter after parameter: found, or proposed, or asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deployment.configure.parameters import Parameters
from deployment.configure.terminal import Choice, Terminal


class Interview:
    """The answers for one stack.

    ``earlier`` is what a former run wrote: it counts before what is found, as long as the template
    takes it, so that a second run asks less and changes nothing that somebody chose.
    """

    def __init__(
        self, terminal: Terminal, parameters: Parameters, earlier: Mapping[str, str]
    ) -> None:
        self.terminal = terminal
        self.parameters = parameters
        self.answers = {
            name: value
            for name, value in earlier.items()
            if name in parameters.names() and not parameters.refuse(name, value)
        }

    def known(self, name: str, value: str, where: str) -> str:
        """A value that follows from something else: noted, not asked for."""
        kept = self.answers.setdefault(name, value)
        where = where if kept == value else f"as before; {where}: {value or 'none'}"
        self.terminal.noted(name, kept, where)
        return kept

    def take(
        self,
        name: str,
        choices: Sequence[Choice] = (),
        *,
        proposed: str | None = None,
    ) -> str:
        """The only choice without a question; else what is chosen or typed."""
        if name in self.answers:
            self.terminal.noted(name, self.answers[name], "as before")
        elif len(choices) == 1 and not self.parameters.refuse(name, choices[0].value):
            self.answers[name] = choices[0].value
            self.terminal.noted(name, choices[0].value, choices[0].shown)
        else:
            default = proposed if proposed is not None else self.parameters.default(name)
            self.answers[name] = self.pick(name, choices, proposed=default)
        return self.answers[name]

    def pick(
        self,
        name: str,
        choices: Sequence[Choice],
        sentence: str = "",
        proposed: str | None = None,
    ) -> str:
        """Ask in any case; the answer is not kept."""
        return self.terminal.ask(
            name,
            sentence or self.parameters.sentence(name),
            lambda value: self.parameters.refuse(name, value),
            choices=choices,
            proposed=proposed,
        )
