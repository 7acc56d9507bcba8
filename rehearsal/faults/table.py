"""The faults by name. Adding one is adding one entry here."""

from __future__ import annotations

from rehearsal.faults import calls, database, events, people, source, steps, target
from rehearsal.faults.case import Case
from rehearsal.faults.hooks import together

EVENTS: dict[str, Case] = {
    "dms-event-lost": Case(
        "no event of the replication task ever arrives",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.lost(events.DMS),
    ),
    "all-events-lost": Case(
        "no event of the task or of a command ever arrives",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.lost(events.DMS, events.SSM),
    ),
    "events-doubled": Case(
        "each event arrives three times, once much later",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.doubled(events.DMS, events.SSM),
    ),
    "events-late": Case(
        "each event arrives when the next wait has long begun",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.late(9.0, events.DMS, events.SSM),
    ),
    "events-out-of-order": Case(
        "each event takes its own time",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.out_of_order(events.DMS, events.SSM),
    ),
    "events-of-another-task": Case(
        "instead of each event comes that of somebody else's task",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.only_foreign(),
    ),
    "events-malformed": Case(
        "what arrives is no event, or half of one",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.malformed,
        in_tests=True,
    ),
    "event-before-its-token": Case(
        "a stop is announced before the token for it is stored",
        "SUCCEEDED",
        where="RunFullLoad, StopReplication",
        arm=events.too_early,
    ),
    "events-that-lie": Case(
        "failures and stops are announced that have not happened",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.lies,
    ),
    "reconciler-crashes": Case(
        "no event arrives, and the reconciler is killed three times",
        "SUCCEEDED",
        where="Reconcile",
        arm=together(events.lost(events.DMS, events.SSM), events.reconciler_crashes(3)),
    ),
    "task-fails": Case(
        "the replication task fails in the full load",
        "ROLLED_BACK",
        where="RunFullLoad",
        error="ReplicationTaskFailed",
        arm=events.task_fails_in_full_load,
    ),
    "task-stopped-in-full-load": Case(
        "somebody stops the task by hand: a stop with the wrong reason",
        "ROLLED_BACK",
        where="RunFullLoad",
        error="ReplicationTaskFailed",
        arm=events.stopped_in_full_load,
    ),
    "task-stopped-before-approval": Case(
        "somebody stops the task while the approval is waited for",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ReplicationTaskFailed",
        arm=events.stopped_by_hand("RequestApproval"),
        approve="nobody",
    ),
}

