"""The questions that only a working Redash answers, put to the old home and to the new one.

Imported by SmokeTest, and run as a program in the old server's own container, so both homes are
asked the same: standard library alone, Python 3.7 and newer. /ping says 200 even with the database
down. What proves something: a data source decrypts, a search finds, a stored result is whole, the
set-up form is shut. Results are read in pieces and thrown away: one may have a hundred megabytes.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
import urllib.parse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # an alias is evaluated, and Python 3.7 knows no tuple[str]
    from collections.abc import Sequence

    Answer = tuple[str, str, str]

SECONDS = 20
PIECE = 1 << 16
HELD = 4 << 20  # bytes of an answer that is read to be understood
RESULTS = 3
WORDS = 6


class Asker:
    """One server, asked as the owner of an API key; ``prefix`` is the organization's path."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._place = (host, port)
        # Where HTTPS is enforced, all else is redirected to it; the load balancer says so as well.
        self._headers = {"X-Forwarded-Proto": "https"}
        if key:
            self._headers["Authorization"] = "Key " + key
        self.prefix = ""
        self.read = 0
        """Bytes of all answers' bodies."""

    def get(self, path: str) -> tuple[int, bytes, str]:
        """(status, head or tail of the body, Location); status 0 where nothing was answered.

        Of a body that is longer than HELD only the end is kept.
        """
        connection = http.client.HTTPConnection(self._place[0], self._place[1], timeout=SECONDS)
        try:
            connection.request("GET", self.prefix + path, headers=self._headers)
            answer = connection.getresponse()
            kept, size = b"", 0
            while True:
                piece = answer.read(PIECE)
                if not piece:
                    break
                size += len(piece)
                self.read += len(piece)
                kept = (kept + piece) if size <= HELD else (kept + piece)[-PIECE:]
            return answer.status, kept, answer.getheader("Location") or ""
        except (OSError, http.client.HTTPException) as error:
            return 0, type(error).__name__.encode(), ""
        finally:
            connection.close()

    def json(self, path: str) -> tuple[int, Any]:
        """(status, the answer as JSON or None)."""
        status, body, _ = self.get(path)
        try:
            return status, json.loads(body.decode("utf-8")) if status == 200 else None
        except ValueError:
            return status, None


def ask(
    host: str, port: int, key: str, slugs: Sequence[str] = (), sources: int | None = None
) -> list[Answer]:
    """[(check, status, detail)]: PASS, FAIL, WARN for what there was nothing of, or UNKNOWN.

    ``slugs`` are the organizations' paths, ``sources`` how many data sources the table holds.
    """
    asker = Asker(host, port, key)
    found = [_reached(asker, "smoke.ping", "/ping")]
    found.append(_setup_closed(asker))
    if not key:
        found.append(("smoke.api", "WARN", "no API key: what needs one was not asked"))
        return found
    status, session = asker.json("/api/session")
    for slug in slugs:
        if status == 200:
            break
        asker.prefix = "/" + urllib.parse.quote(slug)
        status, session = asker.json("/api/session")
    if status != 200 or not isinstance(session, dict):
        asker.prefix = ""
        found.append(
            ("smoke.session", "FAIL", "/api/session answers %d: the API key is refused" % status)
        )
        return found
    found.append(("smoke.session", "PASS", "/api/session answers 200"))
    user = session.get("user") or {}
    admin = bool({"admin", "super_admin"} & set(user.get("permissions") or ["admin"]))
    found.append(_data_sources(asker, sources, admin))
    found += _queries(asker, admin)
    for name in ("dashboards", "alerts"):
        found.append(_reached(asker, "smoke." + name, "/api/" + name))
    return found


def _reached(asker: Asker, check: str, path: str) -> Answer:
    status, _, _ = asker.get(path)
    return check, "PASS" if status == 200 else "FAIL", "%s answers %d" % (path, status)


