"""The faults of the DMS API, as botocore receives them (AWS DMS API Reference, "Errors")."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class DmsFault(JsonRESTError):  # type: ignore[misc]
    """One fault of the service: HTTP 400 with a code and a sentence."""

    code = 400
    fault = "InternalFailure"

    def __init__(self, message: str) -> None:
        super().__init__(self.fault, message)
        self.sentence = message


class InvalidParameterValue(DmsFault):
    """A parameter is not valid; the message names it."""

    fault = "InvalidParameterValueException"


class InvalidParameterCombination(DmsFault):
    """Parameters that don't go together, or not with the history of the task."""

    fault = "InvalidParameterCombinationException"


class InvalidResourceState(DmsFault):
    """The resource is in a state in which the call can't be done."""

    fault = "InvalidResourceStateFault"


class ResourceNotFound(DmsFault):
    """There is no such resource."""

    fault = "ResourceNotFoundFault"


class ResourceAlreadyExists(DmsFault):
    """The identifier is taken."""

    fault = "ResourceAlreadyExistsFault"
