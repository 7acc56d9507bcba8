"""Wait states go by the rehearsal's time."""

from __future__ import annotations

from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)

from rehearsal.cloud.repairs import apply_all, hooks


class Execution:
    """An execution that is ended while it waits for the ``last`` time."""

    def __init__(self, last: int) -> None:
        self.asked: list[float] = []
        self.last = last
        self.program_state_event = self

    def is_running(self) -> bool:
        return len(self.asked) < self.last

    def wait(self, seconds: float) -> None:
        self.asked.append(seconds)


@pytest.mark.parametrize(("scale", "longest"), [(1.0, 5.0), (10.0, 0.5)])
def test_a_wait_is_as_long_as_the_clock_says(
    scale: float, longest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_all()
    monkeypatch.setattr(hooks, "time_scale", scale)
    execution: Any = Execution(last=2)
    WaitFunction._wait_interval(execution, execution, 5)
    assert len(execution.asked) == 2, "a wake-up that ends nothing lets it wait on"
    assert longest / 2 < execution.asked[0] <= longest
