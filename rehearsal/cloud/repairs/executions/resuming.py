"""Missing: what a redrive needs to know, and how it goes on at what had not succeeded.

A redriven state is not entered again: the history gets no second event of it, the context object
keeps EnteredTime, the count of retries begins anew. Branches of a Parallel and items of a Map that
have succeeded stay as they were; the others go on from the state that they were in. Nothing of an
earlier run, whose function may still be at work, is told any more.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html ("Redrive behavior of
individual states"); what the history and the context object say then: a recording of the service.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.executions.progress import Done, Standing, progress_of
from rehearsal.cloud.repairs.replacement import replace

ENTERED = "StateEntered"
STARTED = {"MapStateStarted", "ParallelStateStarted"}
ITEM_STARTED = "MapIterationStarted"


def apply() -> None:
    """Note where each machine stands, and take up what an earlier run has left."""
    _frames()
    _events()
    _states()
    _programs()
    _branches()
    _items()


def place_of(env: Any) -> Any:
    """Where the machine of an environment runs."""
    return getattr(env.event_history_context, "place", ())


def _frames() -> None:
    from moto.stepfunctions.parser.asl.eval.environment import Environment

    def open_frame(cls: Any, /, env: Any, variable_store: Any, **more: Any) -> Any:
        frame = original.__func__(cls, env, variable_store, **more)
        outer, inner = env.event_history_context, frame.event_history_context
        inner.place, inner.run = place_of(env), getattr(outer, "run", 0)
        if variable_store is env.variable_store:
            inner.goes_on = getattr(outer, "goes_on", None)
        return frame

    original = replace(Environment, "as_inner_frame_of", classmethod(open_frame))


def _events() -> None:
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

    def add_event(self: Any, context: Any, event_type: Any, *rest: Any, **more: Any) -> int:
        progress = progress_of(self)
        if progress.over or getattr(context, "run", 0) != progress.run:
            return 0
        kind, resumed = event_type.value, getattr(context, "resumed", None)
        if kind.endswith(ENTERED):
            context.goes_on, context.resumed = resumed, None
            if resumed is not None:
                context.source_event_id = context.last_published_event_id = resumed.event
                return 0
        if kind in STARTED and getattr(context, "goes_on", None) is not None:
            return 0
        if kind == ITEM_STARTED and isinstance(progress.before.get(context.place), Standing):
            return 0
        return int(original(self, context, event_type, *rest, **more))

    original = replace(EventManager, "add_event", add_event)


def _states() -> None:
    from moto.stepfunctions.parser.asl.component.state.state import CommonStateField

    def state_input(self: Any, env: Any) -> None:
        context = env.event_history_context
        state = env.states.context_object.context_object_data["State"]
        if (standing := getattr(context, "goes_on", None)) is not None:
            state["EnteredTime"] = standing.entered
        else:
            _stands(env, self.name, context.source_event_id, state["EnteredTime"])
        read(self, env)

    def set_next(self: Any, env: Any) -> None:
        leave(self, env)
        if env.is_running():
            _stands(env, env.next_state_name, 0, "")

    read = replace(CommonStateField, "_eval_state_input", state_input)
    leave = replace(CommonStateField, "_set_next", set_next)


def _stands(env: Any, name: str, event: int, entered: str) -> None:
    given = env.states.get_input()
    standing = Standing(name, given, event, entered, env.variable_store)
    progress_of(env.event_manager).stands(place_of(env), standing)


def _programs() -> None:
    from moto.stepfunctions.parser.asl.component.program.program import Program

    def run(self: Any, env: Any) -> None:
        progress, place = progress_of(env.event_manager), place_of(env)
        match progress.takes_up(place):
            case Done(output):
                env.states.reset(output)
                env.set_ended()
                return
            case Standing() as left:
                env.next_state_name = left.state
                env.states.reset(left.given)
                env.variable_store = left.variables
                env.event_history_context.resumed = left if left.event else None
        original(self, env)

    original = replace(Program, "_eval_body", run)


def _branches() -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branch_worker import (
        BranchWorker,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import (
        BranchWorkerPool,
    )
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded

    def initialise(self: Any, branch_worker_comm: Any, program: Any, env: Any) -> None:
        number = getattr(branch_worker_comm, "begun", 0)
        branch_worker_comm.begun = number + 1
        state = env.states.context_object.context_object_data["State"]["Name"]
        env.event_history_context.place = (*place_of(env), (state, number))
        make(self, branch_worker_comm, program, env)

    def on_terminated(self: Any, env: Any) -> None:
        if isinstance(env.program_state(), ProgramEnded):
            progress_of(env.event_manager).done(place_of(env), env.states.get_input())
        count(self, env)

    make = replace(BranchWorker, "__init__", initialise)
    count = replace(BranchWorkerPool, "on_terminated", on_terminated)


def _items() -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import (  # noqa: E501
        IterationWorker,
    )

    def evaluate(self: Any, env: Any, job: Any) -> None:
        progress = progress_of(env.event_manager)
        place = (*place_of(self._env), (self._work_name, job.job_index))
        env.event_history_context.place = place
        if isinstance(known := progress.before.get(place), Done):
            progress.takes_up(place)
            job.job_output = known.output
            return
        original(self, env, job)
        if not isinstance(job.job_output, Exception):
            progress.done(place, job.job_output)

    original = replace(IterationWorker, "_eval_job", evaluate)
