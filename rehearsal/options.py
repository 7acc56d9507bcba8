"""What a rehearsal can be asked for: settings from the environment, as make passes them on."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, get_args

from rehearsal.folder import MARK, fresh
from rehearsal.old_host.kinds import HOST_KINDS
from rehearsal.timing.timing_profile import AWS_PROFILE, ProfileError, read_profile

Scale = Literal["small", "medium", "large"]
Approve = Literal["ask", "auto", "reject"]
Confirm = Literal["keep", "return", "return, then go_back", "return, then keep"]
"""What is answered after the switch; a return that failed is asked about once more."""

HELP = """make rehearse [SETTING=value ...]

  APPROVE=auto        answer both questions by itself, through the same page
  APPROVE=reject      refuse the cutover, to watch the way back
  CLOCK=aws           every stand-in takes as long as the service does (rehearsal/timing/aws.toml);
                      long waits outside the write pause are shortened
  CLOCK_PROFILE=file  another profile of that form
  CLOCK_SEED=1        another number draws other times from the same spreads
  CONFIRM=return      after the switch let users write for a while on the new side, then go back:
                      everything they wrote comes home
  SCALE=small         small (the default), medium or large
  SOURCE_DUMP=file    your own Redash: a pg_dump (custom or plain) instead of made-up data
  SOURCE_SECRET_KEY=  the REDASH_SECRET_KEY that dump's data sources are encrypted with
  REDASH_COMMAND=...  a real Redash instead of the stand-in: a shell command, run as an image's
                      entry point, on both sides. REDASH_ROLE ("$1" too) is server (to answer at
                      PORT), scheduler, worker (QUEUES, WORKERS_COUNT), or python, which runs the
                      program in the rest of "$@" with Redash's modules; REDASH_SIDE is old or new.
                      REDASH_DATABASE_URL, REDASH_REDIS_URL, both secrets and the host's other
                      settings are set. Needs redis-server or valkey-server: each side has its own
  OLD_HOST=name       another kind of old host: {hosts}
  SOURCE_PG_BIN=dir   other PostgreSQL programs for the old side (13 and newer)
  TARGET_PG_BIN=dir   the same for the new side
  UI_LANGUAGE=ja      approval messages and page in Japanese
  OPEN=1              open the page in this desktop's browser when a question comes
  REHEARSAL_DIRECTORY=dir   keep its files there, and not in .rehearsal/<migration>/
  FAULT=name          break something on purpose:
{faults}
Output is in .rehearsal/<migration>/, and .rehearsal/latest is a link to the newest: report.json,
report.html, events.ndjson, a log for each function.

Exit codes: 0 it ended as it should and nothing was lost, 1 it did not, 2 a setting or this machine
has to be mended first, 130 stopped by Ctrl-C. make turns all but 0 into its own 2; the codes
themselves come from .venv/bin/python -m rehearsal, with the same settings in the environment.
"""


class BadOption(Exception):
    """A setting that can't be understood; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of one rehearsal."""

    directory: Path
    among: Path | None = None
    """The folder in which each rehearsal has one of its own; None for a directory that is named."""
    scale: Scale = "small"
    approve: Approve = "ask"
    confirm: Confirm = "keep"
    source_dump: Path | None = None
    source_secret_key: str = ""
    redash_command: str = ""
    old_host: str = "official-2025"
    language: Literal["en", "ja"] = "en"
    fault: str = ""
    clock: Literal["fast", "aws"] = "fast"
    clock_profile: Path = AWS_PROFILE
    clock_seed: int = 1
    plain: bool = False
    open_browser: bool = False


SETTINGS = frozenset(re.findall(r"^  ([A-Z_]+)=", HELP, re.MULTILINE))
_ALIKE = 0.85
"""How alike a name has to be to be taken for a setting misspelt (difflib's ratio)."""


