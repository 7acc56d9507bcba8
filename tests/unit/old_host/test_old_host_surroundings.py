"""What acts on the old host beside Redash, as the fact of its inspection tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from redash_migration.host.inspection import host_report
from redash_migration.host.judging import host_checks
from redash_migration.host.surroundings import surroundings

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLAIN = f"""\
@clock {int(NOW.timestamp()) - 20}
@directory 9000000
@databases 0
@hostname 4f1c09
@worker_at 4f1c09
@proxy redash-nginx-1 """


def named(more: str = "", **replaced: str) -> dict[str, Any]:
    text = PLAIN
    for key, value in replaced.items():
        kept = [line for line in text.splitlines() if not line.startswith(f"@{key} ")]
        text = "\n".join([*kept, *([f"@{key} {value}"] if value else [])])
    report = host_report(f"{text}\n{more}", "redash", NOW)
    return {
        c.id: (c.status, c.detail) for c in surroundings(report.to_json()) if c.status != "PASS"
    }


def test_a_plain_host_raises_no_alarm() -> None:
    assert named() == {}


AT = int(NOW.timestamp())
FAULTS: dict[str, tuple[str, dict[str, str], str, str, str]] = {
    "a clock that is ahead": ("", {"clock": f"{AT + 3600}"}, "host.clock", "WARN", "3600 s ahead"),
    "a clock that is behind": ("", {"clock": f"{AT - 900}"}, "host.clock", "WARN", "900 s behind"),
    "no clock": ("", {"clock": "noon"}, "host.clock", "UNKNOWN", "does not tell"),
    "no such directory": ("", {"directory": "missing"}, "host.directory", "WARN", "no directory"),
    "a disk that is full": ("", {"directory": "2048"}, "host.directory", "FAIL", "has 2 MB left"),
    "mounted for reading": ("", {"directory": "read-only"}, "host.directory", "FAIL", "read-only"),
    "not seen": ("", {"directory": ""}, "host.directory", "FAIL", "not seen"),
    "a database of others": ("", {"databases": "2"}, "host.other_databases", "WARN", "2 other"),
    "a worker elsewhere": (
        "@worker_at ip-10-0-0-7", {}, "host.workers_elsewhere", "WARN", "ip-10-0-0-7",
    ),
    "Caddy": ("@proxy front unseen", {}, "host.proxy", "WARN", "what front does"),
    "containers that go": ("@keeper rm bi-1", {}, "host.keeper", "FAIL", "removes these"),
    "one that ends all": ("@keeper compose bi", {}, "host.keeper", "FAIL", "stops all of bi"),
    "one that updates images": (
        "@keeper watcher watchtower", {}, "host.keeper", "WARN", "watchtower may replace",
    ),
    "sign-in beside it": ("@proxy gate signs-in", {}, "host.proxy", "WARN", "people are let in"),
    "a unit": ("@keeper systemd bi-1", {}, "host.keeper", "WARN", "systemd may"),
    "a pod": ("@keeper kubernetes bi-1\n@keeper systemd bi-1", {}, "host.keeper", "FAIL", "anew"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_is_named_by_its_own_check_alone(fault: str) -> None:
    more, replaced, check, status, words = FAULTS[fault]
    found = named(more, **replaced)
    assert list(found) == [check]
    assert found[check][0] == status
    assert words in found[check][1]


@pytest.mark.parametrize(("worker", "status"), [("a" * 16, "PASS"), ("b" * 16, "WARN")])
def test_one_project_holds_one_redash(worker: str, status: str) -> None:
    text = (
        f"{PLAIN}\n@database_is_the_secret_s yes\n@setting wal_level logical\n"
        f"@setting_of REDASH_DATABASE_URL {'a' * 16} server,scheduler\n"
        f"@setting_of REDASH_DATABASE_URL {worker} worker\n"
    )
    checks = host_checks(host_report(text, "redash", NOW).to_json())
    [found] = [one for one in checks if one.id == "host.database"]
    assert found.status == status
