# Runs in a Redash container: asks redis by the address that Redash has, password, number and TLS
# included. "look": queues and paused data sources. "wait N": until nothing is queued or at work,
# and what is paused then.
import os
import re
import sys
import time

import redis

own = os.environ.get("REDASH_REDIS_URL", os.environ.get("REDIS_URL", "redis://localhost:6379/0"))


def connect(url):
    return redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def queued(jobs):
    left = []
    for key in sorted(text(member) for member in jobs.smembers("rq:queues")):
        name = key[len("rq:queue:") :]
        waiting = jobs.llen(key) if text(jobs.type(key)) == "list" else 0
        wip = "rq:wip:" + name
        running = jobs.zcard(wip) if text(jobs.type(wip)) == "zset" else 0
        left.append((name, waiting, running))
    return left


def say_paused():
    for key in connect(own).scan_iter(match="ds:*:pause"):
        found = re.match("ds:([0-9]+):pause$", text(key))
        if found:
            print("@paused " + found.group(1))


try:
    jobs = connect(os.environ.get("RQ_REDIS_URL", own))
    if sys.argv[1] == "look":
        for name, waiting, running in queued(jobs):
            if re.match("[A-Za-z0-9_.:@-]{1,100}$", name):
                print("@queue %s %d %d" % (name, waiting, running))
        say_paused()
        print("@queues seen")
    else:
        deadline = time.time() + int(sys.argv[2])
        while True:
            left = sum(waiting + running for _, waiting, running in queued(jobs))
            if left == 0 or time.time() >= deadline:
                break
            time.sleep(0.5)
        say_paused()
        print("@left %d" % left)
except Exception as error:
    # The class alone: a message may hold the address.
    sys.stderr.write("redis: " + type(error).__name__ + "\n")
    sys.exit(1)