DATABASE: dict[str, Case] = {
    "connection-cut-in-early-copy": Case(
        "the connection to the target ends in the middle of COPY",
        "SUCCEEDED",
        where="PrecopyTable",
        arm=database.cut_in_copy("target", "PrecopyTableFunction", 60_000),
        in_tests=True,
    ),
    "source-connection-cut-in-copy": Case(
        "the connection to the source ends in the middle of COPY",
        "SUCCEEDED",
        where="PrecopyTable",
        arm=database.cut_in_copy("source", "PrecopyTableFunction", 60_000),
    ),
    "connection-cut-in-restore": Case(
        "the connections to the target end in the write pause, twice",
        "SUCCEEDED",
        where="RestoreTable",
        arm=database.cut_often("target", "RestoreTableFunction", 0.15),
    ),
    "connection-cut-in-verification": Case(
        "the connections to the source end while both sides are compared",
        "SUCCEEDED",
        where="VerifyData",
        arm=database.cut_often("source", "VerifyDataFunction", 0.15),
    ),
    "target-unreachable": Case(
        "nobody reaches the new database any more",
        "ROLLED_BACK",
        where="RestoreTable",
        error="TransientFailure",
        arm=database.unreachable("target", "RestoreTableFunction", "RollBack"),
    ),
    "source-restarted-in-pause": Case(
        "the old database crashes and comes back in the write pause",
        "SUCCEEDED",
        where="RestoreTable",
        arm=database.restarted("source", "RestoreTableFunction", "immediate"),
    ),
    "target-restarted-in-pause": Case(
        "the new database crashes and comes back in the write pause",
        "SUCCEEDED",
        where="RestoreTable",
        arm=database.restarted("target", "RestoreTableFunction", "immediate"),
    ),
    "target-restarted-before-approval": Case(
        "the new database is restarted while the approval is waited for",
        "SUCCEEDED",
        where="RequestApproval",
        arm=database.restarted_while("target", "RequestApproval"),
    ),
    "lock-held-for-a-while": Case(
        "somebody holds a lock on a table that is to be restored",
        "SUCCEEDED",
        where="RestoreTable",
        arm=database.locked("public.queries", "RestoreTableFunction", 7.0),
    ),
    "lock-held-for-good": Case(
        "somebody holds a lock on a table for as long as it takes",
        "ROLLED_BACK",
        where="RestoreTable",
        error="TransientFailure",
        arm=database.locked("public.queries", "RestoreTableFunction", 600.0, "RollBack"),
    ),
    "disk-full": Case(
        "the new database's disk is full",
        "ROLLED_BACK",
        where="RestoreTable",
        error="TransientFailure",
        arm=database.refuses_writes("53100", "public.queries", "RestoreTableFunction"),
    ),
    "statement-timeout": Case(
        "statements on the new database run into a time limit",
        "ROLLED_BACK",
        where="RestoreTable",
        error="TransientFailure",
        arm=database.refuses_writes("57014", "public.queries", "RestoreTableFunction"),
    ),
    "wrong-password": Case(
        "the secret's password is wrong from the start",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        arm=database.wrong_password("target"),
    ),
    "password-changed-in-pause": Case(
        "the secret's password becomes wrong in the write pause",
        "ROLLED_BACK",
        where="RestoreTable",
        error="DatabaseRefused",
        arm=database.wrong_password("target", "RestoreTableFunction", "RollBack"),
    ),
    "certificate-expired": Case(
        "the source's certificate is over, and its secret demands a valid one",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="source.reachable",
        arm=database.certificate_expires("source"),
    ),
    "certificate-expires-in-pause": Case(
        "the new database's certificate expires in the write pause",
        "ROLLED_BACK",
        where="RestoreTable",
        error="DatabaseRefused",
        arm=database.certificate_expires("target", "RestoreTableFunction", "RollBack"),
    ),
}

SOURCE: dict[str, Case] = {
    "writer-ignores-the-stop": Case(
        "a program goes on writing through the fence",
        "ROLLED_BACK",
        where="FenceSource",
        error="FenceNotHeld",
        arm=source.writes_through_the_fence,
        in_tests=True,
    ),
    "written-behind-the-fence": Case(
        "somebody writes a row in the old database after both sides were compared",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error="IntegrityViolated",
        check="source.untouched",
        arm=source.written_behind_the_fence("VerifyIntegrityFunction"),
    ),
    "fence-lifted": Case(
        "somebody makes the old database writable again in the write pause",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error="IntegrityViolated",
        check="source.untouched",
        arm=source.fence_lifted("VerifyIntegrityFunction"),
    ),
    "open-transaction-at-the-freeze": Case(
        "a transaction that has written is still open",
        "SUCCEEDED",
        where="FenceSource",
        arm=source.open_transaction,
    ),
    "superuser-session": Case(
        "somebody's psql is still open",
        "SUCCEEDED",
        where="FenceSource",
        arm=source.idle_superuser,
    ),
    "prepared-transaction": Case(
        "a prepared transaction could still be committed",
        "ROLLED_BACK",
        where="FenceSource",
        error="FenceNotHeld",
        arm=source.prepared_transaction,
        afterwards=source.roll_back_prepared,
    ),
    "drain-never-ends": Case(
        "the last changes don't arrive on the new side: the write pause ends with its budget",
        "ROLLED_BACK",
        where="DrainChanges",
        error="NotDrained",
        arm=source.apply_stands_still,
        parameters={"WritePauseBudgetSeconds": "40"},
    ),
    "host-unreachable": Case(
        "the old host takes no commands any more when its services are to be stopped",
        "FAILED",
        where="StopServices",
        error="RollBackIncomplete",
        arm=source.host_offline,
    ),
    "services-do-not-stop": Case(
        "the old services can't be stopped",
        "ROLLED_BACK",
        where="StopServices",
        error="CommandFailed",
        arm=source.services_do_not_stop,
    ),
    "slot-lost": Case(
        "WAL that the slot needs is removed while the approval is waited for",
        "ROLLED_BACK",
        where="RequestApproval",
        arm=source.slot_lost,
        approve="nobody",
    ),
    "wal-budget-exceeded": Case(
        "the slot holds more WAL than was granted while the approval is waited for",
        "ROLLED_BACK",
        where="RequestApproval",
        error="WalBudgetExceeded",
        arm=source.wal_piles_up(160_000_000),
        parameters={"WalBudgetBytes": str(100 << 20)},
        approve="nobody",
    ),
    "table-made-on-the-source": Case(
        "somebody makes a table in the old database while the approval is waited for",
        "ROLLED_BACK",
        where="RequestApproval",
        error="SchemaChanged",
        check="source.schema",
        arm=source.altered("CREATE TABLE public.late (id int)", in_state="RequestApproval"),
        approve="nobody",
    ),
    "column-added-at-the-freeze": Case(
        "somebody adds a column in the old database right before the write pause",
        "ROLLED_BACK",
        where="FenceSource",
        error="SchemaChanged",
        check="source.schema",
        arm=source.altered(
            "ALTER TABLE public.queries ADD COLUMN late text",
            before_function="StopServicesFunction",
        ),
    ),
    "orphan-on-the-source": Case(
        "a row of the old database breaks its foreign key",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error="IntegrityViolated",
        check="integrity.foreign_keys",
        arm=source.orphan,
    ),
    "two-schema-versions-on-the-source": Case(
        "the old database's alembic_version holds two rows",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="source.alembic",
        arm=source.two_schema_versions,
    ),
}

