"""What a child of the nursery becomes: one instance of a function."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from typing import Any, NoReturn

from plain_runtime_client import (  # type: ignore[import-not-found]
    PlainRuntimeClient,
)

PR_SET_PDEATHSIG = 1


class HiddenModules:
    """A finder, first in line, for which a package outside the function's layers is not there."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:  # noqa: ARG002
        """Refuse hidden modules; leave all others to the finders behind."""
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def hide(names: frozenset[str]) -> None:
    """Make packages that are not in the function's layers as if they were not installed."""
    for name in [one for one in sys.modules if one.partition(".")[0] in names]:
        del sys.modules[name]
    sys.meta_path.insert(0, HiddenModules(names))


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; other systems rely on stdin."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def become_instance(order: dict[str, Any]) -> NoReturn:
    """In the child: turn into the function's runtime. Never returns."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(descriptor, target)
        os.closerange(3, 256)
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        os.chdir(order["directory"])
        sys.path[:0] = order["path"]
        hide(frozenset(order["hidden"]))
        address = order["environment"]["AWS_LAMBDA_RUNTIME_API"]
        run_handler(order["handler"], address, order["plain_client"])
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def run_handler(handler: str, address: str, plain_client: bool) -> None:
    """awslambdaric's loop; the address may carry a path, which tells instances apart."""
    from awslambdaric import bootstrap, lambda_runtime_client
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    if plain_client or lambda_runtime_client.runtime_client is None:
        lambda_runtime_client.runtime_client = PlainRuntimeClient(address)
    host, _, prefix = address.partition("/")
    client = LambdaRuntimeClient(host)
    plain = client.call_rapid

    def call_rapid(method: str, endpoint: str, *rest: Any, **more: Any) -> Any:
        return plain(method, f"/{prefix}{endpoint}", *rest, **more)

    client.call_rapid = call_rapid
    bootstrap.run(handler, client)
