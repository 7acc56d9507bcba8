"""The program ``docker`` (and ``docker-compose``): asks the daemon, prints or runs its answer.

Standard library only, and little of it, started without site packages: scripts call it often. One
line of JSON goes to the daemon, one comes back.
"""

import json
import os
import socket
import sys


def main() -> int:
    """Send the command line to the daemon named by DOCKER_HOST; 1 if it can't be reached."""
    place = os.environ.get("DOCKER_HOST", "").removeprefix("unix://")
    call = {"program": sys.argv[1], "arguments": sys.argv[2:], "directory": os.getcwd()}  # noqa: PTH109
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(place)
            connection.sendall(json.dumps(call).encode() + b"\n")
            with connection.makefile("rb") as stream:
                answer = json.loads(stream.readline())
    except (OSError, ValueError):
        sys.stderr.write(f"Cannot connect to the Docker daemon at unix://{place}.\n")
        return 1
    sys.stdout.write(answer["stdout"])
    sys.stderr.write(answer["stderr"])
    sys.stdout.flush()
    if answer["command"]:
        command, environment = answer["command"], answer["environment"]
        os.chdir(answer["directory"])
        try:
            os.execvpe(command[0], command, environment)  # noqa: S606 - becomes the program asked for
        except OSError as error:
            sys.stderr.write(f'exec: "{command[0]}": {error.strerror}\n')
            return 127
    return int(answer["code"])


if __name__ == "__main__":
    sys.exit(main())
