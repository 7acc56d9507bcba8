"""What a host answers is read line by line: odd lines are no figures, and end nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redash_migration.errors import SchemaNotCopied
from redash_migration.host.inspection import host_report, paused, queued, worker_processes
from redash_migration.host.judging import host_checks
from redash_migration.host.queues import backlog, cut_off, what_stays
from redash_migration.host.schema_dump import schema_part
from redash_migration.traffic.new_home.services import inspect_versions
from redash_migration.traffic.proof.answers import old_answers, proof
from redash_migration.traffic.proof.redash_settings import with_baked

KEYS = (
    *("container", "version", "setting", "setting_of", "baked_of", "fixed", "ports", "mount"),
    *("data_free_kilobytes", "wal_level", "parts", "part", "data", "stays", "keeper", "proxy"),
    *("clock", "directory", "databases", "queue", "queues", "paused", "unseen", "served", "left"),
    *("worker_at", "hostname", "database_is_the_secret_s", "proof", "source", "x", ""),
)
VALUES = (
    *("", "x", "08", "-1", "9" * 400, "\uff11\uff12", "\xb2", "server true a b c", "true", "no"),
    *("a 0123456789abcdef server,worker", "{}", "[]", "null", '{"a": 1}', '{"sources": 5}'),
    *('{"name": [], "state": {}}', "\x00", "\x1b[31m", "1 2 3", "q 1 2", "q x y", "eyJhIjoxfQ=="),
    *("NaN", "1e999", "[" * 3000),
)
lines = st.one_of(
    st.tuples(
        st.sampled_from(("@", "@ ", "", "redash-proof ", "@@")),
        st.sampled_from(KEYS),
        st.sampled_from((" ", "", "  ", "\t")),
        st.one_of(st.sampled_from(VALUES), st.text(max_size=12)),
    ).map("".join),
    st.text(max_size=30),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lines, max_size=12).map("\n".join))
def test_whatever_a_host_answers_is_read(said: str) -> None:
    report = json.loads(json.dumps(host_report(said, "redash", datetime.now(UTC)).to_json()))
    host_checks(report)
    with_baked(report["settings_of"], report["baked_of"])
    inspect_versions(report["versions"], ["redash/redash:25.8.0"])
    for reads in (paused, queued, worker_processes, what_stays, cut_off):
        reads(said)
    list(backlog(queued(said)))
    old_answers(said.split("\n"))
    proof(said.split("\n"))
    with suppress(SchemaNotCopied):
        schema_part(said, 1)
