"""Defect: several API errors of the engine reach boto3 with an empty code, or as HTTP 500.

Its exception classes hold the code in ``code``, moto's base class looks for ``TYPE``; and some
are raised without the message that the base class demands.
"""

from __future__ import annotations

from typing import Any

MESSAGES = {
    "InvalidToken": "Invalid Token: 'Invalid token'",
    "TaskTimedOut": "Task Timed Out: 'Provided task does not exist anymore'",
    "TaskDoesNotExist": "Task Does Not Exist: 'Provided task does not exist'",
}


def apply() -> None:
    """Give each class its code and a message of its own."""
    from moto.core.exceptions import AWSError
    from moto.stepfunctions.parser import api

    def initialise(self: Any, message: str | None = None, **_: Any) -> None:
        code = type(self).TYPE
        AWSError.__init__(self, message or MESSAGES.get(code, code))

    kinds: list[Any] = list(vars(api).values())
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, AWSError) and kind is not AWSError:
            mend(kind, initialise)


def mend(kind: Any, initialise: Any) -> None:
    """Set what the base class reads."""
    kind.TYPE = kind.__name__
    kind.STATUS = 400
    kind.__init__ = initialise
