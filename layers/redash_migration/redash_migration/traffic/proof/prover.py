# Runs where Redash runs, in a container of its image: in the new network as a task of its own, and
# in the old server's container. It asks what Redash itself would ask, writes nothing, holds no
# lock, and says a fact a line. No value of a setting, no name, no message of a driver: these may
# hold secrets. Argument: the key of the fingerprints. Python 3.7 and newer; Redash 9 to 26.
import functools
import hashlib
import json
import os
import re
import smtplib
import socket
import sys
import threading
import time
from email.utils import parseaddr
from urllib.parse import urlsplit

LONGEST = 60
EACH = 20
AT_ONCE = 16
SOURCES = {}  # (type, state, why) -> {id: who it is}
CAUSES = (
    ("name not found", "translate host|name or service|nodename|getaddrinfo|resol"),
    ("refused", "refused"),
    ("no answer in time", "timed out|timeout"),
    ("unreachable", "no route|unreachable"),
    ("no right to write", "noperm|no permission|read only|readonly|misconf|noreplicas"),
    ("credentials refused", "password|authenticat|access denied|login failed|credential|unauthori"),
    ("TLS", "ssl|certificate|tls"),
)


# Who a server is, whatever its address; a reading one of several is nobody in particular.
WHO = {
    "pg": "SELECT system_identifier::text AS who FROM pg_catalog.pg_control_system()",
    "mysql": "SELECT IF(@@read_only + @@innodb_read_only = 0, @@server_uuid, '') AS who",
}
WHO["rds_mysql"] = WHO["mysql"]
# Where alert destinations send that have no address among their options (redash/destinations).
SEND_TO = {
    "asana": "app.asana.com",
    "chatwork": "api.chatwork.com",
    "datadog": os.environ.get("DATADOG_HOST", "api.datadoghq.com"),
    "pagerduty": "events.pagerduty.com",
    "webex": "webexapis.com",
}


def say(kind, **fields):
    text = json.dumps(dict(fields, kind=kind), sort_keys=True, separators=(",", ":"))
    print("@proof " + text, flush=True)


def of_source(number, kind, state, why, who=""):
    """What is said of a data source, told with all that fare alike: there may be hundreds, and of
    the old host's answer Run Command keeps 24,000 characters."""
    SOURCES.setdefault((kind, state, why), {})[number] = who


def sources_said():
    for (kind, state, why), found in sorted(SOURCES.items()):
        ids = sorted(found)
        for place in range(0, len(ids), 60):  # a line holds 4,000 characters (host/prove.sh)
            some = ids[place : place + 60]
            who = {number: found[number] for number in some if found[number]}
            say("sources", ids=some, type=kind, state=state, why=why, who=who)


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


def of_redis(connection, key):
    """(its INFO, a hash of who it is)."""
    try:
        info = connection.info()
    except Exception:  # a user of few rights
        info = {}
    run = (key + ":" + str(info.get("run_id"))).encode()
    return info, hashlib.sha256(run).hexdigest()[:16] if info.get("run_id") else ""


def may_write(connection, name):
    """What jobs need, asked of a key that nobody has: nothing is changed, and a right is needed."""
    for words in (
        ("DEL", name), ("LREM", name, 0, "x"), ("SREM", name, "x"), ("ZREM", name, "x"),
        ("HDEL", name, "x"), ("EXPIRE", name, 1), ("PUBLISH", name, "x"),
    ):  # fmt: skip
        connection.execute_command(*words)


def redis_said(redash, settings, key):
    """What answers a PING may still take no job: a replica, one shard of a cluster, the old one."""
    limits = str(getattr(settings, "LIMITER_STORAGE", ""))
    limited = getattr(settings, "RATELIMIT_ENABLED", True) and limits.startswith("redis")
    of, limiter = "", ""
    try:
        redash.redis_connection.ping()
        redash.rq_redis_connection.ping()
        info, server = of_redis(redash.rq_redis_connection, key)
        # Why these take no write is told by what they are.
        if info.get("role") != "slave" and not int(info.get("cluster_enabled", 0)):
            may_write(redash.redis_connection, "ds:redash-migration")
            may_write(redash.rq_redis_connection, "rq:redash-migration")
        if limited and limits != settings.REDIS_URL:
            import redis

            of = "REDASH_LIMITER_STORAGE"
            counting = redis.from_url(limits, socket_timeout=5)
            counting.ping()
            limiter = of_redis(counting, key)[1]
    except Exception as error:
        say("redis", state="fails", why=cause(error), of=of)
        return
    say(
        "redis",
        state="answers",
        why="",
        server=server,
        limiter=limiter,
        role=str(info.get("role", "")),
        cluster=int(info.get("cluster_enabled", 0)),
        eviction=str(info.get("maxmemory_policy", "")),
    )


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
    lacking = [str(row[0]) for row in models.db.session.execute(text(RIGHTS)).fetchall()]
    say("writing", standby=bool(rows[0][0]), read_only=str(rows[0][1]), lacking=lacking)


def database_said(redash, models):
    """[(id, runner)] of the data sources that can be tried."""
    from alembic.script import ScriptDirectory

    text = models.db.text
    begin(models)
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
        server = None
    say("identity", database=int(rows[0][0]), server=server)
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
            source.options.to_json()
        except Exception as error:
            begin(models)
            of_source(number, kind, "not decrypted", type(error).__name__)
            continue
        try:
            runner = source.query_runner
        except Exception:
            runner = None
        if runner is None:
            of_source(number, kind, "no runner", "")
        else:
            ready.append(("source", number, kind, functools.partial(tested, kind, runner)))
    return ready


