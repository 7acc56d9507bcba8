"""The clock of a rehearsal: a seed repeats its times, nothing is shortened while users wait."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.dataset.dump import DumpNotRestored, check_dump
from rehearsal.options import BadOption, from_environment
from rehearsal.timing import ProfileError, ServiceClock, TimingProfile, read_profile

PROFILE = read_profile()
NAMES = sorted(PROFILE.spreads)


def test_the_fast_clock_takes_what_the_stand_in_names_and_loses_nothing() -> None:
    fast = ServiceClock()
    assert fast.name == "fast"
    assert fast.seconds("dms.stop") == 0
    assert fast.seconds("run_command.dispatch", 0.1) == 0.1
    assert not any(fast.happens("eventbridge.lost") for _ in range(1000))


@pytest.mark.parametrize("name", NAMES)
def test_every_draw_is_within_its_spread_and_says_where_it_is_from(name: str) -> None:
    spread = PROFILE.spreads[name]
    assert spread.source
    clock = ServiceClock(PROFILE, seed=3)
    clock.in_pause = True
    drawn = [clock.seconds(name) for _ in range(200)]
    assert spread.low <= min(drawn)
    assert max(drawn) <= spread.high


def test_a_seed_repeats_its_times_whatever_else_is_drawn_between() -> None:
    one, other = ServiceClock(PROFILE, seed=5), ServiceClock(PROFILE, seed=5)
    for clock in (one, other):
        clock.in_pause = True
    first = [one.seconds("dms.apply") for _ in range(5)]
    second = [other.seconds("dms.apply") for _ in range(5) if other.seconds("docker.stop")]
    assert first == second
    assert first != [ServiceClock(PROFILE, seed=6).seconds("dms.apply") for _ in range(5)]


def test_long_waits_are_shortened_while_nobody_waits_and_only_then() -> None:
    clock = ServiceClock(PROFILE, seed=2)
    assert clock.seconds("dms.stop") < PROFILE.spreads["dms.stop"].low
    clock.follow({"kind": "state_entered", "state": "StopServices"})
    assert clock.seconds("dms.stop") >= PROFILE.spreads["dms.stop"].low
    assert clock.seconds("ecs.image") >= PROFILE.spreads["ecs.image"].low
    clock.follow({"kind": "state_entered", "state": "StartWorkers"})
    assert clock.seconds("ecs.image") < PROFILE.spreads["ecs.image"].low


def test_less_memory_is_less_of_a_processor() -> None:
    spread = replace(PROFILE.spreads["lambda.imports"], low=0.5, typical=0.5, high=0.5)
    clock = ServiceClock(TimingProfile({"lambda.imports": spread}, 1.0))
    assert clock.at_memory("lambda.imports", 1769) == pytest.approx(0.5)
    assert clock.at_memory("lambda.imports", 256) == pytest.approx(0.5 * 1769 / 256)
    assert clock.at_memory("lambda.imports", 3000) == pytest.approx(0.5)


ENTRY = 'low = 1, typical = 2, high = 3, unit = "s", source = "seen"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[dms]", r"compression\.factor"),
        ("[compression]\nfactor = 0.5", r"compression\.factor"),
        ("[compression]\nfactor = 2\n[dms]\nstop = { low = 1 }", r"dms\.stop"),
        (f"[compression]\nfactor = 2\n[dms]\nstop = {{ {ENTRY}, more = 1 }}", r"dms\.stop"),
        (
            f"[compression]\nfactor = 2\n[dms]\nstop = {{ {ENTRY.replace('= 3', '= 1')} }}",
            "must rise",
        ),
        (
            "[compression]\nfactor = 2\n[dms]\nstop = { " + ENTRY.replace('"s"', '"hours"') + " }",
            "unit",
        ),
        ("[compression", "no TOML: "),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused_by_its_entry(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        read_profile(path)
    with pytest.raises(BadOption, match="CLOCK_PROFILE"):
        from_environment({"CLOCK_PROFILE": str(path)})


def test_a_clock_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadOption, match="CLOCK=slow"):
        from_environment({"CLOCK": "slow"})
    with pytest.raises(BadOption, match="CLOCK_SEED"):
        from_environment({"CLOCK": "aws", "CLOCK_SEED": "x"})
    assert from_environment({"CLOCK": "aws", "CLOCK_SEED": "7"}).clock_seed == 7


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xb6\x00", "no TOML: "),
        (b"", "compression.factor"),
        (b"dms = 3\n[compression]\nfactor = 2\n", "dms: a table of entries"),
        (
            b"[compression]\nfactor = 2\n[dms]\nstop = { low = 'a', typical = 2, high = 3, "
            b"unit = 's', source = 'seen' }",
            r"dms\.stop",
        ),
    ],
)
def test_a_profile_that_is_something_else_is_named(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(BadOption, match=said):
        from_environment({"CLOCK_PROFILE": str(path)})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"OPEN": "yes"}, "OPEN=yes: give one of 0, 1"),
        ({"SOURCE_SECRET_KEY": "abc"}, "give that by SOURCE_DUMP too"),
        ({"REHEARSAL_DIRECTORY": __file__}, "Not a directory"),
    ],
)
def test_a_setting_that_would_do_nothing_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadOption, match=said):
        from_environment(given)


def test_a_dump_that_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DumpNotRestored, match="is no file"):
        check_dump(pipe)
