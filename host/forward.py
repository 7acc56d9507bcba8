"""Runs in a container of its own: a port of PostgreSQL for the migration.

PostgreSQL's container is not touched. Arguments: where to, its port, own port (5432).
"""

import socket
import sys
import threading

target = (sys.argv[1], int(sys.argv[2]))
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(("0.0.0.0", int(sys.argv[3]) if len(sys.argv) > 3 else 5432))
listening.listen(64)


def pump(source, sink):
    """Carries bytes one way, until either end has ended."""
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)  # an end is passed on; what is still answered comes back
    except OSError:
        for end in (sink, source):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(client):
    """Carries bytes both ways for one client."""
    try:
        server = socket.create_connection(target, 10)
    except OSError:
        client.close()
        return
    server.settimeout(None)
    for one in (client, server):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    back = threading.Thread(target=pump, args=(server, client))
    back.start()
    pump(client, server)
    back.join()
    client.close()
    server.close()


while True:
    accepted, _ = listening.accept()
    worker = threading.Thread(target=serve, args=(accepted,))
    worker.daemon = True
    worker.start()
