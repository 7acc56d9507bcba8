"""What administrators see of workers and scheduler."""

from __future__ import annotations

from rehearsal.redash.answers.exchange import Answer, Request, as_json
from rehearsal.redash.answers.routes import route


@route("GET", "/api/admin/queries/rq_status")
def show_workers(request: Request) -> Answer:
    """Every worker with its queues."""
    workers = request.presence.workers() if request.presence else []
    return as_json({"queues": {}, "workers": workers})


@route("GET", "/status.json")
def show_status(request: Request) -> Answer:
    """The scheduler's last round, among what else Redash says there."""
    manager = {"last_refresh_at": request.presence.last_refresh()} if request.presence else {}
    return as_json({"manager": manager, "workers": []})
