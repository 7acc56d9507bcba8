"""What Redash calls besides its data sources, tried by the host alone; packed as trials.py is."""

import functools
import json
import os

from redash_migration.traffic.proof.in_redash.trials import call, say

# Where alert destinations send that have no address among their options (redash/destinations).
SEND_TO = {
    "asana": "app.asana.com",
    "chatwork": "api.chatwork.com",
    "datadog": os.environ.get("DATADOG_HOST", "api.datadoghq.com"),
    "pagerduty": "events.pagerduty.com",
    "webex": "webexapis.com",
}


def named_by(settings):
    """[(what, URL)] of what the settings name besides data sources."""
    found = []
    if getattr(settings, "LDAP_LOGIN_ENABLED", False) and settings.LDAP_HOST_URL:
        found.append(("LDAP", str(settings.LDAP_HOST_URL)))
    if getattr(settings, "GOOGLE_OAUTH_ENABLED", False):
        found.append(("Google sign-in", "https://accounts.google.com"))
    if getattr(settings, "SENTRY_DSN", ""):
        found.append(("Sentry", str(settings.SENTRY_DSN)))
    for name in ("http_proxy", "https_proxy"):
        proxy = os.environ.get(name) or os.environ.get(name.upper())
        if proxy:
            found.append((name.upper(), proxy if "//" in proxy else "http://" + proxy))
    for place, url in enumerate(getattr(settings, "EVENT_REPORTING_WEBHOOKS", ())):
        found.append((f"webhook {place + 1} of events", str(url)))
    return found


def addresses(models, settings, begin):
    """[(what, URL)] of what Redash calls besides its data sources."""
    found = named_by(settings)
    begin(models)
    for organization in models.Organization.query.all():
        for what, on, name in (
            ("SAML metadata", "auth_saml_enabled", "auth_saml_metadata_url"),
            ("JWT certificates", "auth_jwt_login_enabled", "auth_jwt_auth_public_certs_url"),
        ):
            if organization.get_setting(on) and organization.get_setting(name):
                found.append((what, str(organization.get_setting(name))))
    numbers = [
        row[0]
        for row in models.db.session.execute(
            models.db.text("SELECT id FROM notification_destinations ORDER BY id")
        ).fetchall()
    ]
    from redash.destinations import destinations

    for number in numbers:
        what = f"alert destination {number}"
        try:
            one = models.NotificationDestination.query.get(number)
            options, kind = json.loads(one.options.to_json()), str(one.type)
        except Exception:
            begin(models)
            say("address", id=what, type="", state="not decrypted", why="")
            continue
        if kind not in destinations:
            say("address", id=what, type=kind, state="not in the image", why="")
        elif isinstance(options.get("url"), str):
            found.append((what, options["url"]))
        elif kind in SEND_TO:
            found.append((what, "https://" + SEND_TO[kind]))
    return found


def addresses_found(models, settings, begin):
    """What can be tried of them, as all_said takes it."""
    try:
        found = addresses(models, settings, begin)
    except Exception as error:  # another version's models
        say("address", id="the list of them", type="", state="unseen", why=type(error).__name__)
        return []
    return [("address", what, "", functools.partial(call, url)) for what, url in found]
