"""What the first pages show: session, dashboards, alerts."""

from __future__ import annotations

from rehearsal.redash.answers.data_sources import data_source
from rehearsal.redash.answers.exchange import Answer, NotFound, Request, as_json
from rehearsal.redash.answers.routes import route
from rehearsal.redash.answers.rows import decoded


@route("GET", "/api/session")
def show_session(request: Request) -> Answer:
    """Who is logged in."""
    user = {"id": request.user.id, "name": request.user.name, "email": request.user.email}
    return as_json({"user": user, "org_slug": "default", "messages": [], "client_config": {}})


@route("GET", "/api/dashboards")
def list_dashboards(request: Request) -> Answer:
    """A page of dashboards."""
    rows = request.connection.execute(
        "SELECT id, slug, name, tags, is_draft, is_archived, updated_at, created_at,"
        " count(*) OVER () AS total FROM dashboards"
        " WHERE org_id = %s AND NOT is_archived ORDER BY id DESC LIMIT 25",
        [request.user.org_id],
    ).fetchall()
    count = rows[0].pop("total") if rows else 0
    for row in rows[1:]:
        del row["total"]
    return as_json({"count": count, "page": 1, "page_size": 25, "results": rows})


@route("GET", "/api/dashboards/<number>")
def show_dashboard(request: Request, number: int) -> Answer:
    """A dashboard with its widgets; decrypts the data sources that its queries use."""
    row = request.connection.execute("SELECT * FROM dashboards WHERE id = %s", [number]).fetchone()
    if row is None:
        raise NotFound
    widgets = request.connection.execute(
        "SELECT w.id, w.text, w.options, w.width, v.id AS visualization_id, q.data_source_id"
        " FROM widgets w LEFT JOIN visualizations v ON v.id = w.visualization_id"
        " LEFT JOIN queries q ON q.id = v.query_id WHERE w.dashboard_id = %s ORDER BY w.id",
        [number],
    ).fetchall()
    for source in {widget["data_source_id"] for widget in widgets} - {None}:
        data_source(request.connection, source, request.secret_key)
    for widget in widgets:
        widget["options"] = decoded(widget["options"])
    return as_json({**row, "options": decoded(row["options"]), "widgets": widgets})


@route("GET", "/api/alerts")
def list_alerts(request: Request) -> Answer:
    """All alerts."""
    rows = request.connection.execute(
        "SELECT id, name, query_id, user_id, options, state, rearm, last_triggered_at,"
        " updated_at, created_at FROM alerts ORDER BY id"
    ).fetchall()
    for row in rows:
        row["options"] = decoded(row["options"])
    return as_json(rows)
