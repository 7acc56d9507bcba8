"""The program ``docker`` (and ``docker-compose``): asks the daemon, prints or runs its answer.

Scripts call it often, so it is started without site packages and imports what Python has loaded or
built in alone: json and socket would take longer than all the rest. The call goes to the daemon as
marshal writes it, the answer comes back so; both ends are this Python.
"""

import _socket
import marshal
import os
import sys


def main() -> int:
    """Send the command line to the daemon named by DOCKER_HOST; 1 if it can't be reached."""
    place = os.environ.get("DOCKER_HOST", "").removeprefix("unix://")
    call = {"program": sys.argv[1], "arguments": sys.argv[2:], "directory": os.getcwd()}  # noqa: PTH109
    try:
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        connection.connect(place)
        connection.sendall(marshal.dumps(call))
        connection.shutdown(_socket.SHUT_WR)
        said = b""
        while part := connection.recv(1 << 16):
            said += part
        connection.close()
        answer = marshal.loads(said)  # noqa: S302 - of a socket that only this user can open
    except (OSError, ValueError, EOFError):
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
