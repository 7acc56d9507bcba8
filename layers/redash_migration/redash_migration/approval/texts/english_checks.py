"""What each check asks, and what to do where it does not pass; docs/checks.md is made of it.

The report's own remedy names tables, roles and figures; these words stand for all cases. A check
whose id ends in something computed stands here by the part before it.
"""

from __future__ import annotations

from collections.abc import Mapping

_SETTING = (
    "Write it into the file of `EnvironmentFileArn`, or into `SettingsKnownToDiffer` if it is to"
    " differ."
)
_ALTERED = "See who altered it; without that, going back with everything is not possible."
_REPORT = "Keep the report, mend what it names, start again. Nothing was lost."

ENGLISH_CHECKS: Mapping[str, tuple[str, str]] = {
    "approval.approvers": (
        "Are there enough people who may approve?",
        "Name more in `Approvers`; who started it counts only with `AllowSelfApproval`.",
    ),
    "approval.slack": (
        "Will Slack take the messages, as far as that is seen without sending one?",
        "Correct the secret of `SlackWebhookSecretArn`, or leave the parameter empty.",
    ),
    "approval.slack_buttons": (
        "Can a button in Slack be proved to be pressed there?",
        "Write the app's Signing Secret, alone, into the secret of `SlackSigningSecretArn`.",
    ),
    "approval.subscriptions": (
        "Have the approvers confirmed their mail subscription?",
        "Each opens SNS's mail and confirms; ask SNS to send it again where it is lost.",
    ),
    "clean_up.source": (
        "Is what the migration made in the old database gone?",
        "Drop the schema `redash_migration` and the slot before the old host is given away.",
    ),
    "data": ("Does this table hold the same rows on both sides?", _REPORT),
    "data.verified": ("Do all tables hold the same rows on both sides?", _REPORT),
    "databases.collation": (
        "Do both databases sort text alike, by the same version of a locale?",
        "Take the same locale if the order of lists matters, or cuts partitions.",
    ),
    "databases.comparison": (
        "Do both servers compute the same checksum of the same values?",
        "Set what the detail names alike on both sides, start the preflight again.",
    ),
    "databases.encoding": (
        "Can every text of the old database be stored in the new one?",
        "Make the new database in UTF8, or mend the texts that are named.",
    ),
    "databases.extensions": (
        "Has the new server every extension that the old database uses?",
        "Allow or install it there, or drop it on the old side if nothing uses it.",
    ),
    "databases.features": (
        "Is the new server built with what the columns need: libxml, lz4?",
        "Take one that is, as RDS is; or change the columns on the old side.",
    ),
    "databases.hash_partitions": (
        "Does the hash of its key lead every row to the same partition on both sides?",
        "Partition otherwise: by list, by range, or by a column of a builtin type.",
    ),
    "databases.row_security": (
        "Does Redash's role see all rows in the new database?",
        "`ALTER ROLE ... BYPASSRLS` there, if it is to see them all.",
    ),
    "databases.settings": (
        "Are the settings alike by which a session reads, prints, finds and stores values?",
        "ALTER DATABASE ... SET on the target, where queries depend on them.",
    ),
    "databases.two": (
        "Are these two databases, not one?",
        "Correct the target's secret: it leads to the old database.",
    ),
    "databases.versions": (
        "Is the new server at least as new as the old one?",
        "Make the new database in the same or a newer major version.",
    ),
    "host.containers": (
        "Do all containers of Redash run on the old host?",
        "Start what is needed: a way back starts only what runs now.",
    ),
    "host.database": (
        "Does PostgreSQL answer in its container on the old host?",
        "See `docker ps` and the container's log there.",
    ),
    "host.other_containers": (
        "What else runs on the old host and is left as it is?",
        "Where Redash queries one of them, let the new home reach its port.",
    ),
    "host.paused_data_sources": (
        "Can it be seen which data sources are paused?",
        "Look in Redash and pause them by hand after the switch: redis does not come along.",
    ),
    "host.backlog": (
        "Do the old workers keep up with their queues?",
        "Give that queue another worker, or cut over in a quiet hour: what is left stays there.",
    ),
    "host.jobs_left": (
        "Is nothing left in the old queues when the workers stop?",
        "See which: lines of the audit log are missing then, an alert is looked at later.",
    ),
    "host.clock": (
        "Is the old host's clock right?",
        "Set it by NTP on the host.",
    ),
    "host.directory": (
        "Can the migration note on the host what a roll-back needs?",
        "Correct `ComposeDirectory`, free some room, or mount it for writing.",
    ),
    "host.keeper": (
        "Does anything else start or remove the old containers?",
        "Run Redash by Compose alone there, with `up -d` and without `--rm`.",
    ),
    "host.other_databases": (
        "Does the old PostgreSQL hold other databases?",
        "Move them first, or start its container again once the new home is kept.",
    ),
    "host.proxy": (
        "Does the old proxy do more than pass requests on?",
        "Do it at the load balancer: users reach the new home past that proxy.",
    ),
    "host.workers_elsewhere": (
        "Do all workers run on this host?",
        "Stop the others before the cutover: nobody else does.",
    ),
    "proof.same_sources": (
        "Does each data source lead to the same server from both networks?",
        "Compare what its name resolves to in both; lead none to the old PostgreSQL.",
    ),
    "proof.pauses": (
        "Can each pause of a data source be carried over?",
        "Pause them again should their runner ever be added.",
    ),
    "proof.files": (
        "Has the new image the files and Python modules that data sources name?",
        "Put them into the new home's image, or on a file system that its tasks mount.",
    ),
    "proof.place": (
        "Does what Redash is told of where it runs fit the new home: proxies, time zone, address?",
        "Set `REDASH_PROXIES_COUNT` to 1, `REDASH_HOST` to the name users open, `TZ` as before.",
    ),
    "proof.servers": (
        "Do the functions reach the new servers?",
        "Let the functions' security group reach the tasks' port.",
    ),
    "proof.sign_in": (
        "Does anything guard the header that Redash signs people in by?",
        "Switch it off, or let a proxy or the load balancer set that header.",
    ),
    "proof.workers": (
        "Has every queue as many worker processes as in the old home?",
        "Raise `WORKERS_COUNT`, or the count in `EcsWorkerServices`.",
    ),
    "services.memory": (
        "Has every process of Redash memory to start in?",
        "Give the task more memory, or fewer processes.",
    ),
    "services.lasting": (
        "Do scheduler and workers stay up once they run?",
        "Give them neither the server's health check nor a target group, and workers a `/tmp` that"
        " can be written; run one scheduler.",
    ),
    "host.mounts": (
        "Do Redash's containers read files of the host?",
        "Put these files into the new home's image.",
    ),
    "host.work_ended": (
        "Had the old workers' work ended before users were locked out?",
        "Nothing to do: what was cut off stored nothing and runs again.",
    ),
    "host.queues": (
        "Can redis be asked for queues and paused sources?",
        "Correct `REDASH_REDIS_URL` on the host; otherwise running queries are not waited for.",
    ),
    "host.redash_version": (
        "Is it a version of Redash that can be moved?",
        "Upgrade the old Redash to 10.1 first.",
    ),
    "integrity.alembic_version": (
        "Is Redash's schema revision the same on both sides?",
        "Move with the same version of Redash; upgrade afterwards.",
    ),
    "integrity.application_rights": (
        "May the new Redash's role read and write every table?",
        "Grant the role what is named, or leave `ApplicationDatabaseRole` empty.",
    ),
    "integrity.columns": ("Are all columns there, of the same type?", _REPORT),
    "integrity.constraints": ("Are all constraints there?", _REPORT),
    "integrity.foreign_keys": ("Does every row's reference lead to a row?", _REPORT),
    "integrity.functions": ("Are all functions there?", _REPORT),
    "integrity.indexes": ("Are all indexes there and valid?", _REPORT),
    "integrity.not_null": ("Is no forbidden NULL there?", _REPORT),
    "integrity.search_vector": (
        "Does the search column agree with the text it is made of?",
        f"A WARN was so on the old side; save the query again. A FAIL is new. {_REPORT}",
    ),
    "integrity.sequences": ("Are all sequences there, owned by their columns?", _REPORT),
    "integrity.session_replication_role": (
        "Do foreign keys and triggers work in the new database?",
        "Take `session_replication_role` out of its parameter group and reboot it.",
    ),
    "integrity.tables": ("Are all tables there?", _REPORT),
    "integrity.triggers": ("Are all triggers there and switched on as before?", _REPORT),
    "integrity.views": ("Are all views there?", _REPORT),
    "plan.carried": (
        "Can every table be carried by one of the two ways?",
        "Give the table that is named a primary key, or move it by hand.",
    ),
    "plan.fits": (
        "Are there few enough tables for one execution of Step Functions, a return included?",
        "Move tables that are not Redash's own to another database.",
    ),
    "plan.largest_row": (
        "Is the largest row small enough for the functions' memory?",
        "Shorten or delete the row that is named.",
    ),
    "plan.made": (
        "Could the plan be made?",
        "Mend the checks that failed before it; the plan follows from them.",
    ),
    "plan.restored": (
        "Which tables are copied by the migration itself, and can they be?",
        "Do what the detail says of the table.",
    ),
    "live.jobs": (
        "Does a query run through a worker of the new home?",
        "See the worker's log; schedules don't run until it is mended.",
    ),
    "live.queues": (
        "Does a worker listen to every queue?",
        "Start the worker; with the key of an administrator the check sees them all.",
    ),
    "live.scheduler": (
        "Does the new scheduler look for due queries?",
        "See the scheduler's log: schedules and alerts don't run until it is mended.",
    ),
    "plan.approval_window": (
        "Will the question still be open when the load is done, however long that takes?",
        "Start so that the question opens in your window, or raise `ApprovalTimeoutHours`.",
    ),
    "plan.write_pause": (
        "Is the predicted write pause within its budget?",
        "Delete old rows of the largest tables first, or raise `WritePauseBudgetSeconds`.",
    ),
    "precopy": (
        "Could the table be copied ahead of the pause?",
        "Use a role that may set `session_replication_role`; otherwise the pause is longer.",
    ),
    "proof.addresses": (
        "Does what Redash calls besides (sign-in, alerts, webhooks) answer from there?",
        "Open the way from the new subnets, or give the image what it lacks.",
    ),
    "proof.data_sources": (
        "Do the data sources answer from the new home?",
        "Let the new subnets in at the source, or accept it with a reason.",
    ),
    "proof.database": (
        "Does the new Redash reach its database?",
        "Address, password, security group of the new home's `REDASH_DATABASE_URL`.",
    ),
    "proof.mail": (
        "Does the new home reach the mail server?",
        "Allow the connection, or change `REDASH_MAIL_SERVER`.",
    ),
    "proof.old_home": (
        "Can the old home be asked the same questions?",
        "See the old server's container and log; what fails there too is no fault of the new home.",
    ),
    "proof.queues": (
        "Do workers take jobs from every queue that the old home has?",
        "Add the queue to a worker of the new home.",
    ),
    "proof.redash": ("Does the new Redash start at all?", "See the log of the task."),
    "proof.redis": (
        "Does the new Redash reach Valkey?",
        "Address, password, security group of its `REDASH_REDIS_URL`.",
    ),
    "proof.revision": (
        "Does the new image expect the schema that comes along?",
        "Use the old home's version in the new image.",
    ),
    "proof.worker_tasks": (
        "Does a task of each worker's own definition start in the new home?",
        "See the stopped task's reason in ECS: image, secrets, log group, roles, network.",
    ),
    "proof.run": (
        "Could the new home be tried from its own network?",
        "Give `EcsLogGroup` and `EcsTaskRoleArns` (outputs of the new home); see the task's log.",
    ),
    "replication.drained": (
        "Have all changes arrived on the new side?",
        "See the task's latency and `awsdms_apply_exceptions`, then start again.",
    ),
    "replication.source_endpoint": (
        "Does DMS reach the old database?",
        "Its secret, `pg_hba.conf`, the host's security group on 5432.",
    ),
    "replication.target_endpoint": (
        "Does DMS reach the new database?",
        "Its secret and its security group on 5432.",
    ),
    "replication.source_endpoint_settings": (
        "Is the source endpoint set as the template sets it?",
        "Deploy the stack again.",
    ),
    "replication.target_endpoint_settings": (
        "Is the target endpoint set as the template sets it?",
        "Deploy the stack again.",
    ),
    "replication.engine_version": (
        "Does this DMS engine support this PostgreSQL?",
        "Set `ReplicationEngineVersion` to a newer one.",
    ),
    "replication.full_load": (
        "Was every table loaded whole?",
        "See the table statistics of the task for the table named.",
    ),
    "replication.instance": (
        "Is the DMS instance available?",
        "See its state in DMS; deploy the stack again where it is gone.",
    ),
    "replication.validation": (
        "Does DMS's own comparison agree?",
        "A WARN may be accepted: all is compared again in the pause. A FAIL names the tables.",
    ),
    "return.keyless_tables": (
        "Are the tables without a key small enough to carry home?",
        "Delete rows there, or keep the new home.",
    ),
    "return.new_schema": ("Is the new database's schema as at the switch?", _ALTERED),
    "return.old_database": (
        "Is the old database fenced and untouched since the switch?",
        _ALTERED,
    ),
    "return.old_role": (
        "May the migration's role bring rows home?",
        "Run the GRANT it names; it is asked again.",
    ),
    "return.old_schema": ("Is the old database's schema as it was copied?", _ALTERED),
    "return.replication_ended": (
        "Has the replication to the new side ended?",
        "Wait for the task's end in DMS; it is asked again.",
    ),
    "return.taken_back": (
        "After a return that failed: is the old side closed again?",
        "Stop Redash on the old host, and see that nobody writes to the old database.",
    ),
    "return.room": (
        "Is there room on the old host for what was written since?",
        "Make room there; it is asked again.",
    ),
    "roll_back.forged_entries": (
        "Is every entry of the undo list as a step wrote it?",
        "Find out who wrote into the record's table; look at the listener, the services and both "
        "databases.",
    ),
    "roll_back.target_kept": (
        "Could the new database be emptied again?",
        "Somebody wrote there: look at it, then `DROP SCHEMA ... CASCADE`.",
    ),
    "secrets.cookie_secret": (
        "Have both homes the same `REDASH_COOKIE_SECRET`?",
        "Put the old home's value into the secret; otherwise users are logged out.",
    ),
    "secrets.secret_key": (
        "Have both homes the same `REDASH_SECRET_KEY`?",
        "Put the old home's value into the secret; otherwise no data source can be decrypted.",
    ),
    "sequences.ready": (
        "Can every sequence be set in the pause?",
        "Enlarge the sequence, or alter its column's type, as named.",
    ),
    "sequences.set": (
        "Does every sequence go on above the values in use?",
        "Enlarge the sequence, or alter its column's type, as named.",
    ),
    "services.alike": (
        "Have scheduler and workers the image, roles and network of the server that is tried?",
        "Give them the same, unless it is meant.",
    ),
    "services.as_proven": (
        "Before the pause once more: do services and servers run what was proven?",
        "Start again; deploy nothing to the new home while a migration runs.",
    ),
    "services.asleep": (
        "Do the new home's services rest?",
        "Set their desired count to 0.",
    ),
    "services.exist": (
        "Are the new home's services there?",
        "Correct `EcsCluster`, `EcsServerService`, `EcsWorkerServices`.",
    ),
    "services.roles": (
        "Does the new home run a server, a scheduler and workers?",
        "Name the missing service in `EcsServerService` or `EcsWorkerServices`.",
    ),
    "services.target_group": (
        "Do the new servers join the target group that users are led to?",
        "Give the server's service the group of `TargetGroupArn`.",
    ),
    "services.version": (
        "Is it the same version of Redash on both sides?",
        "Move first, upgrade afterwards.",
    ),
    "services.essentials": (
        "Has every container of the new home the same database, redis and secrets?",
        "Give each what is named, from the secrets that this stack was told of.",
    ),
    "settings.access": ("Are the settings of addresses and HTTPS the same?", _SETTING),
    "settings.limits": ("Are the limits of time and size the same?", _SETTING),
    "settings.mail": ("Are the mail settings the same?", _SETTING),
    "settings.network": ("Are proxies and certificates the same?", _SETTING),
    "settings.other": ("Are all other settings the same?", _SETTING),
    "settings.runners": ("Are query runners and destinations the same?", _SETTING),
    "settings.sign_in": ("Are the sign-in settings the same?", _SETTING),
    "smoke.alerts": ("Are the alerts shown?", "See the new server's log."),
    "smoke.api": (
        "Is there an API key to ask with?",
        "Set `RedashApiKeySecretArn` to a secret with a Redash user's key.",
    ),
    "smoke.dashboards": ("Are the dashboards shown?", "See the new server's log."),
    "smoke.data_sources": (
        "Are all data sources listed?",
        "A missing one lacks its runner in the new image, or can't be decrypted.",
    ),
    "smoke.paused_data_sources": (
        "Are the same data sources paused as in the home that is left?",
        "Pause and resume them by hand as soon as users are there.",
    ),
    "smoke.ping": ("Does the new Redash answer?", "See the new server's log."),
    "smoke.queries": ("Are the queries listed?", "See the new server's log."),
    "smoke.results": ("Is a stored result shown?", "See the new server's log."),
    "smoke.search": ("Does the search find a query?", "See `integrity.search_vector`."),
    "smoke.session": (
        "Is the API key taken?",
        "Give the key of a user who is there, in `RedashApiKeySecretArn`.",
    ),
    "smoke.setup_closed": (
        "Is the set-up page closed?",
        "It is open where Redash finds no organisation: it reads another database.",
    ),
    "source.alembic": (
        "Is this Redash's database?",
        "Name Redash's database in the secret's dbname.",
    ),
    "source.decoding_plugin": (
        "Is the decoding plug-in there?",
        "Install what `PluginName` says, or change it.",
    ),
    "source.may_return": (
        "May the migration's role bring rows home after the switch?",
        "Run the GRANT it names; without it, going back gives up what was written since.",
    ),
    "source.room_for_return": (
        "Is there room on the old disk for a return?",
        "Grow the volume of the old host, or lower WalBudgetGibibytes.",
    ),
    "host.redash_reachable": (
        "Do the functions reach the old Redash's port, where a return tries it?",
        "Let the functions' security group reach that port of the old host.",
    ),
    "source.disk_free": (
        "Is there room on the old host's disk?",
        "Free disk or grow the volume: a full disk stops the old Redash.",
    ),
    "source.collation_versions": (
        "Are the old database's indexes still in the order of their locales?",
        "REINDEX on the source, then `ALTER COLLATION ... REFRESH VERSION`.",
    ),
    "source.counters": (
        "Does the old server count the rows that are written?",
        "`ALTER SYSTEM SET track_counts = on`, and reload.",
    ),
    "source.dms_tables": (
        "Does a view, key, default or function need a table that DMS keeps for itself?",
        "Rename what is yours and called awsdms_*, or drop what needs it.",
    ),
    "source.event_triggers": (
        "Are there event triggers? An enabled one would run for the migration itself.",
        "Disable them until the migration has ended; RDS may refuse them.",
    ),
    "source.extension_rows": (
        "Do tables of extensions hold rows of your own?",
        "Carry them by hand.",
    ),
    "source.fence": (
        "Did the fence hold while the rest was carried?",
        "Find the client that is named and stop it, then start again.",
    ),
    "source.fence_rights": (
        "May the role end every session?",
        "Use a superuser, or see that no superuser connects.",
    ),
    "source.foreign_tables": (
        "Are there foreign tables, whose rows are elsewhere?",
        "See that the new database reaches them; user mappings are made by hand.",
    ),
    "source.host_based_authentication": (
        "Does `pg_hba.conf` let the migration in?",
        "Add the lines that are named, or allow the restart (`allowSourceRestart`).",
    ),
    "source.invalid_indexes": (
        "Is every index valid?",
        "`REINDEX INDEX CONCURRENTLY`, or drop it.",
    ),
    "source.large_objects": (
        "Are there large objects, which can't be carried?",
        "Delete them or move them by hand; Redash uses none.",
    ),
    "source.left_behind": (
        "What does not come along (roles, rights, settings)?",
        "Run what you need of left-behind.sql, beside the report, in the new database.",
    ),
    "source.long_transactions": (
        "Is a transaction open for long?",
        "`pg_terminate_backend(pid)`, `ROLLBACK PREPARED` in its database: the slot waits for it.",
    ),
    "source.materialized_views": (
        "Are there materialized views, which come empty?",
        "`REFRESH MATERIALIZED VIEW` after the switch.",
    ),
    "source.max_slot_wal_keep_size": (
        "May the slot keep WAL as long as it must?",
        "`ALTER SYSTEM SET max_slot_wal_keep_size = -1`, reload.",
    ),
    "source.names": (
        "Does schema.name name one table or sequence each, and is our own schema ours alone?",
        "Rename one of the two that read alike; move what is not ours.",
    ),
    "source.names_in_texts": (
        "Does a default, a CHECK or a view name objects in an array or a composite?",
        "If CopySchema is refused it: `DROP DEFAULT` (or drop it) until the migration has ended.",
    ),
    "source.orphans": (
        "Does every row's reference lead to a row?",
        "Delete or mend the rows named: the new database would refuse them.",
    ),
    "source.other_slots": (
        "Does another slot hold back WAL?",
        "`pg_drop_replication_slot` where nobody uses it.",
    ),
    "source.own_schema": (
        "Is the schema `redash_migration` free?",
        "Drop it, if a former migration left it there.",
    ),
    "source.prepared_transactions": (
        "Are there prepared transactions?",
        "Commit or roll back those that are named.",
    ),
    "source.publications": (
        "Are there publications, which do not come along?",
        "Make them again in the new database, if they are needed.",
    ),
    "source.reachable": (
        "Does the old database let the migration in?",
        "Its secret, `pg_hba.conf`, the host's security group on 5432.",
    ),
    "source.readable": (
        "May the role read everything that a dump would hold?",
        "Use a superuser, or grant what is named.",
    ),
    "source.replication_slots": (
        "Is a replication slot free?",
        "Raise `max_replication_slots`, or allow the restart.",
    ),
    "source.role": (
        "May the role replicate, or is it a superuser?",
        "`ALTER ROLE ... REPLICATION`, or another user in the secret.",
    ),
    "source.row_security": (
        "Does the role see every row?",
        "`ALTER ROLE ... BYPASSRLS`, or a superuser.",
    ),
    "source.schema": (
        "Is the old schema still the one that was copied?",
        "Start again; change nothing there until the migration is over.",
    ),
    "source.search_path": (
        "Are checks, domains, generated columns and indexes the same in every session?",
        "`ALTER FUNCTION ... SET search_path`, or `SET timezone`, for those that are named; no text"
        " of an interval, a float or a bytea.",
    ),
    "source.sequences": (
        "Is every sequence ahead of its column?",
        "Nothing: the new side goes on above the largest value.",
    ),
    "source.subscriptions": (
        "Does another server replicate into the old database?",
        "`ALTER SUBSCRIPTION ... DISABLE`.",
    ),
    "source.untouched": (
        "Has nobody written on the old side since the fence?",
        "Find who did; the way back has kept their rows. Start again.",
    ),
    "source.unvalidated_constraints": (
        "Is every constraint known to hold?",
        "`VALIDATE CONSTRAINT` before the move.",
    ),
    "source.version": (
        "Is it a version of PostgreSQL that can be moved?",
        "Upgrade to 13 or newer.",
    ),
    "source.wal_budget": (
        "How long does the WAL budget last?",
        "Approve soon after the load, or grow the disk and `WalBudgetGibibytes`.",
    ),
    "source.wal_level": (
        "Does the server write WAL for change capture?",
        "`wal_level = logical` and a restart, or `allowSourceRestart`.",
    ),
    "source.wal_sender_timeout": (
        "Is `wal_sender_timeout` 0 or from 10 s on?",
        "Set it so and reload.",
    ),
    "source.wal_senders": (
        "Is a WAL sender free?",
        "Raise `max_wal_senders`, or allow the restart.",
    ),
    "source.writable": (
        "Does the old database take writes?",
        "It is a replica, or read-only: name the primary.",
    ),
    "target.application_role": (
        "Is the new Redash's role there?",
        "Create it, or leave `ApplicationDatabaseRole` empty.",
    ),
    "target.empty": (
        "Is the new database empty?",
        "Give it an empty one, or drop what is named.",
    ),
    "target.may_set_replication_role": (
        "May the role silence triggers while it copies?",
        "Use a member of rds_superuser.",
    ),
    "target.reachable": (
        "Does the new database let the migration in?",
        "Its secret, its security group on 5432.",
    ),
    "target.schema": (
        "Was every object that matters made on the new side?",
        "Do what the server said of the object that is named.",
    ),
    "target.schema_refused": (
        "What did the new server refuse that does not matter to the data?",
        "Make it by hand, if you need it.",
    ),
    "target.session_replication_role": (
        "Do foreign keys and triggers work in the new database?",
        "Take `session_replication_role` out of its parameter group and reboot it.",
    ),
    "target.temporary_tables": (
        "May the role make temporary tables?",
        "`GRANT TEMPORARY ON DATABASE ... TO ...`",
    ),
    "target.writable": (
        "Does the new database take writes?",
        "It is a replica, or read-only: name the primary.",
    ),
    "traffic.as_inspected": (
        "Before the pause once more: are rule, ways in and target group as they were inspected?",
        "Give them back what they had, or start again.",
    ),
    "traffic.closed": (
        "Can no user reach the new Redash yet?",
        "Give the rule of its target group a condition that no client meets.",
    ),
    "traffic.log_in": (
        "Does the log-in of the listener come through a switch?",
        "Do what the detail says; with Cognito, set `CognitoUserPoolArn`.",
    ),
    "traffic.old_home": (
        "Does the listener lead to a healthy old Redash?",
        "Look at the old host first: the migration takes over things as they are.",
    ),
    "traffic.other_ways": (
        "Do users reach the old home by the switched rule alone?",
        "Redirect the other listeners and rules to the one that is switched.",
    ),
    "traffic.other_rules": (
        "Does another rule lead to the old Redash?",
        "Take it away, or name it as `ListenerRuleArn`.",
    ),
    "traffic.target_group": (
        "Is the new target group of the right kind?",
        "Type ip, health check /ping, stickiness off.",
    ),
    "traffic.targets": (
        "Before the pause once more: is every target of the new group a task of the server's?",
        "Take the others out of the group.",
    ),
}
