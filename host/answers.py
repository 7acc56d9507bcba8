"""Runs in a Redash server's container: ends well once Redash answers, its database included.

The argument says within how many seconds. /setup asks the database; a redirect is how it answers
once it is set up.
"""

import os
import sys
import time

try:
    from http.client import HTTPConnection
except ImportError:
    from httplib import HTTPConnection


def status(path):
    """What Redash answers to a path; 599 for no answer."""
    bind = os.environ.get("REDASH_GUNICORN_BIND", "[::]:5000")
    connection = HTTPConnection("127.0.0.1", int(bind.rpartition(":")[2]), timeout=10)
    try:
        # Where HTTPS is enforced, the load balancer says so; else all would be redirected to it.
        connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
        return connection.getresponse().status
    except Exception:
        return 599
    finally:
        connection.close()


deadline = time.time() + int(sys.argv[1])
while status("/ping") != 200 or status("/setup") >= 500:
    if time.time() >= deadline:
        sys.exit(1)
    time.sleep(0.5)
