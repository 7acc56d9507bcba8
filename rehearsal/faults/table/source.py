"""The old side: its writers, its schema, its host, its settings."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.hooks import together
from rehearsal.faults.kinds import bystanders, source, steps

BYSTANDERS = bystanders.Bystanders()
THEIRS = frozenset({"slots", "leftovers"})
"""What bystanders have there stays: it is theirs."""

SOURCE: dict[str, Case] = {
    "writer-ignores-the-stop": Case(
        "a program goes on writing through the fence",
        "ROLLED_BACK",
        where="FenceSource",
        error="FenceNotHeld",
        arm=source.writes_through_the_fence(),
    ),
    "written-behind-the-fence": Case(
        "somebody writes a row in the old database after both sides were compared",
        "ROLLED_BACK",
        where="LastLook",
        error="IntegrityViolated",
        check="source.untouched",
        arm=source.written_behind_the_fence("LastLookFunction"),
    ),
    "truncated-behind-the-fence": Case(
        "somebody empties a table of the old database after both sides were compared",
        "ROLLED_BACK",
        where="LastLook",
        error="IntegrityViolated",
        check="source.untouched",
        arm=source.written_behind_the_fence(
            "LastLookFunction", "TRUNCATE public.alert_subscriptions"
        ),
    ),
    "open-transaction-of-the-replication": Case(
        "a psql session of the replication's role has written, and has not committed",
        "SUCCEEDED",
        where="FenceSource",
        arm=source.open_transaction_of_the_replication,
    ),
    "counts-nothing": Case(
        "the old server counts no written rows",
        "ROLLED_BACK",
        where="LastLook",
        error="IntegrityViolated",
        arm=source.counting_off("LastLookFunction"),
    ),
    "fence-lifted": Case(
        "somebody makes the old database writable again in the write pause",
        "ROLLED_BACK",
        where="LastLook",
        error="IntegrityViolated",
        check="source.untouched",
        arm=source.fence_lifted("LastLookFunction"),
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
        error="InvalidInstanceId",
        arm=source.host_offline,
        # Its scheduler was stopped when the queues ran empty; nobody can start it there.
        excused=frozenset({"old-services"}),
    ),
    "agent-silent": Case(
        "the old host's agent takes commands and never runs them, from the write pause on",
        "FAILED",
        where="StopServices",
        error="CommandFailed",
        arm=source.agent_silent,
        excused=frozenset({"old-services"}),
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
        parameters={"WalBudgetGibibytes": "0.1"},
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
    "emptied-on-the-source": Case(
        "somebody empties a table by TRUNCATE, which replication does not carry",
        "ROLLED_BACK",
        where="VerifyData",
        error="DataMismatch",
        check="data.public.alert_subscriptions",
        arm=source.altered(
            "TRUNCATE public.alert_subscriptions", before_function="StopServicesFunction"
        ),
    ),
    "role-outranks-the-fence": Case(
        "a role's own setting would let it write through the fence",
        "SUCCEEDED",
        where="FenceSource",
        arm=source.altered(
            "ALTER ROLE CURRENT_USER SET default_transaction_read_only = off",
            before_function="StopServicesFunction",
        ),
    ),
    "transaction-delays-the-load": Case(
        "a transaction that has written is open when the replication starts, for a while",
        "SUCCEEDED",
        where="RunFullLoad",
        arm=source.open_transaction_for("RunFullLoadFunction", 8.0),
    ),
    "services-started-again": Case(
        "somebody brings the old services up again in the write pause",
        "SUCCEEDED",
        where="RestoreTable",
        arm=source.services_started_again("RestoreTableFunction"),
    ),
    "orphan-on-the-source": Case(
        "a row of the old database breaks its foreign key",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error="IntegrityViolated",
        check="integrity.foreign_keys",
        arm=source.orphan,
    ),
    "bystanders": Case(
        "others use the old server too: a writer in another database, a subscriber, a new slot",
        "SUCCEEDED",
        where="CopySchema",
        arm=BYSTANDERS.arm,
        judge=BYSTANDERS.judge,
        excused=THEIRS,
    ),
    "bystanders-are-sent-every-table": Case(
        "somebody's subscriber is sent every table of the old database",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="source.publications",
        arm=bystanders.publishes_every_table,
        excused=THEIRS,
    ),
    "two-schema-versions-on-the-source": Case(
        "the old database's alembic_version holds two rows",
        "FAILED",
        where="Preflight",
        error="PreflightFailed",
        check="source.alembic",
        arm=source.two_schema_versions,
    ),
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
