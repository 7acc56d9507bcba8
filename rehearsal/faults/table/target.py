"""The new side: what was there before, what comes in unseen, what it is told wrongly."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.kinds import target

MISMATCH = "DataMismatch"
VIOLATED = "IntegrityViolated"

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
    "deployed-by-hand": Case(
        "somebody deploys another revision of the new server after the proof",
        "ROLLED_BACK",
        where="RecheckSync",
        error="CheckFailed",
        check="services.as_proven",
        arm=target.deployed_by_hand,
        by_name_only=True,
    ),
    "image-pushed-anew": Case(
        "the image's tag stands for another image after the proof, and a server starts anew",
        "ROLLED_BACK",
        where="RecheckSync",
        error="CheckFailed",
        check="services.as_proven",
        arm=target.pushed_anew,
        by_name_only=True,
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
        error=VIOLATED,
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
        error=VIOLATED,
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
        error=MISMATCH,
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
        error=MISMATCH,
        check="data.public.events",
        arm=target.before_step(
            "VerifyDataFunction",
            "DELETE FROM public.events WHERE id = (SELECT min(id) FROM public.events)",
        ),
    ),
    "row-on-top": Case(
        "one row of the new database is not in the old one",
        "ROLLED_BACK",
        where="VerifyData",
        error=MISMATCH,
        check="data.public.events",
        arm=target.before_step(
            "VerifyDataFunction",
            "INSERT INTO public.events (org_id, action, object_type, created_at)"
            " SELECT org_id, 'fault', object_type, created_at FROM public.events LIMIT 1",
        ),
    ),
    "row-in-the-way": Case(
        "rows of the new database bear keys that the old one hands out next",
        "ROLLED_BACK",
        where="MeasureSource",
        error="ReplicationTaskFailed",
        arm=target.before_step(
            "ResumeChangeCaptureFunction",
            "INSERT INTO public.events (id, org_id, action, object_type, created_at)"
            " SELECT last + n, 1, 'fault', 'query', now() FROM generate_series(1, 2000) n,"
            " (SELECT max(id) AS last FROM public.events) found",
        ),
    ),
    "value-cut-short": Case(
        "a large value arrived without its end",
        "ROLLED_BACK",
        where="VerifyData",
        error=MISMATCH,
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
        error=MISMATCH,
        check="data.public.queries",
        arm=target.before_step(
            "VerifyDataFunction", "UPDATE public.queries SET search_vector = NULL"
        ),
    ),
    "search-vector-null-later": Case(
        "search_vector becomes NULL after the data was compared",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.search_vector.public.queries.search_vector",
        arm=target.before_step(
            "VerifyIntegrityFunction", "UPDATE public.queries SET search_vector = NULL"
        ),
    ),
    "rows-refused": Case(
        "the new database refuses rows: what it says of them must not get out",
        "ROLLED_BACK",
        where="RestoreTable",
        error="StatementRefused",
        arm=target.before_step(
            "RestoreTableFunction",
            "ALTER TABLE public.queries ADD CHECK (name IS NULL) NOT VALID",
        ),
    ),
    "default-dropped": Case(
        "a column of the new database has lost its default",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.columns",
        arm=target.before_step(
            "VerifyIntegrityFunction", "ALTER TABLE public.favorites ALTER id DROP DEFAULT"
        ),
    ),
    "index-dropped": Case(
        "an index is missing on the new database",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.indexes",
        arm=target.before_step(
            "VerifyIntegrityFunction", "DROP INDEX public.ix_queries_search_vector"
        ),
    ),
    "function-dropped": Case(
        "a function that searches call is missing on the new database",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.functions",
        arm=target.before_step(
            "VerifyIntegrityFunction", "DROP FUNCTION public.tsq_tokenize(text)"
        ),
    ),
    "trigger-on-top": Case(
        "somebody makes a trigger on the new database that the old one has not",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.triggers",
        arm=target.before_step(
            "VerifyIntegrityFunction",
            "CREATE TRIGGER fault BEFORE UPDATE ON public.dashboards FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
    ),
    "table-unlogged": Case(
        "a table of the new database would be empty after a crash",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.tables",
        arm=target.before_step(
            "VerifyIntegrityFunction", "ALTER TABLE public.alert_subscriptions SET UNLOGGED"
        ),
    ),
    "two-schema-versions": Case(
        "the new database's alembic_version holds two rows",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
        check="integrity.alembic_version",
        arm=target.before_step(
            "VerifyIntegrityFunction", "INSERT INTO public.alembic_version VALUES ('fault')"
        ),
    ),
    "new-database-read-only": Case(
        "somebody makes the new database read-only for the application's role",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=VIOLATED,
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
        error=VIOLATED,
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
        arm=target.another_secret("redash/secret-key", "StartTargetFunction"),
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
        arm=target.without_a_secret("redash/cookie-secret", "StartTargetFunction"),
    ),
}
