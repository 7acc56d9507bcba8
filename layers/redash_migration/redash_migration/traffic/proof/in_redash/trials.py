"""How each that Redash calls is tried, side by side, and told.

Packed with the others into one program (program.py), which says what may and may not be in it.
"""

import importlib.machinery
import importlib.util
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
LACKING = {}  # id -> names of options whose file is not here, and modules
CAUSES = (
    ("name not found", "translate host|name or service|nodename|getaddrinfo|resol"),
    ("no such file", "no such file|filenotfound"),
    ("its certificate is not trusted", "certificate|self.signed"),
    ("refused", "refused"),
    ("no answer in time", "timed out|timeout"),
    ("unreachable", "no route|unreachable"),
    ("no right to write", "noperm|no permission|read only|readonly|misconf|noreplicas"),
    ("credentials refused", "password|authenticat|access denied|login failed|credential|unauthori"),
    ("TLS", "ssl|tls|no encryption"),
    ("closed at once: maybe it wants TLS", "closed by|reset by peer|connection reset"),
)


# Who a server is, whatever its address; a reading one of several is nobody in particular.
WHO = {
    "pg": "SELECT system_identifier::text AS who FROM pg_catalog.pg_control_system()",
    "mysql": "SELECT IF(@@read_only + @@innodb_read_only = 0, @@server_uuid, '') AS who",
}
WHO["rds_mysql"] = WHO["mysql"]
# Whose own test passes and asks nothing (redash/query_runner).
UNASKED = ("csv", "excel", "insecure_script", "json", "python", "url")
# Whose own test makes the file that is not there.
MADE_BY_A_TEST = ("duckdb", "sqlite")


def say(kind, **fields):
    """Says one fact, in a line of its own."""
    text = json.dumps(dict(fields, kind=kind), sort_keys=True, separators=(",", ":"))
    print("@proof " + text, flush=True)


def cause(error):
    """The kind of a failure, without its message."""
    text = str(error).lower()
    for name, pattern in CAUSES:
        if re.search(pattern, text):
            return name
    return type(error).__name__


def of_source(number, kind, state, why, who=""):
    """What is said of a data source, told with all that fare alike: there may be hundreds, and of
    the old host's answer Run Command keeps 24,000 characters."""
    SOURCES.setdefault((kind, state, why), {})[number] = who


def sources_said():
    """Says of all data sources how they fare, those that fare alike together."""
    for (kind, state, why), found in sorted(SOURCES.items()):
        ids = sorted(found)
        for place in range(0, len(ids), 60):  # a line holds 4,000 characters (host/prove.sh)
            some = ids[place : place + 60]
            who = {number: found[number] for number in some if found[number]}
            lacks = {number: LACKING[number][:3] for number in some if LACKING.get(number)}
            say("sources", ids=some, type=kind, state=state, why=why, who=who, lacks=lacks)


def importable(name, paths):
    """Whether a module is there, without importing it."""
    try:
        return bool(
            name in sys.builtin_module_names
            or importlib.util.find_spec(name)
            or importlib.machinery.PathFinder.find_spec(name, paths)
        )
    except Exception:
        return False


def lacking(kind, options):
    """What a data source names and this container lacks: options that name a file, and modules."""
    found = []
    for name, value in sorted(options.items()):
        a_file = isinstance(value, str) and re.match("/[^*\\n\\0]*$", value)
        own = kind in MADE_BY_A_TEST and name == "dbpath" and value != ":memory:"
        if (a_file or own) and not os.path.exists(str(value)):
            found.append(name)
    if kind == "python":
        paths = str(options.get("additionalModulesPaths") or "").split(",")
        for one in str(options.get("allowedImportModules") or "").split(","):
            module = one.strip().split(".")[0]
            if module and not importable(module, paths):
                found.append(module)
    return [re.sub("[^A-Za-z0-9_-]", "", name)[:30] for name in found]


def tested(kind, runner, options):
    """Redash's own test, or a call where that asks nothing; then who answered, "" where that can't
    be told. NotImplementedError for what can't be asked."""
    try:
        if kind in UNASKED:
            raise NotImplementedError
        runner.test_connection()
    except NotImplementedError:
        url = options.get("url") or options.get("base_url")
        if not url:
            raise
        call(str(url))
        return ""
    try:
        data, _ = runner.run_query(WHO[kind], None)
        data = json.loads(data) if isinstance(data, str) else data
        return re.sub("[^0-9a-f-]", "", str(data["rows"][0]["who"]))[:40]
    except Exception:
        return ""


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