def tested(kind, runner):
    """Redash's own test; then who answered, "" where that can't be told."""
    runner.test_connection()
    try:
        data, _ = runner.run_query(WHO[kind], None)
        data = json.loads(data) if isinstance(data, str) else data
        return re.sub("[^0-9a-f-]", "", str(data["rows"][0]["who"]))[:40]
    except Exception:
        return ""


def addresses(models, settings):
    """[(what, URL)] of what Redash calls besides its data sources."""
    found = []
    if getattr(settings, "LDAP_LOGIN_ENABLED", False) and settings.LDAP_HOST_URL:
        found.append(("LDAP", str(settings.LDAP_HOST_URL)))
    if getattr(settings, "GOOGLE_OAUTH_ENABLED", False):
        found.append(("Google sign-in", "https://accounts.google.com"))
    for place, url in enumerate(getattr(settings, "EVENT_REPORTING_WEBHOOKS", ())):
        found.append((f"webhook {place + 1} of events", str(url)))
    begin(models)
    for organization in models.Organization.query.all():
        for what, on, name in (
            ("SAML metadata", "auth_saml_enabled", "auth_saml_metadata_url"),
            ("JWT certificates", "auth_jwt_login_enabled", "auth_jwt_auth_public_certs_url"),
        ):
            if organization.get_setting(on) and organization.get_setting(name):
                found.append((what, str(organization.get_setting(name))))
    numbers = [
        row[0]
        for row in models.db.session.execute(
            models.db.text("SELECT id FROM notification_destinations ORDER BY id")
        ).fetchall()
    ]
    from redash.destinations import destinations

    for number in numbers:
        what = f"alert destination {number}"
        try:
            one = models.NotificationDestination.query.get(number)
            options, kind = json.loads(one.options.to_json()), str(one.type)
        except Exception:
            begin(models)
            say("address", id=what, type="", state="not decrypted", why="")
            continue
        if kind not in destinations:
            say("address", id=what, type=kind, state="not in the image", why="")
        elif isinstance(options.get("url"), str):
            found.append((what, options["url"]))
        elif kind in SEND_TO:
            found.append((what, "https://" + SEND_TO[kind]))
    return found


def call(url):
    """The host alone is reached, with none of the address's path: nothing is sent to anybody."""
    parts = urlsplit(url if "//" in url else "ldap://" + url)
    if parts.scheme in ("http", "https"):
        import requests

        host = parts.netloc.rpartition("@")[2]
        requests.head(f"{parts.scheme}://{host}/", timeout=10,
                      allow_redirects=False)  # fmt: skip
        return
    port = parts.port or (636 if parts.scheme == "ldaps" else 389)
    socket.create_connection((parts.hostname, port), 10).close()


def addresses_found(models, settings):
    """What can be tried of them, as all_said takes it."""
    try:
        found = addresses(models, settings)
    except Exception as error:  # another version's models
        say("address", id="the list of them", type="", state="unseen", why=type(error).__name__)
        return []
    return [("address", what, "", functools.partial(call, url)) for what, url in found]


def all_said(ready, until):
    """Each is tried, side by side: (kind of fact, its id, more about it, what to call)."""
    places = threading.BoundedSemaphore(AT_ONCE)
    answered = {}

    def one(place, test):
        with places:
            try:
                answered[place] = ("answers", "", test() or "")
            except NotImplementedError:
                answered[place] = ("untested", "", "")
            except BaseException as error:
                answered[place] = ("fails", cause(error), "")

    threads = []
    for place, (_, _, _, test) in enumerate(ready):
        threads.append(threading.Thread(target=one, args=(place, test), daemon=True))
        threads[place].start()
    began = time.time()
    rounds = 1 + len(ready) // AT_ONCE
    for place, (fact, number, kind, _) in enumerate(ready):
        threads[place].join(max(0.0, min(until, began + EACH * rounds) - time.time()))
        state, why, who = answered.get(place, ("fails", "no answer in time", ""))
        if fact == "source":
            of_source(number, kind, state, why, who)
        else:
            say(fact, id=number, type=kind, state=state, why=why)


def mail_said(settings):
    """As far as a mail goes before its text: a relay may answer everybody and take from few."""
    sender = settings.MAIL_DEFAULT_SENDER
    if sender is None:
        say("mail", state="none", why="")
        return
    try:
        kind = smtplib.SMTP_SSL if settings.MAIL_USE_SSL else smtplib.SMTP
        server = kind(settings.MAIL_SERVER, int(settings.MAIL_PORT), timeout=10)
        server.ehlo()
        if getattr(settings, "MAIL_USE_TLS", False):
            server.starttls()
            server.ehlo()
        if getattr(settings, "MAIL_USERNAME", None):
            server.login(settings.MAIL_USERNAME, settings.MAIL_PASSWORD)
        address = parseaddr(str(sender[-1] if isinstance(sender, tuple) else sender))[1]
        taken = server.mail(address)[0] < 400 and server.rcpt(address)[0] < 400
        server.rset()
        server.quit()
        state, why = ("answers", "") if taken else ("fails", "it takes no mail from there")
        say("mail", state=state, why=why)
    except Exception as error:
        say("mail", state="fails", why=cause(error))


def main():
    until = time.time() + LONGEST
    settings_said(sys.argv[1])
    ready = []
    try:
        import redash
        from redash import models, settings
        from redash.app import Redash
    except Exception as error:
        say("redash", state="fails", why=type(error).__name__)
        return
    redis_said(redash, settings, sys.argv[1])
    if getattr(settings, "REMOTE_USER_LOGIN_ENABLED", False):
        name = re.sub("[^A-Za-z0-9-]", "", str(settings.REMOTE_USER_HEADER))
        say("sign_in", header=name)
    try:
        app = Redash()
        models.db.init_app(app)
        with app.app_context():
            ready = database_said(redash, models)
            ready += addresses_found(models, settings)
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
