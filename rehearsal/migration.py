"""One rehearsal from beginning to end: the world, the execution, the people, the verdict."""

from __future__ import annotations

import dataclasses
import gc
import json
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from rehearsal import interruption
from rehearsal.answering import answering
from rehearsal.cloud import Execution
from rehearsal.cloud.journal import UNTOLD
from rehearsal.dataset import DumpNotRestored
from rehearsal.faults.case import Case, as_people_decided
from rehearsal.faults.judging.contents import contents_told
from rehearsal.faults.judging.invariants import Standing, observe, violations
from rehearsal.faults.judging.put_aside import put_aside
from rehearsal.faults.judging.verdict import disagreements
from rehearsal.faults.table import FAULTS
from rehearsal.folder import drop_databases, settle
from rehearsal.old_host.kinds import HOST_KINDS
from rehearsal.options import Confirm, Options
from rehearsal.outcome import LedgerCount, over_memory, problems, server_errors
from rehearsal.postgres.making import ClusterError
from rehearsal.redash.command import RedashNotStarted
from rehearsal.terminal import Progress, Screen, conclude, screen
from rehearsal.terminal.progress import Loaded
from rehearsal.terminal.verdict import Conclusion
from rehearsal.workload import Workload, check_ledger
from rehearsal.workload.workload import WorkloadNotStarted
from rehearsal.world import World

AFTERWARDS_SECONDS = 1.5
"""How long users go on writing after the end, on whichever side serves them then."""

LOOK_SECONDS = 0.5
"""How often it is looked whether the execution has ended; each look costs its AWS a call."""

NOT_BEGUN = (DumpNotRestored, ClusterError, RedashNotStarted, WorkloadNotStarted, LookupError)
"""What keeps the world from being made: each says what is wrong and what to do."""

BROKEN = "broken.txt"
"""Where the rehearsal's own failure is kept whole."""