PREPARED: dict[str, Case] = {
    "source-prepared": Case(
        "the old PostgreSQL is not set up for replication; its restart is allowed",
        "SUCCEEDED",
        where="PrepareSource",
        arm=source.not_set_up,
        execution_input={"allowSourceRestart": True},
    ),
    "source-prepared-then-refused": Case(
        "the same, and somebody refuses the cutover: the settings are as before",
        "ROLLED_BACK",
        where="PrepareSource",
        arm=source.not_set_up,
        judge=source.is_not_set_up,
        execution_input={"allowSourceRestart": True},
        approve="reject",
    ),
    "fails-prepare-source": Case(
        "the same, and PrepareSource fails for good",
        "FAILED",
        where="PrepareSource",
        error=steps.BROKEN,
        arm=together(source.not_set_up, steps.for_good("prepare_source")),
        execution_input={"allowSourceRestart": True},
    ),
    "source-not-set-up": Case(
        "the old PostgreSQL is not set up for replication; its restart is not allowed",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="source.wal_level",
        arm=source.not_set_up,
    ),
}

_MISMATCH = "DataMismatch"
_VIOLATED = "IntegrityViolated"

TARGET: dict[str, Case] = {
    "rows-already-there": Case(
        "the new database is not empty",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="target.empty",
        arm=target.at_first(
            "CREATE TABLE public.left (id int)", "INSERT INTO public.left VALUES (1)"
        ),
    ),
    "extra-table": Case(
        "a table without rows is in the new database",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="target.empty",
        arm=target.at_first("CREATE TABLE public.left (id int)"),
    ),
    "table-made-meanwhile": Case(
        "somebody makes a table on the new database after the preflight",
        "FAILED",
        where="CopySchema",
        error="TargetNotEmpty",
        arm=target.before_step("CopySchemaFunction", "CREATE TABLE public.left (id int)"),
    ),
    "sequence-ahead": Case(
        "a sequence of the new database is ahead: it is never moved backwards",
        "SUCCEEDED",
        where="FixSequences",
        arm=target.before_step(
            "FixSequencesFunction", "SELECT setval('public.events_id_seq', 1000000)"
        ),
    ),
    "replication-role-left": Case(
        "session_replication_role is left at replica for the application's role",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=_VIOLATED,
        check="integrity.session_replication_role",
        arm=target.before_step(
            "VerifyIntegrityFunction", "ALTER ROLE redash SET session_replication_role = replica"
        ),
    ),
    "replication-role-set-before": Case(
        "session_replication_role is replica for the application's role from the start",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="target.session_replication_role",
        arm=target.at_first("ALTER ROLE redash SET session_replication_role = replica"),
    ),
    "orphan-planted": Case(
        "a row of the new database breaks its foreign key",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=_VIOLATED,
        check="integrity.foreign_keys",
        arm=target.before_step(
            "VerifyIntegrityFunction",
            "UPDATE public.visualizations SET query_id = 987654321"
            " WHERE id = (SELECT max(id) FROM public.visualizations)",
        ),
    ),
    "row-changed": Case(
        "one row of the new database differs",
        "ROLLED_BACK",
        where="VerifyData",
        error=_MISMATCH,
        check="data.public.dashboards",
        arm=target.before_step(
            "VerifyDataFunction",
            "UPDATE public.dashboards SET name = name || '!'"
            " WHERE id = (SELECT max(id) FROM public.dashboards)",
        ),
    ),
    "row-missing": Case(
        "one row is missing on the new database",
        "ROLLED_BACK",
        where="VerifyData",
        error=_MISMATCH,
        check="data.public.events",
        arm=target.before_step(
            "VerifyDataFunction",
            "DELETE FROM public.events WHERE id = (SELECT min(id) FROM public.events)",
        ),
    ),
    "value-cut-short": Case(
        "a large value arrived without its end",
        "ROLLED_BACK",
        where="VerifyData",
        error=_MISMATCH,
        check="data.public.query_results",
        arm=target.before_step(
            "VerifyDataFunction",
            "UPDATE public.query_results SET data = left(data, 32768) WHERE id ="
            " (SELECT id FROM public.query_results ORDER BY length(data) DESC NULLS LAST LIMIT 1)",
        ),
    ),
    "search-vector-null": Case(
        "search_vector is NULL in the restored table",
        "ROLLED_BACK",
        where="VerifyData",
        error=_MISMATCH,
        check="data.public.queries",
        arm=target.before_step(
            "VerifyDataFunction", "UPDATE public.queries SET search_vector = NULL"
        ),
    ),
    "search-vector-null-later": Case(
        "search_vector becomes NULL after the data was compared",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=_VIOLATED,
        check="integrity.search_vector.public.queries.search_vector",
        arm=target.before_step(
            "VerifyIntegrityFunction", "UPDATE public.queries SET search_vector = NULL"
        ),
    ),
    "two-schema-versions": Case(
        "the new database's alembic_version holds two rows",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=_VIOLATED,
        check="integrity.alembic_version",
        arm=target.before_step(
            "VerifyIntegrityFunction", "INSERT INTO public.alembic_version VALUES ('fault')"
        ),
    ),
    "new-database-read-only": Case(
        "somebody makes the new database read-only for the application's role",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=_VIOLATED,
        check="integrity.application_rights",
        arm=target.before_step(
            "VerifyIntegrityFunction",
            "ALTER ROLE redash SET default_transaction_read_only = on",
        ),
    ),
    "rights-taken": Case(
        "the application's role may not add rows to one table",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=_VIOLATED,
        check="integrity.application_rights",
        arm=target.before_step(
            "VerifyIntegrityFunction", "REVOKE INSERT ON public.events FROM redash"
        ),
    ),
    "other-secret-key": Case(
        "the new home has another secret key",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="secrets.secret_key",
        arm=target.another_secret("redash/secret-key"),
    ),
    "other-secret-key-later": Case(
        "the new home's secret key is changed after the preflight",
        "ROLLED_BACK",
        where="SmokeTest",
        error="SmokeTestFailed",
        check="smoke.data_sources",
        arm=target.another_secret("redash/secret-key", "StopServicesFunction"),
    ),
    "new-redash-without-database": Case(
        "the new Redash is told a wrong database: its health check is content",
        "ROLLED_BACK",
        where="SmokeTest",
        error="SmokeTestFailed",
        check="smoke.session",
        arm=target.unreachable_for_redash,
    ),
    "new-servers-never-healthy": Case(
        "the new servers can't start: a secret of theirs is gone",
        "ROLLED_BACK",
        where="StartTarget",
        error="TargetNotHealthy",
        arm=target.without_a_secret("redash/cookie-secret", "StopServicesFunction"),
    ),
}

