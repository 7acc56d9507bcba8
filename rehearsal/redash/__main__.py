"""``python -m rehearsal.redash [server|scheduler|worker]``."""

from __future__ import annotations

import signal
import sys
from threading import Event, Thread

from rehearsal.redash.application import Application
from rehearsal.redash.background import run_background
from rehearsal.redash.server import Server
from rehearsal.redash.settings import MissingVariable, Settings

ROLES = ("server", "scheduler", "worker")


def main(arguments: list[str]) -> int:
    """Run one role until SIGTERM or SIGINT; 2 for a wrong call."""
    role = arguments[0] if arguments else "server"
    if role not in ROLES:
        print(f"role: {role!r} is unknown; take one of {', '.join(ROLES)}", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_env()
    except MissingVariable as error:
        print(error, file=sys.stderr)
        return 2
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    if role == "server":
        _serve(settings, stopped)
    else:
        run_background(role, settings, stopped)
    return 0


def _serve(settings: Settings, stopped: Event) -> None:
    server = Server(settings.host, settings.port, Application(settings))
    Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    stopped.wait()
    server.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
