"""What keeps a rehearsal from having gone well."""

from __future__ import annotations

from rehearsal.outcome import over_memory


def test_a_function_above_its_memory_is_a_problem() -> None:
    usage = {
        "SmokeTestFunction": {"max_rss_kb": 382 * 1024, "memory_mb": 256},
        "ReportFunction": {"max_rss_kb": 256 * 1024, "memory_mb": 256},
    }
    assert over_memory(usage) == ["SmokeTestFunction needed 382 MB of its 256 MB"]
