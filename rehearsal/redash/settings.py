"""What the stand-in reads from its environment: Redash's own variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class MissingVariable(Exception):
    """An environment variable that Redash can't do without; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``queues`` are those a worker serves; ``seconds_between_runs`` paces scheduled work.

    Without a ``redis_url`` every queue counts as served: for a server that is started by itself.
    """

    database_url: str
    secret_key: str
    host: str
    port: int
    queues: frozenset[str]
    seconds_between_runs: float
    redis_url: str = ""
    enforce_https: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process; MissingVariable names what is not set."""
        variables = os.environ if environ is None else environ
        url = variables.get("REDASH_DATABASE_URL", "")
        if not url:
            raise MissingVariable(
                "REDASH_DATABASE_URL is not set; give it as postgresql://user:password@host/name"
            )
        # Like Redash: only an absent REDASH_SECRET_KEY falls back, an empty one is taken as it is.
        secret_key = variables.get("REDASH_SECRET_KEY", variables.get("REDASH_COOKIE_SECRET"))
        if secret_key is None:
            raise MissingVariable("REDASH_COOKIE_SECRET is not set; Redash doesn't start without")
        return cls(
            database_url=url.replace("postgresql+psycopg2://", "postgresql://", 1),
            secret_key=secret_key,
            host=variables.get("REDASH_HOST_ADDRESS", "127.0.0.1"),
            port=int(variables.get("PORT", "5000")),
            queues=frozenset(variables.get("QUEUES", "default").replace(",", " ").split()),
            seconds_between_runs=float(variables.get("REDASH_SECONDS_BETWEEN_RUNS", "1")),
            redis_url=variables.get("REDASH_REDIS_URL", ""),
            enforce_https=variables.get("REDASH_ENFORCE_HTTPS", "").lower() in {"true", "1"},
        )