ASKED_BY = {"requestedBy": "engineer@example.com"}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal came to."""

    execution: Execution
    report: dict[str, Any] | None
    ledger: LedgerCount
    problems: list[str]


def rehearse(options: Options) -> int:
    """Run a rehearsal and say how it went; the exit code of the command."""
    with interruption.ended_by_signals():
        try:
            return _rehearse(options)
        finally:
            drop_databases(options.directory)


def _rehearse(options: Options) -> int:
    progress = Progress()
    try:
        with screen(progress, plain=options.plain) as shown:
            rehearsed = run(options, progress, shown)
    except NOT_BEGUN as error:
        print(f"\n{error}\nThe logs are in {options.directory}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno in UNTOLD:
            raise
        return _broken(options, error)
    except Exception as error:
        return _broken(options, error)
    usage = json.loads((options.directory / "function-usage.json").read_text(encoding="utf-8"))
    rehearsed.problems.extend(over_memory(usage))
    name = str((rehearsed.report or {}).get("migration_id", ""))
    drop_databases(options.directory)
    folder = settle(options.directory, name, among=options.among)
    asked = _asked(options, rehearsed.report)
    conclusion = Conclusion(rehearsed.report, rehearsed.ledger, rehearsed.problems, asked, folder)
    conclude(conclusion, shown.say)
    return 1 if rehearsed.problems else 0


def _broken(options: Options, error: Exception) -> int:
    """The rehearsal itself failed, not the migration: one line here, the rest in a file."""
    path = options.directory / BROKEN
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    line = " ".join(str(error).split())[:300]
    print(
        f"\nThe rehearsal itself broke ({type(error).__name__}: {line}); everything that was "
        f"started has been ended.\nSee {path} and the logs beside it.",
        file=sys.stderr,
    )
    return 1


def _people_decide(options: Options) -> bool:
    """Nothing is broken, and people answer themselves: then how it ends is theirs."""
    return not options.fault and options.approve == "ask"


def _asked(options: Options, report: Mapping[str, Any] | None) -> str:
    """What was to make it end otherwise than well."""
    if options.fault:
        return options.fault
    if _people_decide(options):
        return "" if as_people_decided(report).expected == "SUCCEEDED" else "so it was decided"
    if options.approve == "reject":
        return "APPROVE=reject"
    return "CONFIRM=return" if options.confirm == "return" else ""


def run(options: Options, progress: Progress, shown: Screen) -> Rehearsed:
    """The whole rehearsal; everything that it starts has ended when it returns or raises."""
    case = FAULTS.get(options.fault, Case(what="", expected="SUCCEEDED"))
    options = _as_the_case_wants(options, case)
    if not options.fault and options.approve == "reject":
        case = Case(what="refused", expected="ROLLED_BACK")
    elif not options.fault and options.confirm == "return":
        case = Case(what="back to the old home, with everything", expected="RETURNED")
    with World(options, shown.say, case.parameters) as world:
        gc.freeze()  # half of AWS stays: to look through it for garbage holds up whoever calls
        gc.enable()
        world.cloud.listeners.append(shown.happened)
        shown.say(f"Redash is at {world.balancer.url}, and users write")
        workload = world.workload()
        workload.start()
        before = Standing.of(world)
        case.arm(world)
        wanted = {**ASKED_BY, **case.execution_input}
        if not HOST_KINDS[options.old_host].prepared:
            wanted["allowSourceRestart"] = True
        arn = world.cloud.start_execution(wanted)
        with answering(
            world, options, progress, shown, unanswered=_unanswered(case), workload=workload
        ):
            execution = _watch(world, arn, progress, workload)
        time.sleep(AFTERWARDS_SECONDS)
        case.afterwards(world)
        execution = world.cloud.execution(arn)
        users_served = not workload.availability.down
        workload.stop()
        report = _fetch_report(world)
        if _people_decide(options):
            case = as_people_decided(report)
        ledger = _count(world, report)
        found = problems(report, ledger, expected=case.expected)
        found += disagreements(case, report, execution.status)
        seen = observe(world, before, users_served=users_served, acknowledged=ledger.acknowledged)
        found += violations(seen, serves=case.serving, excused=case.excused)
        found += case.judge(world, report or {})
        found += contents_told(world)
        # Where the old PostgreSQL has to be restarted, users meet that, as the README says.
        if not options.fault and "allowSourceRestart" not in wanted:
            found += server_errors(
                workload.availability.server_errors, real=bool(options.redash_command)
            )
        (world.directory / "rehearsal.json").write_text(
            json.dumps(
                {
                    "execution": execution.status,
                    "status": (report or {}).get("status", "REFUSED"),
                    "error": (report or {}).get("error"),
                    "acknowledged": ledger.acknowledged,
                    "missing": list(ledger.missing),
                    "put_aside": ledger.put_aside,
                    "acknowledged_by": dict(ledger.by_side),
                    "serving": ledger.side,
                    "unavailable_seconds": round(workload.unavailable_seconds, 3),
                    "problems": found,
                },
                indent=1,
                ensure_ascii=False,
            ),
            encoding="utf-8",
        )
        return Rehearsed(execution, report, ledger, found)


def _as_the_case_wants(options: Options, case: Case) -> Options:
    """A case says who answers what; watched live, people may answer themselves."""
    approve = options.approve
    if case.approve == "reject" and approve == "auto":
        approve = "reject"
    confirm = options.confirm
    if case.confirm not in {"nobody", "keep"}:
        confirm = cast("Confirm", case.confirm)
    old_host = case.old_host or options.old_host
    return dataclasses.replace(options, approve=approve, confirm=confirm, old_host=old_host)


def _watch(world: World, arn: str, progress: Progress, workload: Workload) -> Execution:
    """Wait for the end of the execution, and of the roll-back that may follow a stopped one."""
    client = world.cloud.client("stepfunctions")
    while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
        if interruption.asked.is_set():
            raise KeyboardInterrupt
        if unable := workload.unable or world.cloud.journal.unable:
            raise unable
        progress.writes = workload.acknowledged
        progress.loaded = _replication(world)
        time.sleep(LOOK_SECONDS)
    return world.cloud.execution(arn)


def _replication(world: World) -> Loaded | None:
    """How far the replication is, while there is a task."""
    for task in world.dms.tasks:
        with task.lock:
            tables = list(task.tables.values())
        return Loaded(
            tables=sum(table.state == "Table completed" for table in tables),
            all_tables=len(tables),
            rows=sum(table.full_load_rows for table in tables),
            changes=sum(table.changes for table in tables),
        )
    return None


def _unanswered(case: Case) -> frozenset[str]:
    """The questions to which nobody answers."""
    silent = {"RequestApproval": case.approve, "ConfirmCutover": case.confirm}
    return frozenset(question for question, answer in silent.items() if answer == "nobody")


def _fetch_report(world: World) -> dict[str, Any] | None:
    """The newest migration's report, and what is kept beside it, copied beside the logs."""
    client = world.cloud.client("s3")
    bucket = world.deployment.ref("ArtifactBucket")
    listed = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    keys = sorted(item["Key"] for item in listed)
    names = [key for key in keys if key.endswith("/report.json")]
    if not names:
        return None
    folder = names[-1].rpartition("/")[0]
    for name in ("report.json", "report.html", "left-behind.sql"):
        if f"{folder}/{name}" not in keys:
            continue
        body = client.get_object(Bucket=bucket, Key=f"{folder}/{name}")["Body"].read()
        (world.directory / name).write_bytes(body)
    report: dict[str, Any] = json.loads((world.directory / "report.json").read_text("utf-8"))
    return report


def _count(world: World, report: Mapping[str, Any] | None) -> LedgerCount:
    """Look the ledger up on the side that the load balancer sends users to."""
    side = world.serving_side()
    address = world.source_database if side == "old" else world.target_database
    result = check_ledger(world.directory / "ledger.ndjson", address)
    missing = tuple(str(lost) for lost in result.missing)
    aside: tuple[str, ...] = ()
    # Who returned has given nothing up: then nothing may have stayed on the new side.
    if side == "old" and (report or {}).get("status") != "RETURNED":
        ledger = world.directory / "ledger.ndjson"
        aside = put_aside(missing, ledger, world.target, world.target_database)
    lost = tuple(line for line in missing if line not in set(aside))
    return LedgerCount(
        result.acknowledged, lost, side, put_aside=len(aside), by_side=result.by_side
    )
