"""Connections, servers, locks, disks, passwords and certificates."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.kinds import database

DATABASE: dict[str, Case] = {
    "connection-cut-in-precopy": Case(
        "the connection to the target ends in the middle of COPY",
        "SUCCEEDED",
        where="PrecopyTable",
        arm=database.cut_in_copy("target", "PrecopyTableFunction", 60_000),
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
    "source-restarted-before-approval": Case(
        "the old database is restarted while the approval is waited for",
        "SUCCEEDED",
        where="RequestApproval",
        arm=database.restarted_while("source", "RequestApproval"),
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
