"""Options of a docker command line: those with a value, those without, then the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What stood before and between the plain words."""

    values: dict[str, list[str]]
    flags: frozenset[str]
    words: list[str]

    def value(self, *names: str) -> str:
        """The last value given under one of the names, "" if none."""
        found = [value for name in names for value in self.values.get(name, [])]
        return found[-1] if found else ""

    def has(self, *names: str) -> bool:
        """Whether one of the flags was given."""
        return not self.flags.isdisjoint(names)


def parsed(
    arguments: Sequence[str], with_value: Collection[str], *, stop_at_word: bool = False
) -> Options:
    """Split a command line; ``stop_at_word`` leaves all after the first plain word alone."""
    values: dict[str, list[str]] = {}
    flags: set[str] = set()
    words: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            words += rest
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
            if stop_at_word:
                words += rest
                break
            continue
        name, separator, value = word.partition("=")
        if name in with_value:
            values.setdefault(name, []).append(value if separator or not rest else rest.pop(0))
        elif not word.startswith("--") and len(word) > 2 and word[:2] in with_value:
            values.setdefault(word[:2], []).append(word[2:])
        elif not word.startswith("--"):
            flags |= {f"-{letter}" for letter in word[1:]}
        else:
            flags.add(name)
    return Options(values, frozenset(flags), words)
