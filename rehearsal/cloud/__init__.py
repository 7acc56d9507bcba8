"""AWS on one machine, for a rehearsal: the template deployed, the handlers run, no account.

::

    with Cloud(directory) as cloud:                 # or cloud.start() ... cloud.stop()
        deployment = cloud.deploy(Path("template.yaml"), {"Approvers": "a@example.com"})
        arn = cloud.start_execution({"mode": "migrate"})
        ended = cloud.wait_for_execution(arn)       # Execution: status, output, error, history

One cloud at a time in a process. What it is made of: moto as the AWS API (``server``), its
state-machine interpreter mended (``repairs``), the real Lambda runtime interface client in one
process per function instance (``lambdas``), a deployer of SAM templates (``template``), an event
bus with a clock (``events``), an HTTP API (``web``), a mailbox and a Slack catcher.

**Cloud(directory, region="ap-northeast-1", time_scale=1.0)**; ``time_scale`` is how many seconds
pass for scheduled rules in one second (30: rate(1 minute) fires every 2 s).

- ``endpoint_url``, ``account``, ``region``; ``client(service)`` -> boto3 client (shared, thread
  safe); ``session()``; ``backend(service)`` -> moto's in-process backend, to read or to patch.
- ``deploy(template, parameters, stack_name)`` -> Deployment: ``.outputs``, ``.resources`` (logical
  id -> Resource with ref and attributes), ``.ref(logical id)``, ``.functions`` (logical id ->
  FunctionDefinition), ``.state_machine_arn``, ``.approval_url``, ``.not_rehearsed``,
  ``.statements(function)``. Secrets that the template reads must be created before.
- ``invoke(function, event)`` -> Answer(.value, .error, .throttled); function by logical id, name
  or ARN. ``warm(*functions)`` starts processes ahead.
- ``start_execution(input, name=None)`` -> ARN; ``execution(arn)`` and
  ``wait_for_execution(arn, timeout)`` -> Execution(status, input, output, error, cause, history,
  states()). StopExecution and RedriveExecution go through ``client("stepfunctions")``.
- ``emit(source, detail_type, detail, resources, account=, time=)`` -> event id: to the rules that
  match, asynchronously, with the retries of an asynchronous invocation.
- ``clock``: ``clock.time_scale``, ``clock.paused``.
- ``mailbox``: ``mails(to=None)``, ``wait(matching, timeout)``;
  ``slack``: ``messages()``, ``failing``; ``slack_url``.
- ``record_event(kind, **fields)``, ``listeners`` (callables that get each record of
  events.ndjson: state_entered, state_exited, state_failed, execution, event, mail,
  invocation_failed, event_given_up, and whatever others record). They are called in order in a
  thread of their own, and may ask the cloud anything.
- Faults: ``event_filter`` (event -> list of events or (delay, event)), ``call_fault`` and
  ``call_observer`` (Call), ``invoke_fault`` (function's logical id, event), each giving a Fault or
  None; ``lambdas.kill(instance id)`` ends a process. A failing e-mail is a ``call_fault`` for
  service sns, action Publish.

Left in the directory: events.ndjson, aws-calls.ndjson (one line per AWS call of a function),
roles.json (function -> policy statements), function-usage.json (after stop), logs/<function>.log,
mailbox/, slack/.
"""

from __future__ import annotations

from rehearsal.cloud.backends import ACCOUNT, DEFAULT_REGION, backend
from rehearsal.cloud.calls.fault import Fault
from rehearsal.cloud.calls.log import Call
from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.executions import Execution
from rehearsal.cloud.lambdas.function import Answer
from rehearsal.cloud.template.deployment import Deployment
from rehearsal.cloud.template.reading import TemplateError

__all__ = [
    "ACCOUNT",
    "DEFAULT_REGION",
    "Answer",
    "Call",
    "Cloud",
    "Deployment",
    "Execution",
    "Fault",
    "TemplateError",
    "backend",
]
