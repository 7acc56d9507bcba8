"""Where the repaired engine calls back: set while a cloud runs, empty otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Hooks:
    """Callbacks of the running cloud into which moto's parts report.

    ``invoke``: function name or ARN, payload, client context -> Answer.
    ``invoke_asynchronously``: the same without an answer.
    ``history``: execution ARN, history event, name of the state it belongs to.
    ``execution_changed``: an execution, as moto holds it, changed its status.
    ``put_event``: an EventBridge event envelope, without id and time.
    ``time_scale``: how many seconds of AWS one second of the rehearsal is.
    ``stale_seconds``: how long, in seconds of AWS, DescribeExecution tells a status that is over.
    ``mail``: topic ARN, endpoint, subject, message, attributes -> None, of an SNS e-mail.
    """

    invoke: Callable[[str, bytes, str], Any] | None = None
    time_scale: float = 1.0
    stale_seconds: float = 0.0
    invoke_asynchronously: Callable[[str, bytes], None] | None = None
    history: Callable[[str, dict[str, Any], str], None] | None = None
    execution_changed: Callable[[Any], None] | None = None
    put_event: Callable[[dict[str, Any]], str] | None = None
    mail: Callable[[str, str, str, str, dict[str, Any]], None] | None = None


hooks = Hooks()
