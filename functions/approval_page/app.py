"""The approval page: an HTTP API in front, payload format 2.0."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from redash_migration.approval.page.front import serve
from redash_migration.approval.page.http import Request
from redash_migration.function_settings import PeopleSettings
from redash_migration.settings import with_settings

logger = Logger(service="redash-migration")


@with_settings(PeopleSettings)
def handler(event: dict[str, Any], context: Any, settings: PeopleSettings) -> dict[str, Any]:
    """A request -> a page. Neither path nor body is logged: they are the link and the answer."""
    request = Request.from_event(event)
    response = serve(request, lambda error: logger.exception("no page: %s", type(error).__name__))
    logger.info("answered", extra={"method": request.method, "status": response.status})
    return response.to_event(with_body=request.method != "HEAD")
