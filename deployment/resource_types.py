"""Which actions can be narrowed to a resource."""

from __future__ import annotations

from functools import cache


@cache
def resource_types(action: str) -> tuple[str, ...]:
    """The resource types that an action can be narrowed to; () where AWS has none.

    From the copy of the Service Authorization Reference that cfn-lint carries. KeyError for an
    action that does not exist.
    """
    import json
    from importlib.resources import files

    source = files("cfnlint.data.AdditionalSpecs") / "Policies.json"
    services = json.loads(source.read_text(encoding="utf-8"))
    prefix, _, name = action.partition(":")
    return tuple(services[prefix]["Actions"][name.lower()].get("Resources", ()))