PEOPLE: dict[str, Case] = {
    "rejected": Case(
        "somebody refuses the cutover",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalRejected",
        approve="reject",
    ),
    "approval-expires": Case(
        "nobody answers whether the write pause may begin",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalExpired",
        approve="nobody",
        parameters={"ApprovalTimeoutSeconds": "60"},
    ),
    "approval-page-fails": Case(
        "the approval page never comes: nobody can answer",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalExpired",
        arm=steps.for_good("approval_page"),
        parameters={"ApprovalTimeoutSeconds": "60"},
    ),
    "go-back": Case(
        "after the switch somebody goes back to the old home",
        "ROLLED_BACK",
        where="ConfirmCutover",
        confirm="go_back",
        error="WentBack",
    ),
    "broken-after-the-switch": Case(
        "data sources can't be read any more after the switch; somebody goes back",
        "ROLLED_BACK",
        where="ConfirmCutover",
        error="WentBack",
        arm=target.before_step(
            "StartWorkersFunction", "UPDATE public.data_sources SET encrypted_options = 'broken'"
        ),
        confirm="go_back",
    ),
    "nobody-confirms": Case(
        "nobody says whether the new home stays: it stays, and nothing is cleaned up",
        "SUCCEEDED",
        where="ConfirmCutover",
        confirm="nobody",
        parameters={"ConfirmTimeoutSeconds": "60"},
    ),
    "stopped-in-the-pause": Case(
        "somebody stops the execution in the write pause: a roll-back starts by itself",
        "ROLLED_BACK",
        where="FenceSource",
        arm=people.execution_stopped("FenceSource"),
        afterwards=people.until_rolled_back,
    ),
    "stopped-before-the-pause": Case(
        "somebody stops the execution at the approval, and takes it back by name",
        "ROLLED_BACK",
        where="RequestApproval",
        arm=people.execution_stopped("RequestApproval"),
        afterwards=people.take_back,
        approve="nobody",
    ),
    "redriven": Case(
        "somebody stops the execution at the approval, and redrives it",
        "SUCCEEDED",
        where="RequestApproval",
        arm=people.execution_stopped("RequestApproval"),
        afterwards=people.redrive,
        approve="nobody",
        confirm="nobody",
    ),
    "stopped-after-the-switch": Case(
        "somebody stops the execution after the switch, and redrives it",
        "SUCCEEDED",
        where="ConfirmCutover",
        arm=people.execution_stopped("ConfirmCutover"),
        afterwards=people.redrive_after_the_switch,
        confirm="nobody",
    ),
    "taken-back-after-the-switch": Case(
        "somebody stops the execution after the switch, and takes it back by name",
        "ROLLED_BACK",
        where="ConfirmCutover",
        arm=people.execution_stopped("ConfirmCutover"),
        afterwards=people.take_back,
        confirm="nobody",
    ),
    "once-more": Case(
        "refused; a second migration is started at once, and succeeds",
        "SUCCEEDED",
        where="RequestApproval",
        approve="reject",
        afterwards=people.again,
    ),
    "second-execution": Case(
        "a second execution is started while the first runs: it is refused",
        "SUCCEEDED",
        where="Begin",
        arm=people.second_execution("RequestApproval"),
        judge=people.second_was_refused,
    ),
    "listener-refuses-the-switch": Case(
        "the listener can't be pointed to the new home",
        "ROLLED_BACK",
        where="SwitchTraffic",
        error="SwitchNotMade",
        arm=calls.refused("SwitchTrafficFunction", "ModifyListener"),
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
        error=_MISMATCH,
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
        arm=calls.away("secretsmanager", "PlanRestore", 5.0),
    ),
    "artifacts-away": Case(
        "S3 does not answer for longer than any step waits, in the write pause",
        "ROLLED_BACK",
        where="PlanRestore",
        arm=calls.away("s3", "PlanRestore", 15.0),
    ),
    "fails-roll-back-database": Case(
        "refused; RollBackDatabase fails for good",
        "FAILED",
        where="RollBackDatabase",
        error=steps.BROKEN,
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
    "late-roll-back-killed": Case(
        "the data differs; the roll-back is killed after each of its first changes",
        "ROLLED_BACK",
        where="RollBack",
        error=_MISMATCH,
        arm=together(
            TARGET["row-changed"].arm,
            calls.killed_at_each_change("RollBackFunction", 3),
            calls.killed_at_each_change("RollBackDatabaseFunction", 2),
        ),
        in_tests=True,
    ),
}

FAULTS: dict[str, Case] = {
    **EVENTS,
    **SOURCE,
    **PREPARED,
    **TARGET,
    **DATABASE,
    **PEOPLE,
    **dict(steps.cases()),
}
