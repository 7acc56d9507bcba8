"""The smoke test: the endpoints of the new Redash that only answer when it really works.

``/ping`` says 200 even with the database down; it is a health check. What proves something: a
data source's options decrypt, a search finds, a stored result is whole, the set-up form is shut.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from redash_migration.errors import SmokeTestFailed
from redash_migration.record import Check, Record

TIMEOUT_SECONDS = 20

Ask = Callable[[str], tuple[int, bytes]]


class Redash:
    """A Redash server at an address, asked as the owner of an API key."""

    def __init__(self, host: str, port: int, api_key: str) -> None:
        self._base = f"http://{host}:{port}"
        self._headers = {"Authorization": f"Key {api_key}"} if api_key else {}

    def get(self, path: str) -> tuple[int, bytes]:
        """(status, body); status 0 with the reason when there was no answer."""
        request = urllib.request.Request(self._base + path, headers=self._headers)  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError as error:
            return 0, str(error).encode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def smoke_test(ask: Ask, *, with_key: bool) -> list[Check]:
    """The checks of one server. Without an API key only what needs none can be asked."""
    checks = [
        _status(ask, "smoke.ping", "/ping", 200, "The server does not answer; see its log."),
        _status(
            ask,
            "smoke.setup_closed",
            "/setup",
            302,
            "The set-up form is open: the database looks empty to Redash.",
        ),
    ]
    if not with_key:
        checks.append(
            Check(
                "smoke.api",
                "WARN",
                "no API key is given: data sources, search and results were not asked for",
                "Set RedashApiKeySecretArn to have them asked.",
            )
        )
        return checks
    checks.append(_status(ask, "smoke.session", "/api/session", 200, "The API key is refused."))
    checks.append(_data_sources(ask))
    checks += _queries(ask)
    for name in ("dashboards", "alerts"):
        checks.append(_status(ask, f"smoke.{name}", f"/api/{name}", 200, "See the server's log."))
    return checks


def _status(ask: Ask, check: str, path: str, wanted: int, remedy: str) -> Check:
    status, body = ask(path)
    if status == wanted:
        return Check(check, "PASS", f"{path} answers {status}")
    said = body[:200].decode("utf-8", "replace") if status in {0, 500} else ""
    return Check(check, "FAIL", f"{path} answers {status}, not {wanted} {said}".strip(), remedy)


def _data_sources(ask: Ask) -> Check:
    check, remedy = "smoke.data_sources", "REDASH_SECRET_KEY is not the old host's."
    status, body = ask("/api/data_sources")
    sources = _json(body) if status == 200 else None
    if not isinstance(sources, list):
        return Check(check, "FAIL", f"/api/data_sources answers {status}", remedy)
    for source in sources:
        path = f"/api/data_sources/{source['id']}"
        status, _ = ask(path)
        if status != 200:
            return Check(check, "FAIL", f"{path} answers {status}", remedy)
    return Check(check, "PASS", f"{len(sources)} data sources can be read")


def _queries(ask: Ask) -> list[Check]:
    status, body = ask("/api/queries?page_size=25")
    listed = _json(body) if status == 200 else None
    if not isinstance(listed, dict):
        return [Check("smoke.queries", "FAIL", f"/api/queries answers {status}", "See the log.")]
    queries = listed.get("results", [])
    checks = [Check("smoke.queries", "PASS", f"{listed.get('count', len(queries))} queries")]
    word = next(
        (
            word
            for query in queries
            for word in str(query.get("name", "")).split()
            if word.isalnum()
        ),
        "",
    )
    if word:
        quoted = urllib.parse.quote(word)
        status, body = ask(f"/api/queries?q={quoted}")
        hits = _json(body) if status == 200 else None
        count = hits.get("count", 0) if isinstance(hits, dict) else 0
        checks.append(
            Check("smoke.search", "PASS", f"{count} hits")
            if count
            else Check(
                "smoke.search",
                "FAIL",
                f"a search for a query's own name answers {status} with {count} hits",
                "search_vector or the search functions are missing on the target.",
            )
        )
    stored = [query for query in queries if query.get("latest_query_data_id")][:3]
    for query in stored:
        path = f"/api/queries/{query['id']}/results"
        status, body = ask(path)
        if status != 200 or _json(body) is None:
            checks.append(
                Check(
                    "smoke.results",
                    "FAIL",
                    f"{path} answers {status}",
                    "A stored result is not whole on the target.",
                )
            )
            return checks
    checks.append(Check("smoke.results", "PASS", f"{len(stored)} stored results are whole"))
    return checks


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def ask_servers(
    record: Record, targets: list[dict[str, Any]], api_key: str, *, fact: str = "smoke_test"
) -> None:
    """Ask every new server; SmokeTestFailed lists what did not answer as it should.

    The answers are kept as a fact: ``smoke_test`` before the switch, ``live_check`` after it.
    """
    if not targets:
        raise SmokeTestFailed("no new server to ask; StartTarget found none healthy")
    failed: list[Check] = []
    checks: list[Check] = []
    for target in targets:
        redash = Redash(str(target["host"]), int(target["port"]), api_key)
        checks = smoke_test(redash.get, with_key=bool(api_key))
        failed += [check for check in checks if check.status not in {"PASS", "WARN"}]
    record.checks.put(*checks, *failed)
    record.put_fact(
        fact,
        {
            "errors": len(failed),
            "servers": len(targets),
            "checks": [check.to_json() for check in [*checks, *failed]],
        },
    )
    if failed:
        raise SmokeTestFailed("; ".join(f"{check.id}: {check.detail}" for check in failed)[:4000])
