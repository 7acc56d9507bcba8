"""Which Redis this side has, and whether it takes jobs; packed as trials.py is."""

import hashlib

from redash_migration.traffic.proof.in_redash.trials import cause, say


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
