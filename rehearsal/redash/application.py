"""One request in, one answer out, whatever goes wrong in between."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import psycopg

from rehearsal.redash.answers import (
    activity,
    data_sources,
    executions,
    overview,
    queries,
    workforce,
)
from rehearsal.redash.answers.exchange import Answer, NotFound, Refused, Request, User, as_json
from rehearsal.redash.answers.routes import dispatch
from rehearsal.redash.encryption import WrongSecretKey
from rehearsal.redash.image.redis import RedisError
from rehearsal.redash.pool import Connection, Pool
from rehearsal.redash.presence import Presence
from rehearsal.redash.settings import Settings

RESOURCES = (activity, data_sources, executions, overview, queries, workforce)
"""The modules whose import registers the routes."""

ADMINISTRATORS = frozenset({"/status.json"})
"""Outside /api/, and yet for those who have a key."""

_HTML = "text/html; charset=utf-8"


class Application:
    """Redash's HTTP interface over one database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = Pool(settings.database_url)
        self._presence = Presence(settings.redis_url) if settings.redis_url else None

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request. A write is answered with 2xx only after its COMMIT."""
        parts = urlsplit(target)
        if parts.path == "/ping":
            return Answer(200, b"PONG.", "text/plain")  # even with the database down
        if self._settings.enforce_https and headers.get("X-Forwarded-Proto") != "https":
            return Answer(302, b"", _HTML, {"Location": f"https://{headers.get('Host')}{target}"})
        try:
            if not parts.path.startswith("/api/") and parts.path not in ADMINISTRATORS:
                return self._page(parts.path)
            parameters = dict(parse_qsl(parts.query))
            content = json.loads(body) if body else None
            with self._pool.transaction() as connection:
                user = _user(connection, headers.get("Authorization", ""), parameters)
                request = Request(
                    connection, self._settings.secret_key, user, parameters, content, self._presence
                )
                return dispatch(method, parts.path, request)
        except Refused as refusal:
            return as_json({"message": str(refusal)}, refusal.status)
        except (psycopg.Error, RedisError, WrongSecretKey, ValueError) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"{method} {parts.path} 500 {reason}", file=sys.stderr, flush=True)
            return as_json({"message": "Internal Server Error"}, 500)

    def close(self) -> None:
        """Let go of the database."""
        self._pool.close()

    def _page(self, path: str) -> Answer:
        if path == "/setup":
            if self._is_set_up():
                return Answer(302, b"", _HTML, {"Location": "/"})
            form = "<form method=post><h1>Redash Setup</h1><input name=email></form>"
            return Answer(200, form.encode(), _HTML)
        if path in {"/", "/login"}:
            target = "/login" if self._is_set_up() else "/setup"
            if path == target:
                return Answer(200, "<h1>Redash</h1>ログイン".encode(), _HTML)
            return Answer(302, b"", _HTML, {"Location": target})
        raise NotFound

    def _is_set_up(self) -> bool:
        with self._pool.transaction() as connection:
            row = connection.execute("SELECT to_regclass('organizations') AS found").fetchone()
            if row is None or row["found"] is None:
                return False
            return connection.execute("SELECT 1 FROM organizations").fetchone() is not None


def _user(connection: Connection, authorization: str, parameters: Mapping[str, str]) -> User:
    scheme, _, key = authorization.partition(" ")
    key = key if scheme == "Key" else parameters.get("api_key", "")
    row = (
        key
        and connection.execute(
            "SELECT id, org_id, name, email, api_key FROM users"
            " WHERE api_key = %s AND disabled_at IS NULL",
            [key],
        ).fetchone()
    )
    if not row:
        raise NotFound
    return User(**row)
