# Runs where Redash runs, in a container of its image: in the new network as a task of its own, and
# in the old server's container. It asks what Redash itself would ask, writes nothing, holds no
# lock, and says a fact a line. No value of a setting, no name, no message of a driver: these may
# hold secrets. Argument: the key of the fingerprints. Python 3.7 and newer; Redash 9 to 26.
import hashlib
import json
import os
import re
import smtplib
import sys
import threading
import time

LONGEST = 60
EACH = 20
AT_ONCE = 16
CAUSES = (
    ("name not found", "translate host|name or service|nodename|getaddrinfo|resol"),
    ("refused", "refused"),
    ("no answer in time", "timed out|timeout"),
    ("unreachable", "no route|unreachable"),
    ("credentials refused", "password|authenticat|access denied|login failed|credential|unauthori"),
    ("TLS", "ssl|certificate|tls"),
)


def say(kind, **fields):
    print("@proof " + json.dumps(dict(fields, kind=kind), sort_keys=True), flush=True)


def cause(error):
    text = str(error).lower()
    for name, pattern in CAUSES:
        if re.search(pattern, text):
            return name
    return type(error).__name__


def settings_said(key):
    found = {}
    for name, value in os.environ.items():
        if re.match("[A-Za-z][A-Za-z0-9_]*$", name):
            text = (key + ":" + value + ":" + key).encode("utf-8", "surrogateescape")
            found[name] = hashlib.sha256(text).hexdigest()[:16]
    say("settings", fingerprints=found)


def database_said(redash, models):
    """[(id, runner)] of the data sources that can be tried."""
    from alembic.script import ScriptDirectory

    text = models.db.text
    rows = models.db.session.execute(text("SELECT version_num FROM alembic_version")).fetchall()
    folder = os.path.join(os.path.dirname(os.path.dirname(redash.__file__)), "migrations")
    say(
        "revision",
        database=sorted(str(row[0]) for row in rows),
        code=sorted(ScriptDirectory(folder).get_heads()),
        version=str(redash.__version__),
    )
    rows = models.db.session.execute(
        text("SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = current_database()")
    ).fetchall()
    try:
        server = models.db.session.execute(
            text("SELECT system_identifier::text FROM pg_catalog.pg_control_system()")
        ).fetchall()[0][0]
    except Exception:
        models.db.session.rollback()
        server = None
    say("identity", database=int(rows[0][0]), server=server)
    rows = models.db.session.execute(
        text("SELECT id, type, queue_name, scheduled_queue_name FROM data_sources ORDER BY id")
    ).fetchall()
    queues = {"periodic", "emails", "default", "schemas", "queries", "scheduled_queries"}
    say("queues", used=sorted(queues | {str(q) for row in rows for q in row[2:4] if q}))
    ready = []
    for number, kind in [(int(row[0]), str(row[1])) for row in rows]:
        try:
            source = models.DataSource.query.get(number)
            source.options.to_json()
        except Exception as error:
            models.db.session.rollback()
            say("source", id=number, type=kind, state="not decrypted", why=type(error).__name__)
            continue
        try:
            runner = source.query_runner
        except Exception:
            runner = None
        if runner is None:
            say("source", id=number, type=kind, state="no runner", why="")
        else:
            ready.append((number, kind, runner))
    models.db.session.remove()
    return ready


def sources_said(ready, until):
    places = threading.BoundedSemaphore(AT_ONCE)
    answered = {}

    def one(number, runner):
        with places:
            try:
                runner.test_connection()
                answered[number] = ("answers", "")
            except NotImplementedError:
                answered[number] = ("untested", "")
            except BaseException as error:
                answered[number] = ("fails", cause(error))

    threads = {}
    for number, _, runner in ready:
        threads[number] = threading.Thread(target=one, args=(number, runner), daemon=True)
        threads[number].start()
    began = time.time()
    rounds = 1 + len(ready) // AT_ONCE
    for number, kind, _ in ready:
        threads[number].join(max(0.0, min(until, began + EACH * rounds) - time.time()))
        state, why = answered.get(number, ("fails", "no answer in time"))
        say("source", id=number, type=kind, state=state, why=why)


def mail_said(settings):
    if settings.MAIL_DEFAULT_SENDER is None:
        say("mail", state="none", why="")
        return
    try:
        kind = smtplib.SMTP_SSL if settings.MAIL_USE_SSL else smtplib.SMTP
        server = kind(settings.MAIL_SERVER, int(settings.MAIL_PORT), timeout=10)
        server.ehlo()
        server.quit()
        say("mail", state="answers", why="")
    except Exception as error:
        say("mail", state="fails", why=cause(error))


def main():
    until = time.time() + LONGEST
    settings_said(sys.argv[1])
    # For our own session alone: a data source behind a pooler would refuse the option.
    os.environ["PGOPTIONS"] = "-c default_transaction_read_only=on"
    ready = []
    try:
        import redash
        from redash import models, settings
        from redash.app import Redash
    except Exception as error:
        say("redash", state="fails", why=type(error).__name__)
        return
    try:
        redash.redis_connection.ping()
        redash.rq_redis_connection.ping()
        say("redis", state="answers", why="")
    except Exception as error:
        say("redis", state="fails", why=cause(error))
    try:
        app = Redash()
        models.db.init_app(app)
        with app.app_context():
            ready = database_said(redash, models)
    except Exception as error:
        say("database", state="fails", why=cause(error))
    del os.environ["PGOPTIONS"]
    mail_said(settings)
    sources_said(ready, until)
    say("end")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # whatever a driver still waits for