def misspelt(environ: Mapping[str, str]) -> list[str]:
    """What looks like a setting and is none; such a one would be left out in silence."""
    found = []
    for name in sorted(environ.keys() - SETTINGS):
        meant = get_close_matches(name.upper(), SETTINGS, 1, _ALIKE)
        if meant and environ[name]:
            found.append(f"{name}={environ[name]}: no setting of a rehearsal; is {meant[0]} meant?")
    return found


def from_environment(environ: Mapping[str, str] | None = None) -> Options:
    """The options that the environment asks for; BadOption names the first that is wrong."""
    given = os.environ if environ is None else environ

    def choice(name: str, known: tuple[str, ...], default: str) -> str:
        value = given.get(name, "").strip() or default
        if value not in known:
            raise BadOption(f"{name}={value}: give one of {', '.join(known)}")
        return value

    def path(name: str) -> Path | None:
        value = given.get(name, "").strip()
        return _path(name, value) if value else None

    dump = path("SOURCE_DUMP")
    if dump and not dump.exists():
        raise BadOption(f"SOURCE_DUMP={dump}: there is no such file; give the path of a pg_dump")
    for name in ("SOURCE_PG_BIN", "TARGET_PG_BIN"):
        folder = path(name)
        if folder and not _path(name, str(folder / "initdb")).exists():
            raise BadOption(f"{name}={folder}: no initdb there; give the bin directory")
    named = path("REHEARSAL_DIRECTORY")
    among = None if named else Path(".rehearsal").resolve()
    directory = named or fresh(Path(".rehearsal").resolve())
    if named and named.exists():
        _may_be_emptied(named)
    scale = choice("SCALE", get_args(Scale), "small")
    approve = choice("APPROVE", get_args(Approve), "ask")
    profile = path("CLOCK_PROFILE") or AWS_PROFILE
    try:
        read_profile(profile)
    except ProfileError as error:
        raise BadOption(f"CLOCK_PROFILE={profile}: {error}") from None
    seed = given.get("CLOCK_SEED", "").strip() or "1"
    if not seed.isdecimal():
        raise BadOption(f"CLOCK_SEED={seed}: give a whole number")
    if given.get("SOURCE_SECRET_KEY", "").strip() and not dump:
        raise BadOption("SOURCE_SECRET_KEY: the key of a dump; give that by SOURCE_DUMP too")
    opens = choice("OPEN", ("0", "1"), "0")
    confirm = choice("CONFIRM", ("keep", "return"), "keep")
    language = choice("UI_LANGUAGE", ("en", "ja"), "en")
    return Options(
        directory=directory,
        among=among,
        scale="medium" if scale == "medium" else "large" if scale == "large" else "small",
        approve="auto" if approve == "auto" else "reject" if approve == "reject" else "ask",
        confirm="return" if confirm == "return" else "keep",
        source_dump=dump,
        source_secret_key=given.get("SOURCE_SECRET_KEY", "").strip(),
        old_host=choice("OLD_HOST", tuple(HOST_KINDS), "official-2025"),
        redash_command=given.get("REDASH_COMMAND", "").strip(),
        language="ja" if language == "ja" else "en",
        fault=given.get("FAULT", "").strip(),
        clock="aws" if choice("CLOCK", ("fast", "aws"), "fast") == "aws" else "fast",
        clock_profile=profile,
        clock_seed=int(seed),
        plain=bool(given.get("CI")) or not os.isatty(1),
        open_browser=opens == "1",
    )


def _path(name: str, value: str) -> Path:
    """A path that somebody names may lie where this user must not look, or be none at all."""
    try:
        path = Path(value).expanduser().resolve()
        with suppress(FileNotFoundError, NotADirectoryError):
            path.stat()
    except (OSError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadOption(f"{name}={value}: it can't be looked at: {why}") from None
    return path


def _may_be_emptied(directory: Path) -> None:
    try:
        others = any(directory.iterdir()) and not (directory / MARK).exists()
    except OSError as error:
        raise BadOption(f"REHEARSAL_DIRECTORY={directory}: {error.strerror}") from None
    if others:
        raise BadOption(f"REHEARSAL_DIRECTORY={directory}: holds something else; it would be lost")
