"""The program ``docker`` (and ``docker-compose``): asks the daemon, prints or runs its answer.

Standard library only, and started without site packages: a script calls it many times.
"""

import http.client
import json
import os
import sys


def main() -> int:
    """Send the command line to the daemon named by DOCKER_HOST; 1 if it can't be reached."""
    place = os.environ.get("DOCKER_HOST", "").removeprefix("tcp://")
    call = {"program": sys.argv[1], "arguments": sys.argv[2:], "directory": os.getcwd()}  # noqa: PTH109
    connection = http.client.HTTPConnection(place, timeout=600)
    try:
        connection.request("POST", "/", json.dumps(call))
        answer = json.load(connection.getresponse())
    except (OSError, ValueError):
        sys.stderr.write(f"Cannot connect to the Docker daemon at tcp://{place}.\n")
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
