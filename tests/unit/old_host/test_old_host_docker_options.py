"""Command lines of docker."""

from __future__ import annotations

from rehearsal.old_host.docker.options import parsed


def test_values_flags_and_words() -> None:
    options = parsed(["-t", "20", "--status=running", "-aq", "server"], {"-t", "--status"})
    assert options.value("-t", "--timeout") == "20"
    assert options.value("--status") == "running"
    assert options.has("-q", "--quiet")
    assert options.words == ["server"]


def test_what_follows_the_first_word_is_left_alone() -> None:
    options = parsed(
        ["-T", "-e", "A=1", "postgres", "psql", "-U", "x", "-c", "SELECT 1"],
        {"-e"},
        stop_at_word=True,
    )
    assert options.words == ["postgres", "psql", "-U", "x", "-c", "SELECT 1"]
    assert options.values == {"-e": ["A=1"]}
    assert options.has("-T")


def test_a_value_may_be_attached() -> None:
    assert parsed(["-t5"], {"-t"}).value("-t") == "5"
