"""moto as a server in this process, repaired, behind the call log."""

from __future__ import annotations

import functools
import logging
import os
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from rehearsal.cloud.calls.log import CallLog
from rehearsal.cloud.door import Door
from rehearsal.ports import free_port


class AwsServer:
    """AWS on a free port of this machine. One at a time in a process: moto's state is global."""

    _running: AwsServer | None = None

    def __init__(self, directory: Path, kill: Any) -> None:
        if AwsServer._running is not None:
            raise RuntimeError("a cloud is running in this process already; stop it first")
        self.port = free_port()
        # Read by moto when it is imported, and by its workflow engine later.
        os.environ["MOTO_PORT"] = str(self.port)
        os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
        # Thousands of images with a volume each, made anew with every backend; nobody asks for one.
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
        _import_moto()
        from moto.moto_server.werkzeug_app import (
            DomainDispatcherApplication,
            MotoRequestHandler,
            create_backend_app,
        )

        app = DomainDispatcherApplication(create_backend_app)
        # Else moto lists its own folder for each call, and all others wait for that.
        app.get_backend_for_host = functools.cache(app.get_backend_for_host)
        self.calls = CallLog(app, directory / "aws-calls.ndjson", kill)
        self.door = Door(self.calls, [f"127.0.0.1:{self.port}", f"localhost:{self.port}"])
        self._server = make_server(
            "127.0.0.1",
            self.port,
            self.door,
            threaded=True,
            request_handler=_quiet(MotoRequestHandler),
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="AWS", daemon=True
        )
        self._thread.start()
        AwsServer._running = self

    @property
    def url(self) -> str:
        """The endpoint for every service."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Close the port and forget everything that was created."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        self.calls.close()
        reset()
        AwsServer._running = None


def reset() -> None:
    """Empty all of moto's backends."""
    from moto.moto_api._internal.models import moto_api_backend
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    moto_api_backend.reset()
    stepfunctions_parser_backends.reset()


def _import_moto() -> None:
    from moto.core.config import default_user_config

    from rehearsal.cloud.repairs import apply_all

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    apply_all()
    reset()
    for name in ("werkzeug", "moto", "moto.stepfunctions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _quiet(handler: Any) -> type[WSGIRequestHandler]:
    """moto's request handler, silent, and without waiting for acknowledgements."""

    def handle_expect_100(self: WSGIRequestHandler) -> bool:
        # Left in the buffer, the answer would keep each upload to S3 waiting for a second; werkzeug
        # would give it once more.
        self.send_response_only(HTTPStatus.CONTINUE)
        self.end_headers()
        self.wfile.flush()
        del self.headers["Expect"]
        return True

    return type(
        "QuietHandler",
        (handler,),
        {
            "handle_expect_100": handle_expect_100,
            "log": lambda *_args, **_named: None,
            "log_request": lambda *_args, **_named: None,
            # Header and body go out in two writes: Nagle's algorithm would hold the second back.
            "disable_nagle_algorithm": True,
            "wbufsize": -1,
        },
    )
