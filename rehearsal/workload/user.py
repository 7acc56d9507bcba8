"""One user, or one schedule: what they do in Redash, and what they then expect to find there."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

from rehearsal.workload.kinds import KINDS, Kind
from rehearsal.workload.ledger import ANY
from rehearsal.workload.notebook import Notebook
from rehearsal.workload.redash_client import RedashClient, Reply

MARK = "rehearsal"
_OWN_QUERIES_KEPT = 40


class User:
    """Acts on rows that no other user of the workload touches: own ones and a share of the old.

    ``shared`` are ids of old queries for this user alone.
    """

    def __init__(
        self,
        name: str,
        client: RedashClient,
        notebook: Notebook,
        *,
        user_id: int,
        sources: Sequence[int],
        shared: Sequence[int],
        kinds: Sequence[Kind] = KINDS,
    ) -> None:
        self._name = name
        self._client = client
        self._notebook = notebook
        self._user_id = user_id
        self._sources = list(sources)
        self._unknown = list(shared)
        self._queries: list[tuple[int, int | None]] = []
        self._snippets: list[int] = []
        self._favorites: list[int] = []
        self._kinds = [kind for kind in kinds if kind in _ACTIONS]
        self._count = itertools.count(1)

    def act(self) -> bool:
        """Do one thing; whether it was acknowledged."""
        reply = _ACTIONS[random.choice(self._kinds)](self)
        return reply is None or reply.acknowledged

    def leave(self) -> None:
        """Close the browser."""
        self._client.close()

    def _marker(self) -> str:
        return f"{MARK}-{self._name}-{next(self._count)}"

    def _event(self) -> Reply:
        marker = self._marker()
        event = {"action": "view", "object_type": "query", "object_id": marker, "場所": "東京"}
        reply = self._client.call("POST", "/api/events", event)
        self._notebook.note(reply, "event", ("events", {"object_id": marker}, {"action": "view"}))
        return reply

    def _execute(self) -> Reply | None:
        found = self._query()
        if found is None:
            return self._create()
        number, source = found
        if source is None:
            return None
        text = f"SELECT '実行' -- {self._marker()}"
        body = {"data_source_id": source, "query": text, "query_id": number, "max_age": 0}
        reply = self._client.call("POST", "/api/query_results", body)
        result = reply.body["job"].get("query_result_id") if reply.acknowledged else None
        if result is not None:
            self._notebook.note(
                reply,
                "execute",
                ("query_results", {"id": result}, {"query": text}),
                ("queries", {"id": number}, {"latest_query_data_id": result}),
            )
        else:
            # Which result the query will point to, and when, is not known: any will do now.
            self._notebook.note(
                reply, "execute", ("queries", {"id": number}, {"latest_query_data_id": ANY})
            )
        return reply

    def _create(self) -> Reply:
        name = f"新しいクエリ {self._marker()}"
        source = random.choice(self._sources) if self._sources else None
        body: dict[str, Any] = {
            "name": name,
            "query": f"SELECT '{name}' AS 名前",
            "description": "リハーサルで作成",
            "data_source_id": source,
            "options": {"parameters": []},
            "tags": ["リハーサル"],
        }
        reply = self._client.call("POST", "/api/queries", body)
        if reply.acknowledged:
            row = {"name": name, "query": body["query"], "is_archived": False}
            number = int(reply.body["id"])
            self._queries = [*self._queries, (number, source)][-_OWN_QUERIES_KEPT:]
            self._notebook.note(reply, "create", ("queries", {"id": number}, row))
        return reply

    def _edit(self) -> Reply | None:
        found = self._query()
        if found is None:
            return self._create()
        name = f"編集済み {self._marker()}"
        row = {"name": name, "query": f"SELECT 1 -- {name}"}
        reply = self._client.call("POST", f"/api/queries/{found[0]}", row)
        self._notebook.note(reply, "edit", ("queries", {"id": found[0]}, row))
        return reply

    def _archive(self) -> Reply | None:
        found = self._query()
        if found is None or len(self._queries) < 3:
            return self._create()
        self._queries.remove(found)
        reply = self._client.call("DELETE", f"/api/queries/{found[0]}")
        self._notebook.note(reply, "archive", ("queries", {"id": found[0]}, {"is_archived": True}))
        return reply

    def _snippet(self) -> Reply:
        trigger = self._marker()
        body = {"trigger": trigger, "description": "", "snippet": "SELECT 1"}
        reply = self._client.call("POST", "/api/query_snippets", body)
        if reply.acknowledged:
            number = int(reply.body["id"])
            self._snippets.append(number)
            self._notebook.note(
                reply, "snippet", ("query_snippets", {"id": number}, {"trigger": trigger})
            )
        return reply

    def _forget_snippet(self) -> Reply | None:
        if not self._snippets:
            return self._snippet()
        number = self._snippets.pop(0)
        reply = self._client.call("DELETE", f"/api/query_snippets/{number}")
        self._notebook.note(reply, "forget_snippet", ("query_snippets", {"id": number}, None))
        return reply

    def _favorite(self) -> Reply | None:
        found = self._query()
        if found is None:
            return self._create()
        reply = self._client.call("POST", f"/api/queries/{found[0]}/favorite", {})
        self._favorites.append(found[0])
        self._notebook.note(reply, "favorite", ("favorites", self._favorite_key(found[0]), {}))
        return reply

    def _forget_favorite(self) -> Reply | None:
        if not self._favorites:
            return self._favorite()
        number = self._favorites.pop(0)
        reply = self._client.call("DELETE", f"/api/queries/{number}/favorite")
        self._notebook.note(
            reply, "forget_favorite", ("favorites", self._favorite_key(number), None)
        )
        return reply

    def _read(self) -> Reply:
        return self._client.call("GET", "/api/queries?page_size=5")

    def _favorite_key(self, number: int) -> dict[str, Any]:
        return {"object_type": "Query", "object_id": number, "user_id": self._user_id}

    def _query(self) -> tuple[int, int | None] | None:
        """An own query, or an old one that nobody runs by schedule."""
        if self._unknown and len(self._queries) < _OWN_QUERIES_KEPT:
            number = self._unknown.pop()
            reply = self._client.call("GET", f"/api/queries/{number}")
            found = reply.body if reply.acknowledged else None
            if found and not found["schedule"] and not found["is_archived"]:
                self._queries.append((number, found["data_source_id"]))
        return random.choice(self._queries) if self._queries else None


_ACTIONS: dict[Kind, Callable[[User], Reply | None]] = {
    "event": User._event,
    "execute": User._execute,
    "create": User._create,
    "edit": User._edit,
    "archive": User._archive,
    "snippet": User._snippet,
    "forget_snippet": User._forget_snippet,
    "favorite": User._favorite,
    "forget_favorite": User._forget_favorite,
    "read": User._read,
}
