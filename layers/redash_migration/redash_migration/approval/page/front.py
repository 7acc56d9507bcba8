"""The front door: which part answers a path, and a calm page whatever goes wrong behind it."""

from __future__ import annotations

from collections.abc import Callable

from redash_migration import clock, wiring
from redash_migration.approval import assembly
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.people import approvers
from redash_migration.approval.gate.seal import Seals
from redash_migration.approval.links.link import PATH
from redash_migration.approval.links.stored_keys import keys
from redash_migration.approval.page import notices
from redash_migration.approval.page.answers import respond
from redash_migration.approval.page.http import Request, Response
from redash_migration.approval.page.visit import Site
from redash_migration.approval.settings import approval_settings
from redash_migration.approval.texts import Texts

SLACK_PATH = "/slack"


def serve(request: Request, trouble: Callable[[Exception], object]) -> Response:
    """The answer to any request; ``trouble`` hears of what went wrong, the visitor does not."""
    language = wiring.settings().language
    try:
        if request.path == SLACK_PATH:
            return _slack(request, language)
        if not request.path.startswith(PATH):
            return notices.notice(Texts(language), 404, "unknown")
        return respond(_site(language), request)
    except Exception as error:
        trouble(error)
        return notices.notice(Texts(language), 503, "trouble", {"Retry-After": "60"})


def _site(language: str) -> Site:
    return Site(
        gates=Gates(wiring.record_table(), Seals(keys)),
        approvers=lambda: approvers(approval_settings().approvers),
        keys=keys,
        desk=lambda migration_id: assembly.desk(wiring.record(migration_id)),
        clock=clock.now,
        language=language,
    )


def _slack(request: Request, language: str) -> Response:
    from redash_migration.approval.gate.people import slack_approvers
    from redash_migration.approval.page.chat_buttons import Buttons, press

    buttons = Buttons(
        gates=Gates(wiring.record_table(), Seals(keys)),
        desk=lambda migration_id: assembly.desk(wiring.record(migration_id)),
        secret=assembly.signing_secret(),
        approvers=slack_approvers(approval_settings().slack_approvers),
        language=language,
    )
    return press(buttons, request)
