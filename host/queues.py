"""Runs in a Redash container: asks redis by the address that Redash has.

Password, number and TLS included. "look": queues and paused data sources. "wait N", with the
scheduler stopped and users at work: until what was queued or at work then, and what that has queued
since, is done. "end N": once its input ends, because nobody asks for more, until nothing is queued
or at work.

Not waited for while users work: the events that each of their clicks queues, what they have run
since, and schemas, which Redash keeps in redis alone. These would never end (redash/tasks).
"""

import os
import re
import sys
import time

import redis

own = os.environ.get("REDASH_REDIS_URL", os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
THE_SCHEDULERS = re.compile("periodic$|emails$|.*scheduled")
KEPT_IN_REDIS = ("schemas",)
MOST = 5000  # jobs of a queue that are looked at, the oldest ones


def connect(url):
    """A connection that never waits for long."""
    # A socket of the host's own takes no time limit of a connection: TypeError up to redis-py 5.
    limits = {} if url.startswith("unix:") else {"socket_connect_timeout": 5}
    return redis.from_url(url, socket_timeout=5, **limits)


def text(value):
    """Text of what redis holds, of either version's client."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def listed(jobs):
    """[(queue, how many wait, their ids, ids at work)]; a dead worker's jobs are not at work."""
    found = []
    workers = [jobs.hget(one, "current_job") for one in jobs.smembers("rq:workers")]
    current = set(text(one) for one in workers if one)
    for key in sorted(text(member) for member in jobs.smembers("rq:queues")):
        name = key[len("rq:queue:") :]
        waiting, ids = 0, []
        if text(jobs.type(key)) == "list":
            waiting, ids = jobs.llen(key), jobs.lrange(key, 0, MOST - 1)
        wip = "rq:wip:" + name
        running = jobs.zrange(wip, 0, -1) if text(jobs.type(wip)) == "zset" else []
        # Newer versions of RQ add the execution's own id behind a colon.
        at_work = set(text(one).split(":")[0] for one in running) & current
        found.append((name, waiting, [text(one) for one in ids], sorted(at_work)))
    return found


def what(jobs, job):
    """The name of the task, as RQ describes a job: redash.tasks.general.record_event({...})."""
    return text(jobs.hget("rq:job:" + job, "description") or "").split("(")[0].split(".")[-1]


def owed(jobs, known, first):
    """How many jobs have to be waited for; ``known`` holds each that was seen: True, it counts."""
    left = 0
    for name, _, waiting, running in listed(jobs):
        for job in waiting + running:
            if job not in known:
                counts = name not in KEPT_IN_REDIS
                if name == "default" or not (first or THE_SCHEDULERS.match(name)):
                    counts = name == "default" and what(jobs, job) != "record_event"
                known[job] = counts
            left += known[job]
    return left


def say_paused():
    """Says which data sources are paused."""
    for key in connect(own).scan_iter(match="ds:*:pause"):
        found = re.match("ds:([0-9]+):pause$", text(key))
        if found:
            print("@paused " + found.group(1))


def wait(jobs, seconds):
    """Waits; says what is left, and what is paused then."""
    deadline = time.time() + seconds
    known = {}
    left = owed(jobs, known, True)
    while left and time.time() < deadline:
        time.sleep(0.2)
        left = owed(jobs, known, False)
    say_paused()
    print("@left %d" % left)


def end(jobs, seconds):
    """Says what stays in redis for good, task by task."""
    jobs.ping()  # while the servers stop: what can't be asked holds nobody up
    sys.stdin.read()
    deadline = time.time() + seconds
    while True:
        left = [one for one in listed(jobs) if one[0] not in KEPT_IN_REDIS]
        count = sum(waiting + len(running) for _, waiting, _, running in left)
        if not count or time.time() >= deadline:
            break
        time.sleep(0.05)
    names = [what(jobs, job) for _, _, ids, running in left for job in ids + running]
    for name in sorted(set(names)):
        print("@stays %s %d" % (re.sub("[^A-Za-z0-9_]", "", name)[:60] or "job", names.count(name)))
    print("@stays all %d" % count)


try:
    jobs = connect(os.environ.get("RQ_REDIS_URL", own))
    if sys.argv[1] == "look":
        for name, waiting, _, running in listed(jobs):
            if re.match("[A-Za-z0-9_.:@-]{1,100}$", name):
                print("@queue %s %d %d" % (name, waiting, len(running)))
        say_paused()
        # A worker that has died leaves its name for a while, and nothing said of it.
        homes, served = set(), {}
        for one in jobs.smembers("rq:workers"):
            homes.add(text(jobs.hget(one, "hostname") or ""))
            for name in text(jobs.hget(one, "queues") or "").split(","):
                served[name] = served.get(name, 0) + 1
        for home in sorted(homes - set([""])):
            print("@worker_at " + re.sub("[^A-Za-z0-9_.:-]", "", home)[:100])
        for name in sorted(served):
            if re.match("[A-Za-z0-9_.:@-]{1,100}$", name):
                print("@served %s %d" % (name, served[name]))
        print("@queues seen")
    elif sys.argv[1] == "wait":
        wait(jobs, int(sys.argv[2]))
    else:
        end(jobs, int(sys.argv[2]))
except Exception as error:
    # The class alone: a message may hold the address.
    sys.stderr.write("redis: " + type(error).__name__ + "\n")
    sys.exit(1)
