"""The world that stands for functions in containers, and what they are told of it."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rehearsal import interruption
from rehearsal.cloud.door import ACCESS_KEY, SECRET_KEY
from rehearsal.folder import Held, held
from rehearsal.migration import NOT_BEGUN
from rehearsal.options import BadOption, Options
from rehearsal.room import check_room
from rehearsal.world import World, secret_of

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "events" / "env.local.json"
BRIDGE = "172.17.0.1"
"""The host as containers of Docker's default network see it on Linux."""


def container_host() -> str:
    """Where a container finds this machine; CONTAINER_HOST says otherwise."""
    usual = BRIDGE if platform.system() == "Linux" else "host.docker.internal"
    return os.environ.get("CONTAINER_HOST", usual)


class Forwarder:
    """Listens for containers at the bridge's address and passes everything on to 127.0.0.1.

    Databases and AWS listen on 127.0.0.1 only, which no container can reach. On a machine where
    Docker brings its own way to the host (Docker Desktop), nothing is to be done.
    """

    def __init__(self, host: str, ports: list[int]) -> None:
        self._host = host
        self._ports = ports
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="forwarder")

    def start(self) -> None:
        """Listen; OSError when the address isn't one of this machine."""
        self._thread.start()
        try:
            for port in self._ports:
                asyncio.run_coroutine_threadsafe(self._listen(port), self._loop).result()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Close everything."""
        asyncio.run_coroutine_threadsafe(self._cancel(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self, port: int) -> None:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                there = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(_pass(reader, there[1]), _pass(there[0], writer))

        await asyncio.start_server(carry, self._host, port)

    async def _cancel(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def environment(world: World, host: str) -> dict[str, dict[str, str]]:
    """Function -> its variables, as seen from a container."""
    here = world.cloud.endpoint_url
    secrets = {
        "SOURCE_DATABASE_SECRET_ARN": _secret(
            world, "source", secret_of(world.migration_source), host
        ),
        "TARGET_DATABASE_SECRET_ARN": _secret(
            world, "target", secret_of(world.target_database), host
        ),
    }
    found = {}
    for name, definition in sorted(world.deployment.functions.items()):
        variables = dict(definition.environment)
        variables |= {key: value for key, value in secrets.items() if key in variables}
        variables["AWS_ENDPOINT_URL"] = here.replace("127.0.0.1", host)
        found[name] = variables
    return found


def _secret(world: World, side: str, address: dict[str, Any], host: str) -> str:
    text = json.dumps({**address, "host": host})
    client = world.cloud.client("secretsmanager")
    return str(client.create_secret(Name=f"local/{side}", SecretString=text)["ARN"])


def stand() -> int:
    """Start, write the file, wait for Ctrl-C; 2 where it can't start, after saying why."""
    options = Options(directory=ROOT / ".rehearsal" / "local-aws", plain=True)
    try:
        check_room(options)
        with held(options.directory, among=None), interruption.ended_by_signals():
            _stand(options)
    except (BadOption, Held, *NOT_BEGUN) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _stand(options: Options) -> None:
    host = container_host()
    with World(options) as world:
        # Each look of the reconciler would find that no execution runs, and end the migration.
        world.cloud.clock.paused = True
        port = urlsplit(world.cloud.endpoint_url).port
        ports = [int(port or 0), world.source.port, world.target.port]
        world.cloud.server.door.hosts.add(f"{host}:{port}")
        forwarder: Forwarder | None = Forwarder(host, ports)
        try:
            assert forwarder is not None  # noqa: S101 - for the type checker
            forwarder.start()
        except OSError as error:
            forwarder = None
            print(f"{host} is no address of this machine ({error.strerror or error}).")
            print("If Docker runs, give the host's address in its network: CONTAINER_HOST=...")
        ENVIRONMENT.write_text(json.dumps(environment(world, host), indent=1), encoding="utf-8")
        print(f"wrote {ENVIRONMENT.relative_to(ROOT)}")
        print("AWS         ", world.cloud.endpoint_url)
        print("old database", world.source_database.host, world.source.port)
        print("new database", world.target_database.host, world.target.port)
        print("Only who signs with this run's key is let in; sam takes it from the environment:")
        print(f"  export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY}")
        print("In another terminal with these two, after sam build (docs/local-invoke.md):")
        print("  sam local invoke BeginFunction -e events/begin.json -n events/env.local.json")
        print("Ctrl-C ends it all.", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
        if forwarder is not None:
            forwarder.stop()
    ENVIRONMENT.unlink(missing_ok=True)
