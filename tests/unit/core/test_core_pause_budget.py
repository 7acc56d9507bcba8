"""The write pause's budget: a step that begins too late, or is still at work then, gives up."""

from __future__ import annotations

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from redash_migration.errors import InvalidInput, PauseBudgetExceeded
from redash_migration.pause_budget import pause_until, refuse_after, within_budget


def test_a_step_that_begins_too_late_does_nothing() -> None:
    done = []
    with (
        pytest.raises(PauseBudgetExceeded, match="used up in FenceSource"),
        within_budget(time.time() - 1, "FenceSource"),
    ):
        done.append("the deed")
    assert done == []


def test_a_step_that_is_still_at_work_is_interrupted() -> None:
    with (
        pytest.raises(PauseBudgetExceeded, match="VerifyData"),
        within_budget(time.time() + 0.1, "VerifyData"),
    ):
        time.sleep(60)


def test_a_service_that_does_not_answer_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore would take an Exception for a failure of the network, and try again."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = boto3.client("ssm", region_name="ap-northeast-1", endpoint_url=address)
        with (
            pytest.raises(PauseBudgetExceeded, match="StopServices"),
            within_budget(time.time() + 0.3, "StopServices"),
        ):
            client.list_commands()


def test_whoever_waits_for_threads_on_the_way_out_hears_it_again() -> None:
    release = threading.Event()
    try:
        with (
            pytest.raises(PauseBudgetExceeded, match="VerifyData"),
            within_budget(time.time() + 0.1, "VerifyData"),
            ThreadPoolExecutor(1) as pool,
        ):
            pool.submit(release.wait, 60).result()
    finally:
        release.set()


def test_one_that_ends_in_time_hears_no_alarm_afterwards() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _frame: rung.append(number))
    others = signal.setitimer(signal.ITIMER_REAL, 30)
    try:
        with within_budget(time.time() + 20, "SmokeTest"):
            pass
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 30  # somebody else's alarm goes on
        signal.raise_signal(signal.SIGALRM)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, *others)
        signal.signal(signal.SIGALRM, before)


def test_outside_the_main_thread_the_state_s_own_limit_is_what_is_left() -> None:
    said: list[str] = []

    def work() -> None:
        with within_budget(time.time() + 0.01, "FenceSource"):
            time.sleep(0.05)
            said.append("done")
        with pytest.raises(PauseBudgetExceeded):
            refuse_after(time.time() - 1, "FenceSource")
        said.append("refused")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["done", "refused"]


@pytest.mark.parametrize("value", ["soon", True, {}])
def test_an_end_that_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="pause_until"):
        pause_until({"pause_until": value})


def test_without_an_end_there_is_no_limit() -> None:
    assert pause_until({}) is None
    assert pause_until({"pause_until": 1_500}) == 1.5
    refuse_after(None, "FenceSource")
    with within_budget(None, "FenceSource"):
        pass
