"""What every step has in common: its input checked, its time recorded, its failures named."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from uuid import uuid4

from aws_lambda_powertools import Logger

from redash_migration import wiring
from redash_migration.cold_start import cold_seconds
from redash_migration.direction import direction_of
from redash_migration.errors import InvalidInput
from redash_migration.failure_kinds import as_named
from redash_migration.failure_text import place, words
from redash_migration.pause_budget import pause_until, within_budget
from redash_migration.record.attempts import LONGEST_SECONDS
from redash_migration.record.owner import FORWARD, MIGRATION_ID, RETURN, Acting, Phase

if TYPE_CHECKING:
    from redash_migration.record import Record
    from redash_migration.record.steps import Steps

More = ParamSpec("More")
Handler = Callable[Concatenate[dict[str, Any], Any, More], dict[str, Any]]
"""``(event, context)``, and what else a decorator before this one hands in."""

logger = Logger(service="redash-migration")


def step(
    name: str,
    *,
    token: bool = False,
    warms: Sequence[Callable[[], object]] = (),
    interruptible: bool = True,
    phases: tuple[Phase, ...] = FORWARD,
    service: bool = False,
) -> Callable[[Handler[More]], Handler[More]]:
    """Make a handler out of a function ``(event, context) -> result`` for the state ``name``.

    Only the execution that owns the migration gets in, in one of the ``phases``; a step of the way
    forward that works in a return, as its event's direction says, in that one. Any other is told
    NotTheOwner before a line is written. ``service`` marks a step that may change whether users
    are served: a roll-back reopens nothing beside it.

    An execution that was started before the stack was updated goes on with its old definition, a
    redrive too: what a definition has only since then (``entered``) may be missing.

    A step with a token ends as WAITING; whoever resumes it notes its end. AWS and database errors
    that another try can mend are raised as TransientFailure, which the state machine retries.

    An event with ``warm`` only gets the function ready for the write pause, with what ``warms``
    makes: clients, a secret. One with ``pause_until`` ends by then, unless the step is not
    ``interruptible`` and looks after that by itself.
    """

    def decorate(function: Handler[More]) -> Handler[More]:
        @functools.wraps(function)
        def handler(
            event: dict[str, Any], context: Any, /, *more: More.args, **rest: More.kwargs
        ) -> dict[str, Any]:
            migration_id = required_text(event, "migration_id", MIGRATION_ID)
            if event.get("warm") is True:
                return _warm(migration_id, warms)
            cold = cold_seconds()
            if token:
                required_text(event, "token")
            back = direction_of(event) == "return" and phases == FORWARD
            acting = Acting(
                migration_id,
                required_text(event, "execution_arn"),
                RETURN if back else phases,
                int(event.get("redrives", 0)),
                str(event.get("entered", "")),
                int(event.get("retries", 0)),
            )
            # A function that serves several states is told which of them it is now.
            state = str(event.get("state") or name)
            logger.append_keys(migration_id=migration_id, step=state)
            with attempt(acting, state, context, service=service) as record:
                try:
                    began = time.monotonic()
                    record.steps.started(state, cold_seconds=cold)
                    until = pause_until(event) if interruptible else None
                    with within_budget(until, state):
                        result = function(event, context, *more, **rest)
                    waiting = token and record.waits.get(name)
                    if not (waiting and waiting.state != "OPEN"):
                        record.steps.ended(
                            state,
                            "WAITING" if token else "SUCCEEDED",
                            work_seconds=time.monotonic() - began,
                        )
                except Exception as error:
                    named = as_named(error)
                    _note_failure(record.steps, state, named, place(error))
                    if named is error:
                        raise
                    # Lambda hands the text on to Step Functions: nothing of the cause in it.
                    raise named from None
            logger.info("waiting" if token else "done")
            return result

        return handler

    return decorate


WARM_SECONDS = 0.3
"""How long a warming call stays, so that several at once find as many instances."""


def _warm(migration_id: str, warms: Sequence[Callable[[], object]]) -> dict[str, Any]:
    began = time.monotonic()
    wiring.record(migration_id).fact("warm")
    for make in warms:
        make()
    time.sleep(max(0.0, WARM_SECONDS - (time.monotonic() - began)))
    return {"warm": True}


@contextmanager
def attempt(acting: Acting, state: str, context: Any, *, service: bool) -> Iterator[Record]:
    """One attempt, from the owner's check to its end; NotTheOwner where it may not begin.

    What is done beside the state machine for its owner is one too.
    """
    before = wiring.acting.set(acting)
    try:
        record = wiring.record(acting.migration_id)
        run = str(getattr(context, "aws_request_id", None) or uuid4())
        seconds = context.get_remaining_time_in_millis() / 1000 if context else LONGEST_SECONDS
        try:
            begun = record.attempts.begin(acting, state, run, seconds=seconds, service=service)
        except Exception as error:
            raise as_named(error) from None
        try:
            yield record
        finally:
            try:
                record.attempts.end(begun)
            except Exception as error:  # it ends by its deadline, too
                logger.warning(f"its end could not be noted in the record: {words(error)}")
    finally:
        wiring.acting.reset(before)


def _note_failure(steps: Steps, state: str, named: Exception, where: str) -> None:
    """Write the failure down; where the record does not answer, the failure itself still counts."""
    said = f"{type(named).__name__}: {words(named)}"
    logger.warning(said, extra={"raised_at": where})
    try:
        steps.ended(state, "FAILED", said)
    except Exception as error:
        logger.warning(f"the failure could not be noted in the record: {words(error)}")


def required_text(event: Any, field: str, pattern: re.Pattern[str] | None = None) -> str:
    """A text field of an event; InvalidInput names it when it is absent or of another form."""
    value = event.get(field) if isinstance(event, dict) else None
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{field}: a text is required; the state machine's definition gives it")
    if pattern is not None and not pattern.fullmatch(value):
        raise InvalidInput(f"{field}: {value[:80]!r} is not of the form {pattern.pattern}")
    return value