def _setup_closed(asker: Asker) -> Answer:
    status, _, location = asker.get("/setup")
    path = urllib.parse.urlsplit(location).path
    shut = status in (301, 302, 303, 307, 308) and not path.rstrip("/").endswith("/setup")
    return (
        "smoke.setup_closed",
        "PASS" if shut else "FAIL",
        "/setup answers %d%s" % (status, "" if shut else ": the set-up form is open, or unseen"),
    )


def _data_sources(asker: Asker, expected: int | None, admin: bool) -> Answer:
    check = "smoke.data_sources"
    status, sources = asker.json("/api/data_sources")
    if not isinstance(sources, list):
        return check, "FAIL", "/api/data_sources answers %d" % status
    if not admin:
        return (
            check,
            "UNKNOWN",
            "the API key is no administrator's: it sees %d data sources" % len(sources),
        )
    for source in sources:
        path = "/api/data_sources/%d" % int(source["id"])
        status, _, _ = asker.get(path)
        if status != 200:
            return check, "FAIL", "%s answers %d" % (path, status)
    if expected is not None and len(sources) < expected:
        return (
            check,
            "FAIL",
            "%d of %d data sources are listed: a runner is missing" % (len(sources), expected),
        )
    if not sources:
        return check, "WARN", "there is no data source to read"
    return check, "PASS", "%d data sources can be read" % len(sources)


def _queries(asker: Asker, admin: bool) -> list[Answer]:
    status, listed = asker.json("/api/queries?page_size=50&order=-executed_at")
    if not isinstance(listed, dict):
        return [("smoke.queries", "FAIL", "/api/queries answers %d" % status)]
    queries = listed.get("results") or []
    count = int(listed.get("count") or 0)
    if not queries:
        verdict = "WARN" if admin else "UNKNOWN"
        return [("smoke.queries", verdict, "no query is seen: search and results were not asked")]
    return [
        ("smoke.queries", "PASS", "%d queries" % count),
        _search(asker, queries),
        _results(asker, queries),
    ]


def _search(asker: Asker, queries: list[Any]) -> Answer:
    check = "smoke.search"
    words: list[str] = []
    for query in queries:
        # Some words are none to PostgreSQL (a number in a circle), or to the parser (or, and).
        for word in re.findall(r"\w{2,}", str(query.get("name", ""))):
            if word.lower() not in ("and", "or", "not") and word not in words:
                words.append(word)
    if not words:
        return check, "WARN", "no name of a query holds a word to search for"
    status, hits = 0, None
    for word in words[:WORDS]:
        status, hits = asker.json("/api/queries?q=" + urllib.parse.quote(word))
        if status not in (200, 0) or (isinstance(hits, dict) and hits.get("count")):
            break
    if isinstance(hits, dict) and hits.get("count"):
        return check, "PASS", "%d hits" % hits["count"]
    return (
        check,
        "FAIL",
        "a search for words of queries' own names answers %d and finds none" % status,
    )


def _results(asker: Asker, queries: list[Any]) -> Answer:
    check = "smoke.results"
    stored = [one for one in queries if one.get("latest_query_data_id")][:RESULTS]
    before = asker.read
    for query in stored:
        path = "/api/queries/%d/results" % int(query["id"])
        status, body, _ = asker.get(path)
        if status != 200 or not body.rstrip().endswith(b"}"):
            return check, "FAIL", "%s answers %d" % (path, status)
    if not stored:
        return check, "WARN", "no query has a stored result"
    read = (asker.read - before) // 1000
    return check, "PASS", "%d stored results are whole, %d KB" % (len(stored), read)


if __name__ == "__main__":
    place, (api_key, *rest) = sys.argv[1], sys.stdin.read().split("\n")
    for check, status, detail in ask(
        "127.0.0.1", int(place), api_key.strip(), [slug for slug in rest[1:] if slug], int(rest[0])
    ):
        print("@smoke " + " ".join([check, status, re.sub("[^ -~]", "?", detail)]))
