"""TestConnection and DescribeConnections: a replication instance tries an endpoint, really."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import psycopg

from rehearsal.dms.databases.endpoint import UnknownAddress
from rehearsal.dms.faults import InvalidResourceState
from rehearsal.dms.surroundings import Surroundings


@dataclass(slots=True)
class Connection:
    """The last test of one endpoint by one instance."""

    instance_arn: str
    endpoint_arn: str
    instance: str
    endpoint: str
    status: str = "testing"
    failure: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The connection as the API returns it."""
        return {
            "ReplicationInstanceArn": self.instance_arn,
            "EndpointArn": self.endpoint_arn,
            "Status": self.status,
            "LastFailureMessage": self.failure,
            "EndpointIdentifier": self.endpoint,
            "ReplicationInstanceIdentifier": self.instance,
        }


class ConnectionTests:
    """Every connection that was ever tested."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._found: dict[tuple[str, str], Connection] = {}

    def successful(self, instance_arn: str, endpoint_arn: str) -> bool:
        """Whether the last test of this pair succeeded."""
        found = self._found.get((instance_arn, endpoint_arn))
        return found is not None and found.status == "successful"

    def all(self) -> list[Connection]:
        """Every pair that was tested."""
        return list(self._found.values())

    def forget(self, endpoint_arn: str) -> None:
        """The endpoint was modified or deleted: its tests count no more."""
        for key in [key for key in self._found if key[1] == endpoint_arn]:
            del self._found[key]

    def test(self, instance_arn: str, endpoint_arn: str) -> Connection:
        """Begin a test; its result shows in DescribeConnections a moment later."""
        instance = self._surroundings.instance(instance_arn)
        endpoint = self._surroundings.endpoint(endpoint_arn)
        key = (instance_arn, endpoint_arn)
        if key in self._found and self._found[key].status == "testing":
            raise InvalidResourceState(
                f"Endpoint {endpoint.endpoint_identifier} is already being tested."
            )
        connection = Connection(
            instance_arn, endpoint_arn, instance.id, endpoint.endpoint_identifier
        )
        self._found[key] = connection
        threading.Thread(target=self._try, args=[connection], name="dms-test", daemon=True).start()
        return connection

    def _try(self, connection: Connection) -> None:
        try:
            database = self._surroundings.database(connection.endpoint_arn)
            with database.connect(timeout_seconds=10) as session:
                session.execute("SELECT 1")
        except UnknownAddress as error:
            self._failed(connection, str(error))
        except psycopg.Error as error:
            self._failed(connection, " ".join(str(error).split()))
        except Exception as error:  # what Secrets Manager answers when a secret is not there
            self._failed(connection, f"{type(error).__name__}: {error}")
        else:
            connection.status = "successful"

    @staticmethod
    def _failed(connection: Connection, text: str) -> None:
        connection.failure = (
            "Test Endpoint failed: Application-Status: 1020912,"
            f" Application-Message: Failed to connect Network error has occurred,"
            f" Application-Detailed-Message: {text}"
        )
        connection.status = "failed"
