"""Stands for the package of a Redash image: what the migration's questions need of it."""

from __future__ import annotations

import socket

import redis

from redash import settings

__version__ = "25.8.0"

redis_connection = redis.from_url(settings.REDIS_URL, socket_timeout=5)
rq_redis_connection = redis_connection
# As its client of statsd does while Redash is loaded.
statsd = socket.getaddrinfo(settings.STATSD_HOST, settings.STATSD_PORT, 0, socket.SOCK_DGRAM)
