"""Defect: States.ALL catches what it can't.

"States.ALL can't catch the States.DataLimitExceeded terminal error or States.Runtime error types"
(Developer Guide, "Handling errors in Step Functions workflows"): an execution that meets one of
them ends, unless a Retry or Catch names it.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace

TERMINAL = {"States.DataLimitExceeded", "States.Runtime"}


def apply() -> None:
    """Let them pass."""
    from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
        ErrorEqualsDecl,
    )

    def evaluate(self: Any, env: Any) -> None:
        met = env.stack[-1]
        original(self, env)
        if getattr(met, "error_name", None) in TERMINAL and met not in self.error_names:
            env.stack[-1] = False

    original = replace(ErrorEqualsDecl, "_eval_body", evaluate)
