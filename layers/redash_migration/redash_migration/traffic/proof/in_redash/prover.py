"""Runs where Redash runs, and asks what Redash itself would ask.

In a container of its image: in the new network as a task of its own, and in the old server's
container. It writes nothing, holds no lock, and says a fact a line. No value of a setting, no name,
no message of a driver: these may hold secrets. Argument: the key of the fingerprints. Python 3.7
and newer; Redash 9 to 26. Packed behind the others into one program (program.py).
"""

import functools
import hashlib
import json
import linecache
import os
import re
import sys
import time

from redash_migration.traffic.proof.in_redash.addresses import addresses_found
from redash_migration.traffic.proof.in_redash.redis_seen import redis_said
from redash_migration.traffic.proof.in_redash.trials import (
    LACKING,
    LONGEST,
    MADE_BY_A_TEST,
    all_said,
    cause,
    lacking,
    mail_said,
    of_source,
    say,
    sources_said,
    tested,
)


def settings_said(key):
    """Says every setting as a keyed fingerprint."""
    found = {}
    for name, value in os.environ.items():
        if re.match("[A-Za-z][A-Za-z0-9_]*$", name):
            text = (key + ":" + value + ":" + key).encode("utf-8", "surrogateescape")
            found[name] = hashlib.sha256(text).hexdigest()[:16]
    say("settings", fingerprints=found)


def begin(models):
    """A transaction that can write nothing, also where a pooler stands before the database."""
    models.db.session.rollback()
    models.db.session.execute(models.db.text("SET TRANSACTION READ ONLY"))


RIGHTS = """
SELECT name FROM (SELECT unnest(ARRAY['alerts', 'changes', 'dashboards', 'events', 'queries',
    'query_results', 'users', 'visualizations', 'widgets']) AS name) AS every
WHERE to_regclass('public.' || name) IS NOT NULL AND NOT (
    has_table_privilege('public.' || name, 'SELECT')
    AND has_table_privilege('public.' || name, 'INSERT')
    AND has_table_privilege('public.' || name, 'UPDATE')
    AND has_table_privilege('public.' || name, 'DELETE')
    AND coalesce(has_sequence_privilege(pg_get_serial_sequence('public.' || name, 'id'), 'USAGE'),
        true)) ORDER BY name
"""


# What cuts off a session of Redash's role, in milliseconds, and how many it may have.
LIMITS = """
SELECT name, setting::bigint FROM pg_catalog.pg_settings WHERE setting <> '0' AND name IN
    ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
     'transaction_timeout', 'idle_session_timeout')
UNION ALL SELECT 'connections', least(nullif(rolconnlimit, -1), nullif(datconnlimit, -1))
FROM pg_catalog.pg_roles, pg_catalog.pg_database
WHERE rolname = current_user AND datname = current_database()
"""


def writing_said(models):
    """Whether the role of the address may write there: reading works on a standby too."""
    text = models.db.text
    begin(models)
    rows = models.db.session.execute(
        text(
            "SELECT pg_is_in_recovery(), (SELECT setting FROM pg_catalog.pg_settings"
            " WHERE name = 'default_transaction_read_only')"
        )
    ).fetchall()
    lacks = [str(row[0]) for row in models.db.session.execute(text(RIGHTS)).fetchall()]
    found = models.db.session.execute(text(LIMITS)).fetchall()
    say(
        "writing",
        standby=bool(rows[0][0]),
        read_only=str(rows[0][1]),
        lacking=lacks,
        limits={str(name): int(value) for name, value in found if value is not None},
    )


def database_said(redash, models):
    """[(id, runner)] of the data sources that can be tried."""
    from alembic.script import ScriptDirectory

    text = models.db.text
    begin(models)
    rows = models.db.session.execute(
        text("SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = current_database()")
    ).fetchall()
    try:
        server = models.db.session.execute(
            text("SELECT system_identifier::text FROM pg_catalog.pg_control_system()")
        ).fetchall()[0][0]
    except Exception:
        server = None
        begin(models)
    say("identity", database=int(rows[0][0]), server=server)
    rows = models.db.session.execute(text("SELECT version_num FROM alembic_version")).fetchall()
    folder = os.path.join(os.path.dirname(os.path.dirname(redash.__file__)), "migrations")
    say(
        "revision",
        database=sorted(str(row[0]) for row in rows),
        code=sorted(ScriptDirectory(folder).get_heads()),
        version=str(redash.__version__),
    )
    writing_said(models)
    rows = models.db.session.execute(
        text("SELECT id, type, queue_name, scheduled_queue_name FROM data_sources ORDER BY id")
    ).fetchall()
    queues = {"periodic", "emails", "default", "schemas", "queries", "scheduled_queries"}
    say("queues", used=sorted(queues | {str(q) for row in rows for q in row[2:4] if q}))
    ready = []
    for number, kind in [(int(row[0]), str(row[1])) for row in rows]:
        try:
            source = models.DataSource.query.get(number)
            options = json.loads(source.options.to_json())
        except Exception as error:
            begin(models)
            of_source(number, kind, "not decrypted", type(error).__name__)
            continue
        LACKING[number] = lacking(kind, options)
        if kind in MADE_BY_A_TEST and "dbpath" in LACKING[number]:
            of_source(number, kind, "fails", "no such file")
            continue
        try:
            runner = source.query_runner
        except Exception:
            runner = None
        if runner is None:
            of_source(number, kind, "no runner", "")
        else:
            test = functools.partial(tested, kind, runner, options)
            ready.append(("source", number, kind, test))
    return ready


def setting_at(error):
    """The setting that Redash was at when its code could not be loaded, by the line of the code."""
    trace, name = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "redash" in file:
            lines = [linecache.getline(file, trace.tb_lineno + one) for one in range(3)]
            found = re.search(r"(REDASH_[A-Z_]+)|settings\.([A-Z_]+)", "".join(lines))
            name = found.group(1) or "settings." + found.group(2) if found else name
        trace = trace.tb_next
    return name


def place_said(settings):
    """What Redash can't see of where it runs, and takes from its settings or its clock."""
    host = str(getattr(settings, "HOST", "")).split("//")[-1]
    say(
        "place",
        proxies=int(getattr(settings, "PROXIES_COUNT", 1)),
        ahead=int(time.localtime().tm_gmtoff),
        numbered=bool(re.match(r"(\d+\.){3}\d+|\[|localhost\b", host)),
    )


def main():
    """Asks all there is to ask, and says the end: without it the answer is cut off."""
    until = time.time() + LONGEST
    settings_said(sys.argv[1])
    ready = []
    try:
        import redash
        from redash import models, settings
        from redash.app import Redash
    except Exception as error:
        say("redash", state="fails", why=cause(error), at=setting_at(error))
        return
    place_said(settings)
    redis_said(redash, settings, sys.argv[1])
    if getattr(settings, "REMOTE_USER_LOGIN_ENABLED", False):
        name = re.sub("[^A-Za-z0-9-]", "", str(settings.REMOTE_USER_HEADER))
        say("sign_in", header=name)
    try:
        app = Redash()
        models.db.init_app(app)
        with app.app_context():
            ready = database_said(redash, models)
            ready += addresses_found(models, settings, begin)
            models.db.session.remove()
    except Exception as error:
        say("database", state="fails", why=cause(error))
    mail_said(settings)
    all_said(ready, until)
    sources_said()
    say("end")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # whatever a driver still waits for
