"""Services that refuse or are away, and roll-backs that are disturbed."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.hooks import together
from rehearsal.faults.kinds import calls, database, people, steps, target
from rehearsal.faults.table.target import MISMATCH, TARGET

SERVICES: dict[str, Case] = {
    "listener-refuses-the-switch": Case(
        "the listener can't be pointed to the new home",
        "ROLLED_BACK",
        where="SwitchTraffic",
        error="SwitchNotMade",
        arm=calls.refused("SwitchTrafficFunction", "ModifyListener"),
    ),
    "no-more-tasks-granted": Case(
        "the account may have no further replication task",
        "ROLLED_BACK",
        where="ConfigureReplication",
        arm=calls.refused(
            "ConfigureReplicationFunction",
            "CreateReplicationTask",
            "ResourceQuotaExceededFault",
        ),
    ),
    "load-refused": Case(
        "the replication task may not be started",
        "ROLLED_BACK",
        where="RunFullLoad",
        arm=calls.refused("RunFullLoadFunction", "StartReplicationTask"),
    ),
    "servers-refused": Case(
        "the new servers may not be started",
        "ROLLED_BACK",
        where="StartTarget",
        arm=calls.refused("StartTargetFunction", "UpdateService"),
    ),
    "workers-refused": Case(
        "the new workers may not be started after the switch",
        "FAILED",
        where="StartWorkers",
        serves="new",
        arm=calls.refused("StartWorkersFunction", "UpdateService"),
    ),
    "artifacts-gone": Case(
        "somebody deletes the migration's plan and schema in the write pause",
        "ROLLED_BACK",
        where="RestoreTable",
        arm=calls.artifacts_gone("RestoreTableFunction"),
    ),
    "record-unavailable": Case(
        "the record does not answer for a while in the write pause",
        "SUCCEEDED",
        where="FenceSource",
        arm=calls.failing("dynamodb", "FenceSourceFunction", 9),
    ),
    "mail-fails": Case(
        "the mails that ask for the approval can't be sent at first",
        "SUCCEEDED",
        where="RequestApproval",
        arm=calls.failing("sns", "RequestApprovalFunction", 5, action="Publish"),
    ),
    "killed-after-the-switch": Case(
        "the switch is made, and its maker dies before it hears so",
        "SUCCEEDED",
        where="SwitchTraffic",
        arm=calls.killed_after("SwitchTrafficFunction", "ModifyListener"),
    ),
    "switch-retried-while-unhealthy": Case(
        "the switch is made, its maker dies, and when it is tried again no new server is healthy",
        "SUCCEEDED",
        where="SwitchTraffic",
        arm=target.servers_crash_at_the_switch,
        by_name_only=True,
    ),
    "roll-back-killed": Case(
        "refused; the roll-back is killed after each of its first changes",
        "ROLLED_BACK",
        where="RollBack",
        approve="reject",
        arm=together(
            calls.killed_at_each_change("RollBackFunction", 3),
            calls.killed_at_each_change("RollBackDatabaseFunction", 2),
        ),
    ),
    "source-away-in-roll-back": Case(
        "the data differs; the old database is down when its fence is to be lifted, for a while",
        "ROLLED_BACK",
        where="RollBackDatabase",
        error=MISMATCH,
        arm=together(
            TARGET["row-changed"].arm,
            database.away("source", "RollBackDatabaseFunction", 8.0),
        ),
    ),
    "roll-back-asked-again": Case(
        "the data differs; the roll-back can't log in to the new database; asked again by name",
        "ROLLED_BACK",
        where="RollBackDatabase",
        error="RollBackAsked",
        arm=together(
            TARGET["row-changed"].arm,
            database.wrong_password("target", "RollBackFunction"),
        ),
        afterwards=people.mend_password_and_take_back,
    ),
    "record-away": Case(
        "the record does not answer for longer than any step waits, in the write pause",
        "ROLLED_BACK",
        where="FenceSource",
        arm=calls.away("dynamodb", "FenceSource", 20.0),
    ),
    "secrets-away": Case(
        "Secrets Manager does not answer for a while in the write pause",
        "SUCCEEDED",
        where="RestoreTable",
        arm=calls.away("secretsmanager", "RestoreTables", 5.0),
    ),
    "artifacts-away": Case(
        "S3 does not answer for longer than any step waits, in the write pause",
        "ROLLED_BACK",
        where="RestoreTable",
        arm=calls.away("s3", "RestoreTables", 15.0),
    ),
    "fails-roll-back-database": Case(
        "refused; RollBackDatabase fails for good",
        "FAILED",
        where="RollBackDatabase",
        error="ApprovalRejected",
        approve="reject",
        arm=steps.for_good("roll_back_database"),
        excused=frozenset({"leftovers", "slots", "new-database"}),
    ),
    "roll-back-fails-at-first": Case(
        "the data differs and RollBack fails; it is asked for again by name",
        "ROLLED_BACK",
        where="RollBack",
        error="RollBackAsked",
        arm=together(TARGET["row-changed"].arm, steps.for_good("roll_back")),
        afterwards=people.mend_and_take_back,
    ),
    "roll-back-database-fails-at-first": Case(
        "the data differs and RollBackDatabase fails: it is begun again until users are served",
        "ROLLED_BACK",
        where="RollBackDatabase",
        error="RollBackAsked",
        arm=together(TARGET["row-changed"].arm, steps.for_good("roll_back_database")),
        afterwards=people.mend_and_take_back,
    ),
    "no-room-for-a-rule": Case(
        "the data differs, and the listener has no room for another rule when that is taken back",
        "ROLLED_BACK",
        where="RollBack",
        error=MISMATCH,
        arm=together(
            TARGET["row-changed"].arm,
            calls.refused("RollBackFunction", "CreateRule", "TooManyRules"),
        ),
    ),
    "record-throttled": Case(
        "the record turns away every third call of each function in the write pause",
        "SUCCEEDED",
        where="FenceSource",
        arm=calls.throttled("dynamodb", "FenceSource", 20.0, every=3),
    ),
    "late-roll-back-killed": Case(
        "the data differs; the roll-back is killed after each of its first changes",
        "ROLLED_BACK",
        where="RollBack",
        error=MISMATCH,
        arm=together(
            TARGET["row-changed"].arm,
            calls.killed_at_each_change("RollBackFunction", 3),
            calls.killed_at_each_change("RollBackDatabaseFunction", 2),
        ),
        in_tests=True,
    ),
}
